"""nki-py --migrate: what it finds under which imports, what it leaves alone, and that its tables are complete.

The whole report on kernels with one of each kind is in tests/golden/migrate.
"""

import ast
import json
import os
import pathlib
import re
import subprocess
import sys

import nki.isa as nisa
import nki.language as nl
import pytest
from nki import _older_names
from nki._migrate import main, report
from nki._migrate_uses import instead_of, uses_in

ROOT = pathlib.Path(__file__).resolve().parents[2]
NKI_PY = os.environ.get("NKI_PY") or str(pathlib.Path(sys.executable).parent / "nki-py")
SIGNATURES = ROOT.parent / "shared" / "nki_api" / "signatures.json"
needs_signatures = pytest.mark.skipif(not SIGNATURES.exists(), reason="shared/ is not beside the project")


def found(text):
    """(line, group) of each use, imports of modules left out."""
    return [(use.line, use.group) for use in uses_in(ast.parse(text)) if use.group != "neuronxcc.nki"]


def groups(text):
    return [group for _, group in found(text)]


@pytest.mark.parametrize(
    "imports, name",
    [
        ("import neuronxcc.nki.language as nl", "nl.arange"),
        ("import neuronxcc.nki.language", "neuronxcc.nki.language.arange"),
        ("import neuronxcc.nki as nki", "nki.language.arange"),
        ("import neuronxcc", "neuronxcc.nki.language.arange"),
        ("from neuronxcc import nki", "nki.language.arange"),
        ("from neuronxcc import nki as n", "n.language.arange"),
        ("from neuronxcc.nki import language as lang", "lang.arange"),
        ("from neuronxcc.nki.language import *", "arange"),
        ("import nki.language as nl", "nl.arange"),
        ("import nki", "nki.language.arange"),
        ("import nki\nnl = nki.language", "nl.arange"),
        ("def f():\n    import nki.language as nl", "    nl.arange"),
    ],
)
def test_ways_to_name_a_function(imports, name):
    assert groups(f"{imports}\n{name}(128)") == ["nl.arange"]


def test_an_imported_name_counts_where_it_is_imported_and_used():
    text = "from neuronxcc.nki.language import par_dim as p, load\nx = p(128)\nload(x)\n"
    assert found(text) == [(1, "nl.par_dim"), (2, "nl.par_dim")]


def test_an_assigned_name_counts_where_it_is_assigned():
    assert found("import nki.language as nl\np = nl.par_dim\nx = p(128)\n") == [(2, "nl.par_dim")]


def test_of_two_imports_the_older_one_counts():
    text = "try:\n    import neuronxcc.nki.isa as nisa\nexcept ImportError:\n    import nki.isa as nisa\n"
    assert groups(text + "def f(a, b):\n    return nisa.max8(src=a)\n") == ["results of nisa"]


@pytest.mark.parametrize(
    "code",
    [
        "def f(nl):\n    return nl.arange(3)",
        "def f():\n    nl = other()\n    return nl.arange(3)",
        "f = lambda nl: nl.arange(3)",
        "for nl in others:\n    pass\ndef f(x):\n    return x.arange",
        "import numpy as np\nnp.arange(3), np.mgrid",
        "class C:\n    def load(self, mask=None):\n        return self.load(mask=1)",
        "a, b = 1, 2\na = b\nb = a\na.arange",
        "from . import nki_jit\nfrom .nki import isa\nisa.max8(1)",
    ],
)
def test_other_things_of_the_same_name(code):
    assert found(f"import nki.language as nl\n{code}\n") in ([], found("import nki.language as nl"))


CERTAIN = """
import nki.isa as nisa
import nki.language as nl
from neuronxcc.nki import isa as older

def f(x, flag):
    tile = nl.load(x)
    tile = nl.exp(tile)
    late = later = None
    if flag:
        late = nl.load(x)
    i = nl.program_id(0)
    token = nisa.dma_copy(dst=tile, src=x)
"""


@pytest.mark.parametrize(
    "line, count",
    [
        ("tile + 1", 1),
        ("tile[0:1, 3] * x", 1),
        ("-tile", 1),
        ("tile < 3", 1),
        ("tile @ tile", 1),
        ("(nl.load(x) + 1) + 1", 2),
        ("older.max8(src=tile) + tile", 2),
        ("[tile + 1 for _ in range(3)]", 1),
        ("tile[0:1] = x", 1),
        ("tile += 1", 1),
        ("tile.astype(nl.int8)", 1),
        ("x + 1", 0),
        ("x[0] = 1", 0),
        ("late + 1", 0),
        ("later + 1", 0),
        ("i + 1", 0),
        ("tile.shape[0] * 2", 0),
        ("tile is None, tile == None, not tile", 0),
        ("token.depends_on(token)", 0),
        ("[tile for tile in range(3)]", 0),
        ("x.astype(nl.int8)", 0),
        ("t = tile[0]\n    t = t.reshape((1, 2))\n    t + 1", 0),
    ],
)
def test_tiles_are_known_only_where_nothing_else_is_assigned(line, count):
    assert len(found(f"{CERTAIN}    {line}\n")) == count


