"""`nki-py --migrate kernel.py …`: what files use of older releases of NKI, and what replaces it in 0.6.

A report; nothing is run and nothing rewritten. What it says is certain from the text: of values it guesses no types.
"""

import ast
import collections
import io
import os
import pathlib
import sys
import tokenize
import warnings

from nki import _core
from nki._migrate_uses import uses_in

_USAGE_ERROR = 2


def report(name):
    """The report of one file. ValueError, with a message, if it can't be read as Python."""
    content = _read(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of the file's own code, as for an unknown escape
            uses = uses_in(ast.parse(content, name))
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            lines = io.TextIOWrapper(io.BytesIO(content), encoding).read().split("\n")
    except SyntaxError as error:
        place = f"{name}:{error.lineno}" if error.lineno else name
        raise ValueError(f"{place}: this is not Python: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{name}: its expressions are nested too deeply") from None
    except ValueError as error:  # a null byte, bytes of another encoding
        raise ValueError(f"{name}: this is not Python: {error}") from None
    if not uses:
        return f"{name}: nothing of older releases was found\n"
    shown = dict(enumerate(lines, 1))  # places inside f-strings can lie behind the end before Python 3.12
    return "".join(f"{_describe(name, use, shown.get(use.line, ''))}\n" for use in uses) + _counts(name, uses)


def _read(name):
    if name.endswith(".ipynb"):
        raise ValueError(f"{name} is a notebook; export it as Python first")
    try:
        return pathlib.Path(name).read_bytes()
    except IsADirectoryError:
        raise ValueError(f"{name} is a directory; name the Python files in it") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} can't be read: {getattr(error, 'strerror', None) or error}") from None


def _describe(name, use, line):
    column = len(line.encode()[: use.column].decode(errors="replace")) + 1
    return f"{name}:{use.line}:{column}: {use.what} -> {use.instead}\n    {line.strip()}"


def _counts(name, uses):
    groups = collections.Counter(use.group for use in uses)
    rows = sorted(groups.items(), key=lambda row: (-row[1], row[0]))
    title = f"\n{name}: {len(uses)} {'use' if len(uses) == 1 else 'uses'} of older releases; now NKI {_core.release}\n"
    return title + "".join(f"{count:6}  {group}\n" for group, count in rows)


def main(names):
    """Prints the reports. The exit status is 0, or 2 if a file could not be read."""
    status = 0
    for i, name in enumerate(names):
        try:
            text = report(name)
        except ValueError as error:
            print(f"nki-py: --migrate: {error}", file=sys.stderr)
            status = _USAGE_ERROR
            continue
        sys.stdout.write("\n" * (i > 0) + text)
    return status


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # as in `nki-py --migrate kernel.py | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
