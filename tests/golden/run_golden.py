"""Runs golden kernels and compares what they say with the comment at their end.

    .venv/bin/python tests/golden/run_golden.py [--rebase] [FILE ...]

A file's functions `case` or `case_…` run in order. What one returns is printed, a graph also as JSON; what one raises
is printed with the place in the file. --rebase writes that into the files: read the diff before you commit it.
"""
import argparse
import difflib
import json
import pathlib
import sys
import traceback
import types
import warnings

FOLDER = pathlib.Path(__file__).resolve().parent
MARK = "# ---- expected ----"


def files():
    """All golden files, in order."""
    return sorted([*FOLDER.glob("*/*.py")])


def split(path):
    """(the program, the expected text) of a golden file."""
    program, _, comment = path.read_text(encoding="utf-8").partition(MARK)
    lines = [line[2:] for line in comment.strip("\n").split("\n")]
    return program.rstrip("\n"), "\n".join(lines).strip("\n")


def run(path):
    """What the cases of a golden file say."""
    module = types.ModuleType(f"golden_{path.stem}")
    program = split(path)[0]
    exec(compile(program, str(path), "exec"), module.__dict__)
    cases = {name: value for name, value in module.__dict__.items() if name == "case" or name.startswith("case_")}
    said = []
    for name, case in cases.items():
        text = _run_case(case, path).replace(f"{FOLDER}/", "")
        said.append(f"{name}:\n{text}" if len(cases) > 1 else text)
    return "\n\n".join(said)


def _run_case(case, path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = case()
            lines = [_show(result)]
        except Exception as error:
            lines = [_describe(error, path)]
    return "\n".join(lines + [f"{warning.category.__name__}: {warning.message}" for warning in caught])


def _show(result):
    if not hasattr(result, "to_dict"):
        return str(result)
    return f"{result.text().rstrip()}\n\n{_json_text(result.to_dict())}"


def _json_text(graph):
    """JSON with one tensor or instruction a line."""
    parts = []
    for key, value in graph.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            items = ",\n".join(f"  {json.dumps(item)}" for item in value)
            parts.append(f'"{key}": [\n{items}\n]')
        else:
            parts.append(f'"{key}": {json.dumps(value)}')
    return "{" + ",\n".join(parts) + "}"


def _describe(error, path):
    text = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    if hasattr(error, "diagnostics"):  # it says the place itself
        return text
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{text}\n  at {path}:{frames[-1].lineno}: {frames[-1].line}"


def rebase(path):
    """Writes what a golden file says now into it."""
    program = split(path)[0]
    comment = "\n".join(f"# {line}".rstrip() for line in run(path).split("\n"))
    path.write_text(f"{program}\n\n\n{MARK}\n{comment}\n", encoding="utf-8")


def difference(path):
    """A diff of the expected and the actual text; empty if they agree."""
    expected, actual = split(path)[1].split("\n"), [line.rstrip() for line in run(path).split("\n")]
    return "\n".join(difflib.unified_diff(expected, actual, "expected", "actual", lineterm=""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rebase", action="store_true", help="write what the files say now into them")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    sys.path.insert(0, str(FOLDER.parents[1]))  # refused/ imports tests.golden.refusals
    failed = 0
    for path in [path.resolve() for path in options.files] or files():
        if options.rebase:
            rebase(path)
        elif changes := difference(path):
            print(f"{path.relative_to(FOLDER)}:\n{changes}\n")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
