"""Errors that Python code finds, in the form of the verifier's."""

import linecache

from nki._core import VerifyError


def refuse(function, rule, message):
    """Raises VerifyError for `function` as a whole: the place is its `def` line."""
    code = function.__code__
    text = linecache.getline(code.co_filename, code.co_firstlineno).strip()
    error = VerifyError(f"{code.co_filename}:{code.co_firstlineno}: error: {message} [{rule}]\n    {text}")
    error.diagnostics = [
        {
            "severity": "error",
            "rule": rule,
            "message": message,
            "file": code.co_filename,
            "line": code.co_firstlineno,
            "text": text,
        }
    ]
    raise error