def test_tiles_of_the_function_around():
    text = "import nki.language as nl\ndef f(x):\n    tile = nl.load(x)\n"
    text += "    def g(y):\n        {}\n        return tile + y\n"
    assert groups(text.format("pass")) == ["operators on tiles"]
    assert groups(text.format("nonlocal tile")) == ["operators on tiles"]
    assert groups(text.format("tile = y")) == []


@pytest.mark.parametrize(
    "call, expected",
    [
        ("nisa.tensor_tensor(a, b, op=nl.add)", ["results of nisa"]),
        ("nisa.tensor_tensor(a, b, c, nl.add)", []),
        ("nisa.tensor_tensor(*a)", []),
        ("nisa.tensor_tensor(**a)", []),
        ("nisa.sendrecv(a, b, 0, 0, 0, 'name')", ["orders"]),
        ("nisa.dma_copy(a, b, 2)", []),
        ("nisa.dma_copy(a, b, engine=engine)", []),
        ("nisa.nc_transpose(a, b, engine=1)", ["enumerations as numbers"]),
        ("nisa.nc_transpose(a, b, 1)", ["enumerations as numbers"]),
        ("nl.ndarray((1, 2), nl.int8, 'psum')", ["buffers as text"]),
        ("nl.ndarray((1, 2), nl.int8, nl.psum, 'psum')", []),
        ("nl.program_id(0), nl.program_id(axis=2)", ["grids"]),
        ("nki.jit(f, 'auto')", ["mode="]),
        ("nki.compiler.driver.CompileOptions()", []),
    ],
)
def test_calls(call, expected):
    assert groups(f"import nki\nimport nki.isa as nisa\nimport nki.language as nl\n{call}\n") == expected


def test_numbers_of_dge_mode_mean_what_they_meant_in_the_release():
    call = "import {}.isa as nisa\nnisa.dma_copy(dst=a, src=b, dge_mode=3)\n"
    for root, member in (("neuronxcc.nki", "unknown"), ("nki", "none")):
        assert uses_in(ast.parse(call.format(root)))[-1].instead == f"nisa.dge_mode.{member}"


def test_an_output_parameter_is_one_of_a_kernel_without_results():
    kernel = "def {}(x, y):\n    nl.store(y[0], value=nl.load(x))\n    nl.store(y[1], value=nl.load(x))\n"
    text = "import neuronxcc.nki.language as nl\nfrom neuronxcc import nki\n" + kernel.format("f") + kernel.format("g")
    text += "    return y\nnki.trace(f)\nnki.jit(g)\n" + kernel.format("no_kernel")
    assert found(text) == [(4, "output parameters"), (10, "nki.trace")]


def test_kernels_and_their_grids():
    text = "import nki\nk = nki.jit(f)\nk[2](1)\nk[1, 2](1)\nf[4](1)\nother[1, 2](1)\nk[n](1)\n"
    assert found(text) == [(4, "grids"), (5, "grids")]


@pytest.mark.parametrize("path", [*ROOT.glob("tests/kernels/*.py"), *ROOT.glob("examples/*.py")], ids=lambda p: p.stem)
def test_kernels_of_today(path):
    """They use nothing older, but for what NKI 0.6 still takes and calls deprecated, and the target of jit."""
    text = path.read_text(encoding="utf-8")
    assert set(groups(text)) <= {"nl.affine_range", "nl.sequential_range", "platform_target="}
    assert "neuronxcc" not in text


def test_what_python_and_the_operators_of_numpy_are_called_exists():
    for name in _older_names.NUMPY_OPERATORS.values():
        assert callable(getattr(nl, name))
    for enumeration, members in _older_names.NUMBERS.values():
        assert all(hasattr(getattr(nisa, enumeration), member) for member in members)


def test_advice_names_what_exists():
    """Of nl.x and nisa.x in the tables' sentences."""
    rows = [row[1] for names in _older_names.REMOVED.values() for row in names.values()]
    rows += [*_older_names.REPLACED.values(), *_older_names.KEYWORDS.values(), *_older_names.WORDS.values()]
    modules = {"nl": nl, "nisa": nisa}
    for prefix, name in re.findall(r"\b(nl|nisa)\.(\w+)", " ".join(rows)):
        assert hasattr(modules[prefix], name), f"{prefix}.{name}"


def older_releases():
    releases = json.loads(SIGNATURES.read_text(encoding="utf-8"))["releases"]
    for version, release in releases.items():
        if version not in ("0.6", "0.7"):
            for module, names in release["modules"].items():
                for name, what in names.items():
                    yield release["root"], module, name, what, releases["0.6"]["modules"].get(module, {}).get(name)


