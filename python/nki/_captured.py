"""What a kernel function reads from outside its arguments, so that a changed value means a new trace."""

import functools
import types
from operator import is_

import numpy as np

from nki._structure import door_of, fields_of, is_opaque

_PLAIN = (int, float, complex, str, bytes, type(None), np.generic)
_CONTAINERS = (list, dict, set)
_MOST_ITEMS = 64  # of a container, that are looked into; its own items are compared however many they are
_ABSENT = object()


class Captured:
    """What a function, and the functions it calls, find in globals, closures, modules, classes and objects.

    Names and attributes that the code says are compared by identity, a dictionary look-up each; lists, dicts and sets
    by their items. Elements of arrays are not compared.
    """

    def __init__(self, function, others=()):
        names = set()
        while True:  # until no function is found whose code says another name
            walk = _Walk(names)
            for root in (function, *others):
                walk.visit(root)
            if walk.names == names:
                break
            names = walk.names
        self._named = walk.named
        self._cells = walk.cells
        self._contents = [(value, _items(value)) for value in walk.containers]

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


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return _ABSENT


def _items(container):
    return [*container, *container.values()] if isinstance(container, dict) else [*container]


def _same(items, others):
    return len(items) == len(others) and all(map(is_, items, others))


class _Slots:
    """An object's slots, read as a dictionary is."""

    def __init__(self, value):
        self._value = value

    def get(self, name, default):
        return getattr(self._value, name, default)


class _Walk:
    """Goes where code that says `names` can come to."""

    def __init__(self, names):
        self.names = set(names)
        self.named, self.cells, self.containers = [], [], []
        self._names = names
        self._seen = {}  # by id; keeps what it has seen alive, so that no id comes twice

    def visit(self, value):
        if isinstance(value, _PLAIN) or id(value) in self._seen or door_of(value):
            return
        self._seen[id(value)] = value
        if isinstance(value, types.FunctionType):
            self._visit_function(value)
        elif isinstance(value, types.ModuleType):
            if not is_opaque(value.__name__):
                self._note_all(vars(value))
        elif isinstance(value, type):
            self._visit_class(value)
        elif isinstance(value, (*_CONTAINERS, tuple, frozenset)):
            self._visit_container(value)
        else:
            self._visit_object(value)

    def _visit_function(self, function):
        if is_opaque(function.__module__):
            return
        names = _names_in(function.__code__)
        self.names |= names
        for name in names:
            if name in function.__globals__:
                self._note(function.__globals__, name)
        for cell in function.__closure__ or ():
            self.cells.append((cell, _content(cell)))
            self.visit(_content(cell))
        self.visit(function.__defaults__)
        self.visit(function.__kwdefaults__)
        self.visit(getattr(function, "__wrapped__", None))

    def _visit_class(self, kind):
        if is_opaque(kind.__module__):
            return
        owners = [owner for owner in kind.__mro__ if not is_opaque(owner.__module__)]
        for name in [*self._names, "__call__"]:
            found = next((i for i, owner in enumerate(owners) if name in vars(owner)), -1)
            for owner in owners[: found + 1]:
                self._note(vars(owner), name)

    def _visit_container(self, container):
        if isinstance(container, _CONTAINERS):
            self.containers.append(container)
        if len(container) <= _MOST_ITEMS:
            for item in _items(container):
                self.visit(item)

    def _visit_object(self, value):
        if isinstance(value, functools.partial):
            parts = (value.func, value.args, value.keywords)
        elif isinstance(value, types.MethodType):
            parts = (value.__func__, value.__self__)
        elif isinstance(value, property):
            parts = (value.fget,)
        elif isinstance(value, (staticmethod, classmethod)):
            parts = (value.__func__,)
        else:
            parts = (vars(value).get("__wrapped__") if hasattr(value, "__dict__") else None,)  # a kernel's function
            if not is_opaque(type(value).__module__) or type(value) is types.SimpleNamespace:
                self._visit_fields(value)
        for part in parts:
            self.visit(part)

    def _visit_fields(self, value):
        own = getattr(value, "__dict__", {})
        for name in self._names:
            if name in own or hasattr(type(value), name):
                self._note(own, name)
        for name, _ in fields_of(value):
            if name in self._names and name not in own:
                self._note(_Slots(value), name)
        self.visit(type(value))

    def _note_all(self, namespace):
        for name in self._names:
            if name in namespace:
                self._note(namespace, name)

    def _note(self, namespace, name):
        value = namespace.get(name, _ABSENT)
        self.named.append((namespace, name, value))
        self.visit(value)


@functools.lru_cache(1024)
def _names_in(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names_in(constant)
    return frozenset(names)
