"""Errors that Python code finds, in the form of the verifier's."""

import linecache

from nki._core import VerifyError


def refuse(function, rule, message):
    """Raises VerifyError for `function` as a whole: the place is its `def` line."""
    file, line, text = _definition_of(function)
    error = VerifyError(f"{file}:{line}: error: {message} [{rule}]\n    {text}")
    error.diagnostics = [
        {
            "severity": "error",
            "rule": rule,
            "message": message,
            "file": file,
            "line": line,
            "text": text,
            "callers": [],
        }
    ]
    raise error


def _definition_of(function):
    """(file, line, text) of the line with `def`, which decorators may precede."""
    file, first = function.__code__.co_filename, function.__code__.co_firstlineno
    for line in range(first, first + 50):  # decorators longer than that have no def to show
        text = linecache.getline(file, line).strip()
        if text.startswith(("def ", "async def ")):
            return file, line, text
    return file, first, linecache.getline(file, first).strip()
