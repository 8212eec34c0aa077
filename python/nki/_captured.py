"""What a kernel function reads from outside its arguments, so that a changed value means a new trace."""

import os
import sys
import types

_ABSENT = object()
# Code of the standard library and of installed packages is not the user's: it is not followed.
_FOREIGN = tuple({os.path.dirname(os.__file__), *(path for path in sys.path if path.endswith("-packages"))})
_CONTAINERS = (list, dict, set)


class Captured:
    """What a function, and the user's functions that it names, find in globals, closures, modules and classes.

    Names and attributes that the code says are compared by identity, a dictionary look-up each; lists, dicts and sets
    by their items, and objects by their attributes, one level deep. Elements of arrays are not compared.
    """

    def __init__(self, function, others=()):
        self._named = []  # (namespace, name, value)
        self._cells = []  # (cell, value)
        self._contents = []  # (container, its items)
        self._seen = set()
        for root in (function, *others):
            self._function(root)

    def settle(self):
        """Stops watching containers that the trace itself has filled: they are its log and no input."""
        self._contents = [(value, items) for value, items in self._contents if _same(_items(value), items)]

    def unchanged(self):
        for namespace, name, value in self._named:
            if namespace.get(name, _ABSENT) is not value:
                return False
        for cell, value in self._cells:
            if _content(cell) is not value:
                return False
        for value, items in self._contents:
            if not _same(_items(value), items):
                return False
        return True

    def _function(self, function):
        function = getattr(function, "function", function)  # a kernel's own function
        function = getattr(function, "__func__", function)  # a method's
        if not isinstance(function, types.FunctionType) or id(function) in self._seen:
            return
        code = function.__code__
        if code.co_filename.startswith(_FOREIGN) or (function.__module__ or "").split(".")[0] == "nki":
            return
        self._seen.add(id(function))
        names = _names(code)
        for name in names:
            if name in function.__globals__:
                self._note(function.__globals__, name, names)
        for cell in function.__closure__ or ():
            value = _content(cell)
            if value is not _ABSENT:
                self._cells.append((cell, value))
                self._value(value, names)
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self._value(value, names)

    def _note(self, namespace, name, names):
        self._named.append((namespace, name, namespace[name]))
        self._value(namespace[name], names)

    def _value(self, value, names):
        """What `names` may read of a value that the code can reach."""
        if id(value) in self._seen:
            return
        if isinstance(value, (types.FunctionType, types.MethodType)) or hasattr(value, "function"):
            return self._function(value)
        if isinstance(value, types.ModuleType):
            if (getattr(value, "__file__", None) or "").startswith(_FOREIGN) or value.__name__.split(".")[0] == "nki":
                return None
            return self._attributes(vars(value), names)
        if isinstance(value, type):
            for base in value.__mro__:
                if not (getattr(sys.modules.get(base.__module__), "__file__", None) or "").startswith(_FOREIGN):
                    self._attributes(vars(base), names)
            return None
        if type(value) in _CONTAINERS:
            self._contents.append((value, _items(value)))
        elif type(getattr(value, "__dict__", None)) is dict:  # an object: its own attributes, then its class's
            self._seen.add(id(value))
            self._attributes(value.__dict__, names)
            self._value(type(value), names)
        return None

    def _attributes(self, namespace, names):
        if id(namespace) in self._seen:
            return
        for name in names:
            if name in namespace and not (name.startswith("__") and name.endswith("__")):
                self._named.append((namespace, name, namespace[name]))
                if isinstance(namespace[name], (types.FunctionType, *_CONTAINERS)):
                    self._value(namespace[name], names)


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _ABSENT


def _items(container):
    if isinstance(container, dict):
        return [*container.keys(), *container.values()]
    return list(container)


def _same(items, others):
    return len(items) == len(others) and all(map(lambda a, b: a is b, items, others))


def _names(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names
