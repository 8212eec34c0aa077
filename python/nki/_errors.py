"""Errors that Python code finds, in the form of the verifier's."""

import linecache

from nki._core import VerifyError


def refuse(function, problems, found=None):
    """Raises VerifyError for problems of `function` as a whole, [(rule, message), …]: their place is its `def` line.

    `found` is the VerifyError of its instructions, whose diagnostics come first.
    """
    file, line, text = _definition_of(function)
    lines = [str(found)] if found else []
    diagnostics = list(found.diagnostics) if found else []
    for rule, message in problems:
        lines.append(f"{file}:{line}: error: {message} [{rule}]\n    {text}")
        diagnostics.append(
            {
                "severity": "error",
                "rule": rule,
                "message": message,
                "file": file,
                "line": line,
                "text": text,
                "callers": [],
            }
        )
    error = VerifyError("\n".join(lines))
    error.diagnostics = diagnostics
    raise error


def _definition_of(function):
    """(file, line, text) of the line with `def`, which decorators may precede."""
    file, first = function.__code__.co_filename, function.__code__.co_firstlineno
    for line in range(first, first + 50):  # decorators longer than that have no def to show
        text = linecache.getline(file, line).strip()
        if text.startswith(("def ", "async def ")):
            return file, line, text
    return file, first, linecache.getline(file, first).strip()