@needs_signatures
def test_every_name_that_went_away_has_a_replacement():
    lacking = [(root, module, name) for root, module, name, _, today in older_releases() if today is None]
    assert len(lacking) > 100
    for root, module, name in lacking:
        path = f"{module.replace('nki', root, 1)}.{name}"
        assert instead_of(path) or path.startswith("nki.compiler"), path


@needs_signatures
def test_every_argument_that_went_away_has_a_replacement():
    count = 0
    for root, module, name, what, today in older_releases():
        if today is None or what["k"] != "function" or today["k"] != "function":
            continue
        here = {parameter.split("=")[0] for parameter in today["p"]}
        for parameter in {each.split("=")[0] for each in what["p"] if each[0] != "*"} - here:
            call = f"import {module.replace('nki', root, 1)} as m\nm.{name}({parameter}=1)\n"
            uses = [use for use in uses_in(ast.parse(call)) if use.group == f"{parameter}="]
            assert uses and "the arguments are" not in uses[0].instead, call
            count += 1
    assert count > 100


def run(*arguments, program=(NKI_PY,), **more):
    return subprocess.run([*program, "--migrate", *map(str, arguments)], capture_output=True, text=True, **more)


@pytest.fixture
def kernel(tmp_path):
    path = tmp_path / "kernel.py"
    path.write_text("raise SystemExit('it ran')\nimport nki.language as nl\nä, b = 1, nl.arange(3)\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("program", [(NKI_PY,), (sys.executable, "-m", "nki")], ids=["nki-py", "python -m nki"])
def test_the_program(kernel, program):
    if program == (NKI_PY,):  # Python itself looks beside the file for `-m nki`
        (kernel.parent / "ast.py").write_text("raise SystemExit('a module beside the file')", encoding="utf-8")
    done = run("kernel.py", program=program, cwd=kernel.parent)
    lines = ["kernel.py:3:11: nl.arange -> slices, nl.ds and NkiTensor.ap", "    ä, b = 1, nl.arange(3)"]
    lines += ["", "kernel.py: 1 use of older releases; now NKI 0.6", "     1  nl.arange"]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, lines, "")


def test_nothing_found(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("", encoding="utf-8")
    done = run(path, path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join([f"{path}: nothing of older releases was found\n"] * 2)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"x = 1\nx =\n", ":2: this is not Python: invalid syntax"),
        (b"x = '\0'\n", "this is not Python: "),
        (b"x = '\xff'\n", "this is not Python: "),
        (b"# coding: nonsense\n", "this is not Python: "),
        (b"(" * 5000 + b")" * 5000, "kernel.py"),
        (b"x = " + b"-" * 20000 + b"1", "nested too deeply"),
    ],
)
def test_what_is_not_python(tmp_path, content, message):
    path = tmp_path / "kernel.py"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(message)):
        report(str(path))


@pytest.mark.parametrize(
    "name, message",
    [
        ("none.py", "none.py can't be read: No such file or directory"),
        ("a/..", "a/.. is a directory; name the Python files in it"),
        ("book.ipynb", "book.ipynb is a notebook; export it as Python first"),
        ("\0", "can't be read: embedded null byte"),
    ],
)
def test_files_that_cannot_be_read(kernel, name, message, capsys, monkeypatch):
    """The others are reported all the same."""
    monkeypatch.chdir(kernel.parent)
    pathlib.Path("a").mkdir()
    assert main([name, "kernel.py"]) == 2
    said = capsys.readouterr()
    assert message in said.err and said.err.startswith("nki-py: --migrate: ") and said.err.count("\n") == 1
    assert "kernel.py: 1 use" in said.out


def test_line_ends_encodings_and_warnings(tmp_path):
    path = tmp_path / "kernel.py"
    path.write_bytes("# coding: latin-1\r\nimport nki.language as nl\r\nä = '\\d', nl.mgrid\r\n".encode("latin-1"))
    assert f"{path}:3:11: nl.mgrid -> slices, nl.ds and NkiTensor.ap\n    ä = '\\d', nl.mgrid\n" in report(str(path))


def test_wrong_command_lines(kernel):
    assert run().returncode == run("-c", "1").returncode == run("-m", "nki").returncode == 2
    for option in ("--check", "--stats", "--graph=x", "--log", "--target=trn2"):
        done = subprocess.run([NKI_PY, option, "--migrate", kernel], capture_output=True, text=True, cwd=kernel.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("nki-py: --migrate runs nothing, so no option for a run goes with it\nusage: ")
    assert not (kernel.parent / "x").exists()


def test_a_reader_that_leaves(kernel):
    done = subprocess.run(f"{NKI_PY} --migrate {kernel} | true", shell=True, capture_output=True, text=True)
    assert done.stderr == ""
