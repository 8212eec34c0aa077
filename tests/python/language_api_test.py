"""The names and signatures of nki.language, what AWS's release says of them, and how they look to Python."""

import dataclasses
import inspect
import json
import pathlib
import pickle
import subprocess
import sys
import types

import nki
import nki.isa as nisa
import nki.language as nl
import nki_standins
import numpy as np
import pytest

SIGNATURES = pathlib.Path(__file__).resolve().parents[3] / "shared" / "nki_api" / "signatures.json"
FUNCTIONS = [name for name in nl.__all__ if isinstance(getattr(nl, name), types.FunctionType)]
needs_signatures = pytest.mark.skipif(not SIGNATURES.exists(), reason="shared/ is not beside the project")


def release(version="0.6"):
    return json.loads(SIGNATURES.read_text(encoding="utf-8"))["releases"][version]["modules"]["nki.language"]


@needs_signatures
def test_names_are_those_of_the_release():
    public = {name for name in release() if not name.startswith("_")}
    assert set(dir(nl)) == set(nl.__all__) == public


@needs_signatures
@pytest.mark.parametrize("name", FUNCTIONS)
def test_signature_is_that_of_the_release(name):
    texts = []
    for parameter in inspect.signature(getattr(nl, name)).parameters.values():
        default = parameter.default
        text = {nl.sbuf: "sbuf"}.get(default, repr(default)) if default.__hash__ else repr(default)
        texts.append(parameter.name if default is parameter.empty else f"{parameter.name}={text}")
    assert texts == [text.replace("=uint8", "='uint8'") for text in release()[name]["p"]]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented_and_at_home_in_nki_language(name):
    function = getattr(nl, name)
    assert function.__doc__ and function.__module__ == "nki.language" and function.__name__ == name
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("name", ["bypass", "average", "prelu"])
def test_operators_that_are_no_functions(name):
    operator = getattr(nl, name)
    assert repr(operator) == f"nl.{name}"
    with pytest.raises(TypeError, match=f"nl.{name} can't be called; it is a value for op"):
        operator(1)


@needs_signatures
@pytest.mark.parametrize("version", ["beta1", "0.1", "0.2", "0.3", "0.4", "0.5"])
def test_names_of_other_releases_are_there_or_say_what_to_use(version):
    for name in release(version):
        if name.startswith("_") or hasattr(nl, name):
            continue
        with pytest.raises(AttributeError, match=f"nki.language.{name} (was removed in NKI 0.1; use|is part of NKI)"):
            getattr(nl, name)


def test_data_types_are_strings():
    assert nl.DType is str and nl.bool_ == "bool" and nl.float8_e8m0fnu == "float8_e8m0fnu"
    assert nl.float4_e2m1fn_x4 == "float4_e2m1fn_x4" and nl.float8_e5m2_x4 == "float8_e5m2_x4"


def test_objects_of_user_classes_are_arguments():
    class Options(nl.NKIObject):
        def doubled(self):
            return 2 * self.factor

    @dataclasses.dataclass(frozen=True)
    class Frozen(nl.NKIObject):
        factor: int = 3

    @nki.jit
    def kernel(x, options, frozen):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, nl.multiply(nl.load(x), options.doubled() * frozen.factor))
        return out

    x = np.ones((2, 2), np.float32)
    np.testing.assert_array_equal(kernel(x, Options(factor=5), Frozen()), 30 * x)
    np.testing.assert_array_equal(kernel(x, Options(factor=1), Frozen(factor=4)), 8 * x)


def test_enumerations_in_a_module_of_their_own():
    """Where AWS's kernel library imports them from."""
    from nki.isa import constants
    from nki.isa.constants import dge_mode, oob_mode

    assert (dge_mode, oob_mode, constants.engine) == (nisa.dge_mode, nisa.oob_mode, nisa.engine)


def test_attributes_without_annotations_are_fields_of_a_dataclass():
    """As in AWS's kernels; plain Python would take the annotated ones alone."""

    @dataclasses.dataclass
    class Section(nl.NKIObject):
        index = None
        offset: int = 3

        def end(self):
            return self.index + self.offset

    assert Section(index=4).end() == 7
    assert (Section().index, Section(offset=1).offset) == (None, 1)
    import nki.dtype as nt

    assert isinstance(nl.float32, nki.dtype) and not isinstance(1, nki.dtype)
    assert nt is nki.dtype and nt.bfloat16 is nl.bfloat16


def test_user_classes_are_data_classes_without_being_told():
    class Plain(nl.NKIObject):
        size: int
        scale: float = 2.0

        def __post_init__(self):
            self.product = None if self.size is None else self.size * self.scale

    @dataclasses.dataclass
    class Decorated(nl.NKIObject):
        size: int
        scale: float = 2.0
        missing: int

    assert (Plain(3).product, Plain(3, scale=4.0).product, Plain().product) == (6.0, 12.0, None)
    assert (Decorated(3).scale, Decorated(3).missing, Decorated().size) == (2.0, None, None)
    with pytest.raises(TypeError, match="Plain.. has no field 'scael'; its fields are size, scale"):
        Plain(scael=1)
    with pytest.raises(TypeError, match="Plain.. has 2 fields, got 3 positional"):
        Plain(1, 2, 3)
    with pytest.raises(TypeError, match="Plain.. got two values for 'size'"):
        Plain(1, size=2)


def test_annotations_under_their_older_name():
    import neuronxcc.nki
    import neuronxcc.nki.typing as nt
    from nki import typing

    assert (nt.tensor, nt.mutable_tensor) == (typing.tensor, typing.mutable_tensor)
    assert neuronxcc.nki.typing is nt

def test_stand_ins_are_there_before_nki_is_imported(tmp_path):
    """An environment whose site-packages have the path file, as `pip install` and `make build` leave it."""
    path_file = pathlib.Path(nki_standins.__file__).resolve().parents[1] / "nki-standins.pth"
    (tmp_path / "nki.pth").write_text(f"{pathlib.Path(nki.__file__).parents[1]}\n{path_file.read_text()}")
    code = f"import site; site.addsitedir({str(tmp_path)!r}); import neuronxcc.nki.typing"
    subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)
