"""What a kernel function reads from outside its arguments, so that a changed value means a new trace."""

import types

_PLAIN = (int, float, complex, bool, str, bytes, type(None), tuple, frozenset)


class Captured:
    """The plain values and functions that a function, and the functions it calls, find in globals and closures.

    Values are compared by identity, which costs a dictionary look-up each. What is inside lists, dicts and objects is
    not followed.
    """

    def __init__(self, function):
        self._globals = []
        self._cells = []
        self._collect(function, set())

    def unchanged(self):
        for namespace, name, value in self._globals:
            if namespace.get(name) is not value:
                return False
        for cell, value in self._cells:
            if cell.cell_contents is not value:
                return False
        return True

    def _collect(self, function, seen):
        function = getattr(function, "function", function)  # a kernel's own function
        if not isinstance(function, types.FunctionType) or function in seen:
            return
        if function.__module__.split(".")[0] == "nki":
            return
        seen.add(function)
        for name in _names(function.__code__):
            if name in function.__globals__:
                self._note(function.__globals__, name, function.__globals__[name], seen)
        for cell in function.__closure__ or ():
            try:
                value = cell.cell_contents
            except ValueError:  # not assigned yet
                continue
            if self._follows(value, seen):
                self._cells.append((cell, value))

    def _note(self, namespace, name, value, seen):
        if self._follows(value, seen):
            self._globals.append((namespace, name, value))

    def _follows(self, value, seen):
        if callable(value) and not isinstance(value, type):
            self._collect(value, seen)
            return True
        return isinstance(value, _PLAIN)


def _names(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names
