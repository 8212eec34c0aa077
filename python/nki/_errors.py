"""Errors that Python code finds, in the form of the verifier's."""

import functools
import linecache
import re

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


def code_of(function):
    """The code that runs when `function` is called, through functools.partial; None if it is not Python's."""
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "__func__", function)  # a method's
    return getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)


def entered_module(error):
    """The module of this package that a user's function called when the error was raised; "" if there is none."""
    entered, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in ("nki", "neuronxcc"):
            entered = ""
        elif not entered:
            entered = name
        trace = trace.tb_next
    return entered


def _definition_of(function):
    """(file, line, text) of the line with `def`, which decorators may precede, or with `lambda`."""
    code = code_of(function)
    if code is None:
        return "", 0, repr(function)
    file, first = code.co_filename, code.co_firstlineno
    definition = re.compile(rf"(async\s+)?def\s+{re.escape(code.co_name)}\b")
    for line in range(first, first + 50 if code.co_name.isidentifier() else first):
        text = linecache.getline(file, line).strip()
        if definition.match(text):
            return file, line, text
    return file, first, linecache.getline(file, first).strip()
