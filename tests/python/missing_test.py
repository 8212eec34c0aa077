"""What is said of names that nki's modules and enumerations do not have."""

import re

import nki
import nki.collectives
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


def test_absent_names_say_what_to_use():
    with pytest.raises(AttributeError, match="nki.language.arange was removed in NKI 0.1; use slices, nl.ds and"):
        nl.arange  # noqa: B018
    with pytest.raises(AttributeError, match="module 'nki.language' has no attribute 'float23'"):
        nl.float23  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'arange' from 'nki.language': .* use slices, nl.ds and"):
        from nki.language import arange  # noqa: F401
    assert not hasattr(nl, "arange")
    with pytest.raises(TypeError, match="nl.bypass can't be called; it is a value for op0= and op1= of nisa.activate2"):
        nl.bypass(1)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: nisa.tensor_cpy, "module 'nki.isa' has no attribute 'tensor_cpy': did you mean nki.isa.tensor_copy?"),
        (lambda: nisa.matmul, "did you mean nki.isa.nc_matmul or nki.language.matmul?"),
        (lambda: nl.tensor_copy, "did you mean nki.isa.tensor_copy?"),
        (lambda: nl.clip, "'clip': write nl.minimum(nl.maximum(x, low), high)"),
        (lambda: nl.int64, "no engine has 64-bit numbers; use nl.int32"),
        (lambda: nisa.engine.vektor, "nki.isa.engine has no member 'vektor'; did you mean 'vector'?"),
        (lambda: nisa.reduce_cmd.foo, "no member 'foo'; there are idle, reset, reduce, reset_reduce, load_reduce"),
        (lambda: nl.MemoryRegion.sbuff, "nki.language.MemoryRegion has no member 'sbuff'; did you mean 'sbuf'?"),
        (lambda: nisa.nc_version.gen9, "nki.isa.nc_version has no member 'gen9'; did you mean 'gen"),
        (lambda: nl.tile_size.pmaxx, "nl.tile_size has no attribute 'pmaxx'; did you mean 'pmax'?"),
        (lambda: nki.simulat, "module 'nki' has no attribute 'simulat': did you mean nki.simulate?"),
        (lambda: nki.collectives.all_reduce, "nki-py runs one rank, no operations between ranks"),
        (lambda: nl.all_reduce, "use nki.collectives.all_reduce, which nki-py does not have"),
    ],
)
def test_misspelt_names_are_guessed(ask, said):
    with pytest.raises(AttributeError, match=re.escape(said)):
        ask()


def test_keywords_of_older_releases_are_explained():
    def kernel(x):
        nl.load(x, mask=3)

    with pytest.raises(TypeError, match=r"load\(\) got an .* 'mask'; nki.language.load had it .*: use slices of the"):
        nki.jit(kernel)(np.zeros((8, 8), np.float32))
