"""The rules of the house that a script can check."""
import ast
import datetime
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
LAYERS = ["memory", "isa", "interpreter", "frontend"]  # each may include itself and those before it
ENGINES = ["control", "dma", "gpsimd", "scalar", "tensor", "vector"]
README_LINES = 70  # a page

# What is longer than its budget, why, and since when; an entry that is not needed any more fails too.
EXEMPT = {}  # (path, what) -> (date, reason); what: "file", or the first line of a function


def tracked(*patterns):
    """The repository's files, new ones that are not ignored included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file()]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def read(path):
    return path.read_text(encoding="utf-8")


def cpp(*folders, suffixes=(".cc", ".h")):
    return [path for path in tracked(*folders) if path.suffix in suffixes]


def code_of(path):
    """A C++ file without comments and the contents of strings, line by line."""
    strings = r'R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"'
    text = re.sub(rf"({strings})|//[^\n]*|/\*(?:.|\n)*?\*/", lambda m: '""' if m[1] else "", read(path))
    return text.split("\n")


def matches(pattern, paths, lines_of=lambda path: read(path).split("\n")):
    found = []
    for path in paths:
        for number, line in enumerate(lines_of(path), 1):
            if re.search(pattern, line):
                found.append(f"{name_of(path)}:{number}: {line.strip()}")
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_include_one_way(layer):
    above = "|".join(LAYERS[LAYERS.index(layer) + 1 :] + ["python", "tests", "benchmarks"])
    assert matches(rf'#include "({above})/', cpp(layer)) == []


def test_includes_are_from_the_root():
    inner = [path for path in cpp(*LAYERS) if path.parent != ROOT]
    assert matches(r'#include "(?!(memory|isa|interpreter|frontend|hwy|xla)/)', inner) == []


def test_highway_is_in_isa_simd_only():
    others = [path for path in cpp(*LAYERS, "benchmarks") if not name_of(path).startswith("isa/simd/")]
    assert matches(r"#include [<\"]hwy/", others) == []


def test_python_is_in_the_frontend_only():
    assert matches(r"#include [<\"](pybind11/|Python\.h|structmember\.h)", cpp("memory", "isa", "interpreter")) == []


# Programs print; of the library only what was asked to.
MAY_PRINT = {
    "frontend/main.cc": "the program nki-py",
    "frontend/embed.cc": "the program nki-py",
    "frontend/jax_handler.cc": "XLA drops a handler's message when there are several devices",
}


def test_libraries_are_silent():
    pattern = r"\b(v?f?printf|f?puts|putchar|abort|_?exit|quick_exit)\s*\(|std::c(out|err|log)\b"
    found = {line.split(":")[0] for line in matches(pattern, cpp(*LAYERS), code_of)}
    assert found - set(MAY_PRINT) == set()
    assert set(MAY_PRINT) - found == {"frontend/main.cc", "frontend/embed.cc"} - found


def test_targets_are_told_apart_by_data_only():
    compared = r"\bgen\w*(\(\))?(->|\.)(name|nc_version) [!=<>]=?|[!=]= &?k?Trn\d|\bk?Trn\d(\(\))? [!=]="
    paths = [path for path in cpp(*LAYERS) if not name_of(path).startswith("isa/generations/")]
    assert matches(compared, paths, code_of) == []


def instructions():
    return re.findall(r"^NKI_INSTRUCTION\((\w+)\)", read(ROOT / "isa" / "instructions.def"), re.MULTILINE)


def budget(path):
    if path.suffix == ".py":
        return 700 if name_of(path).startswith("tests/") else 400
    if path.suffix == ".h":
        return 200
    return 150 if path.parent.parent == ROOT / "isa" and path.stem in instructions() else 400


STATEMENTS = "if|for|while|switch|else|do|namespace|class|struct|enum|union|return"


def functions(path):
    """(first line, lines) of each function of a formatted C++ or of a Python file."""
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"def {node.name}", node.end_lineno - node.lineno + 1
        return
    lines = read(path).split("\n")
    for start, line in enumerate(lines):
        opened = re.match(rf"( {{0,4}})(?!({STATEMENTS})\b)[^\s\[][^\[]*\)[^\[]* {{$", line)
        if not opened:
            continue
        indent = " {0,4}" if line.lstrip().startswith(":") else opened[1]  # a constructor's list is indented more
        end = next((n for n in range(start + 1, len(lines)) if re.match(indent + "}", lines[n])), start)
        yield line.strip(), end - start + 1


def over_budget():
    found = {}
    for path in [*cpp(*LAYERS, "tests", "benchmarks"), *tracked("*.py")]:
        lines = len(read(path).splitlines())
        if lines > budget(path):
            found[name_of(path), "file"] = lines
        if name_of(path).split("/")[0] in ("tests", "benchmarks", "examples"):
            continue
        for name, length in functions(path):
            if length > 40:
                found[name_of(path), name] = length
    return found


def test_sizes():
    found = over_budget()
    assert {key: lines for key, lines in found.items() if key not in EXEMPT} == {}
    assert [key for key in EXEMPT if key not in found] == [], "these are within their budgets: remove the exemptions"
    for date, reason in EXEMPT.values():
        assert datetime.date.fromisoformat(date) and reason


def test_long_functions_are_seen(tmp_path):
    path = tmp_path / "long.cc"
    path.write_text("void Long(int a) {\n" + "  ++a;\n" * 60 + "}\n\nint Short() { return 1; }\n", encoding="utf-8")
    assert list(functions(path)) == [("void Long(int a) {", 62)]


def test_header_guards():
    for path in cpp(*LAYERS, "tests", "benchmarks", suffixes=(".h",)):
        guard = "NKI_" + re.sub(r"\W", "_", name_of(path)).upper() + "_"
        text = read(path)
        if path.name.endswith("-inl.h"):  # compiled once per target (Highway)
            assert f"defined({guard}) == defined(HWY_TARGET_TOGGLE)" in text, name_of(path)
        else:
            begins, ends = f"#ifndef {guard}\n#define {guard}\n" in text, text.endswith(f"#endif  // {guard}\n")
            assert begins and ends, f"{name_of(path)}: the guard must be {guard}"


def test_files_say_what_they_are():
    """Every header starts with a sentence; so does every source that neither has a header nor tests one."""
    silent = []
    for path in cpp(*LAYERS, "tests", "benchmarks"):
        if path.suffix == ".cc" and (path.with_suffix(".h").exists() or path.stem.endswith("_test")):
            continue
        if not re.match(r"// \S", read(path)):
            silent.append(name_of(path))
    for path in tracked("*.py"):
        if read(path).strip() and not ast.get_docstring(ast.parse(read(path))):
            silent.append(name_of(path))
    assert silent == []


BANNED = {"manager", "helper", "helpers", "util", "utils", "misc", "common", "base", "impl", "data", "info"}


def words(name):
    return {word.lower() for part in name.split("_") for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", part)}


def test_names():
    bad = []
    for path in tracked():
        bad += [name_of(path) for part in path.relative_to(ROOT).parts if words(part.split(".")[0]) & BANNED]
    for path in cpp(*LAYERS):
        for line in code_of(path):
            for kind, name in re.findall(r"\b(class|struct|enum class|namespace) (\w+)", line):
                bad += [f"{name_of(path)}: {kind} {name}"] if words(name) & BANNED else []
    for path in tracked("*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and words(node.name) & (BANNED - {"data"}):  # t.data
                bad.append(f"{name_of(path)}: {node.name}")
    assert bad == []


def test_folders_have_a_page_about_them():
    folders = [*LAYERS, "isa/simd", "python", "tests", "benchmarks", "examples"]
    for folder in folders:
        readme = ROOT / folder / "README.md"
        assert readme.exists(), f"{folder} has no README.md"
        if folder != "benchmarks":  # that one also holds the tables of results
            assert len(read(readme).splitlines()) <= README_LINES, f"{folder}/README.md is longer than a page"


def text_files():
    return [path for path in tracked() if b"\0" not in path.read_bytes()]


def test_no_machine_paths_and_no_hosts():
    folders = "|".join(("work", "tmp", "root", "home"))
    hosts = "|".join(("pypi", "pythonhosted", "crates", "registry"))
    others = [path for path in text_files() if path != pathlib.Path(__file__).resolve()]
    assert matches(rf"(^|[\s\"'=(`:])/({folders})/\w|\b({hosts})\.(org|io|npmjs)", others) == []


def test_nothing_is_left_for_later():
    others = [path for path in text_files() if path != pathlib.Path(__file__).resolve()]
    assert matches(r"\b(TODO|FIXME|XXX|HACK)\b", others) == []
    # torch's own error for a derivative that is missing
    raised = [path for path in tracked("*.py") if name_of(path) != "python/nki/_torch.py"]
    assert matches(r"raise NotImplementedError", [path for path in raised if path in others]) == []


def test_tables_are_sorted():
    assert instructions() and instructions() == sorted(set(instructions()))


def test_every_instruction_has_its_file_and_its_test():
    for name in instructions():
        (source,) = [path for engine in ENGINES for path in (ROOT / "isa" / engine).glob(f"{name}.cc")]
        assert (ROOT / "tests" / "isa" / source.parent.name / f"{name}_test.cc").exists()


def test_ruff():
    if not shutil.which("ruff") and not pathlib.Path(sys.executable).with_name("ruff").exists():
        pytest.skip("ruff is not installed")
    ruff = shutil.which("ruff") or pathlib.Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "check", "--output-format=concise", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_clang_format():
    if not shutil.which("clang-format"):
        pytest.skip("clang-format is not installed")
    command = ["clang-format", "--dry-run", "-Werror", *cpp()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert sorted(set(re.findall(r"^([^\s:]+):\d+", done.stderr, re.MULTILINE))) == []
