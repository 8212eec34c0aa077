"""Signatures and documents of nki.isa: what Python shows, what isa.pyi says and what AWS's release says agree."""

import ast
import importlib.util
import inspect
import json
import pathlib
import subprocess
import sys

import nki.isa as nisa
import pytest
from nki import _core

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIGNATURES = ROOT.parent / "shared" / "nki_api" / "signatures.json"
NAMES = sorted(nisa._instructions)


def load_generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "python" / "tools" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def definitions(stub):
    """{name: node} of a stub's classes and functions, members as "Class.member"."""
    found = {}
    for node in ast.parse((ROOT / "python" / "nki" / stub).read_text(encoding="utf-8")).body:
        for name in _names(node):
            found[name] = node
        if isinstance(node, ast.ClassDef):
            found.update({f"{node.name}.{name}": member for member in node.body for name in _names(member)})
    return found


def _names(node):
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname for alias in node.names if alias.asname]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id]
    return [target.id for target in node.targets] if isinstance(node, ast.Assign) else []


def test_isa_stub_is_what_the_table_gives():
    generator = load_generator()
    assert generator.STUB.read_text(encoding="utf-8") == generator.generate(), "run python/tools/generate.py"


def test_isa_stub_has_every_public_name():
    assert set(nisa.__all__) <= set(definitions("isa.pyi"))


@pytest.mark.parametrize("name", NAMES)
def test_isa_stub_has_the_parameters_of_the_signature(name):
    node = definitions("isa.pyi")[name]
    parameters = inspect.signature(getattr(nisa, name)).parameters.values()
    assert [argument.arg for argument in node.args.args] == [parameter.name for parameter in parameters]
    required = [parameter for parameter in parameters if parameter.default is parameter.empty]
    assert len(node.args.defaults) == len(parameters) - len(required)


def test_core_stub_has_the_names_of_the_module():
    public = {name for name in dir(_core) if not name.startswith("__")} | {"__version__"}
    optional = set() if hasattr(_core, "jax_handler") else {"jax_handler"}
    assert {name for name in definitions("_core.pyi") if "." not in name} - optional == public


@pytest.mark.parametrize("name", ["Graph", "NkiInstruction", "NkiTensor", "Plan", "Trace"])
def test_core_stub_has_the_members_of_the_classes(name):
    stubbed = {key.split(".")[1] for key in definitions("_core.pyi") if key.startswith(f"{name}.")}
    actual = {member for member in vars(getattr(_core, name)) if not member.startswith("_")}
    assert {member for member in stubbed if not member.startswith("_")} == actual


def as_written(parameter):
    if parameter.default is parameter.empty:
        return parameter.name
    default = parameter.default
    text = f"{type(default).__name__}.{default.name}" if hasattr(type(default), "__members__") else repr(default)
    if getattr(default, "__module__", "") == "nki.language":  # an operator
        text = default.__name__
    return f"{parameter.name}={text}"


@pytest.mark.skipif(not SIGNATURES.exists(), reason="shared/ is not beside the project")
@pytest.mark.parametrize("name", NAMES)
def test_signature_is_that_of_the_release(name):
    release = json.loads(SIGNATURES.read_text(encoding="utf-8"))["releases"][_core.release]
    actual = [as_written(parameter) for parameter in inspect.signature(getattr(nisa, name)).parameters.values()]
    released = release["modules"]["nki.isa"][name]["p"]
    unsaid = {text for text in released if text.endswith("=...")}  # defaults that the release does not say
    hidden = [text.partition("=")[0] + "=..." for text in actual]
    assert [short if short in unsaid else text for text, short in zip(actual, hidden, strict=True)] == released


def test_pydoc_shows_signature_and_document():
    command = [sys.executable, "-m", "pydoc", "nki.isa.tensor_tensor"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "tensor_tensor(dst, data1, data2, op, engine=<engine.unknown: 0>, name=None)" in done.stdout
    assert "Args:" in done.stdout and "nki.isa.tensor_tensor, NKI 0.6" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_documents_have_the_fixed_form(name):
    doc = inspect.getdoc(getattr(nisa, name))
    sections = [line for line in doc.split("\n") if line.startswith(("Args:", "Errors:", "Source:"))]
    assert [section.split(":")[0] for section in sections] == ["Args", "Errors", "Source"]
    for parameter in inspect.signature(getattr(nisa, name)).parameters:
        assert parameter == "name" or parameter in doc
