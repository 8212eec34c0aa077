"""What a kernel function reads besides its arguments, so that a changed value means a new trace.

From the function, everything is watched that its code can reach: the globals, closures and defaults of the user's
functions, and, inside the values found there, items, fields and classes with their methods. Modules are so large that
of them only the names that some of this code says are watched. The watch is a flat list of probes, made once per trace;
`_core.unchanged` goes through it at every call.
"""

import array
import collections
import contextvars
import ctypes
import functools
import gc
import os
import sys
import threading
import types
import weakref

import numpy as np

from nki import _core
from nki._code import read_code
from nki._structure import door_of, is_opaque

# The first word of a probe; the C++ source has the same list (frontend/bind_captured.cc).
_ITEM, _NO_ITEM, _DICT, _LIST, _ITERATED, _LENGTH, _CELL, _NO_CELL, _SLOT, _NO_SLOT, _CLASS, _FIELDS, _FUNCTION = range(
    13
)
# Values that a probe looks at. To look at so many takes about as long as to trace a small kernel again.
_MOST = 50_000

_LEAVES = frozenset(
    {
        *(int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented), range, slice, object),
        *(np.dtype, types.CodeType, types.WrapperDescriptorType, types.MethodWrapperType, types.MethodDescriptorType),
        *(types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType),
    }
)
_ITERABLE = (set, collections.deque, bytearray, array.array)
# Their values can't be compared: a kernel that reaches one is traced at every call.
_DOUBTFUL = (threading.local, contextvars.ContextVar, memoryview, ctypes._SimpleCData, ctypes.Structure, ctypes.Array)
_WRAPPERS = {  # objects of Python's own that hold functions
    types.MethodType: ("__func__", "__self__"),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget",),
    functools.partial: ("func", "args", "keywords"),
}
# Objects of these modules' classes are nothing but what the user has put into them.
_TRANSPARENT = frozenset({"argparse", "collections", "configparser", "contextlib", "functools", "types"})
_CONTAINERS = (collections.abc.Mapping, collections.abc.Sequence, collections.abc.Set)
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that was made by a class statement


class Captured:
    """The watch on what a function, and others that reach it as arguments, read."""

    def __init__(self, function, others=()):
        """Before the trace; only another thread can change what the trace reads without the trace itself doing so."""
        self._roots = (function, *others)
        self._probes = _Walk().probes(self._roots) if threading.active_count() > 1 else ()

    def settle(self):
        """After the trace: what it has changed itself, such as a log or a memo, is watched as it left it.

        If another thread may have done it, the trace may have read what was there before: then nothing is certain.
        """
        certain = self._probes is not None and _core.unchanged(self._probes)
        self._probes = _Walk().probes(self._roots) if certain or self._probes is None else None
        self._roots = ()

    def unchanged(self):
        """Whether another trace would read the same."""
        return self._probes is not None and _core.unchanged(self._probes)


class _Doubt(Exception):
    """There is too much to watch, or something that can't be watched."""


class _Walk:
    """Goes through all that code can reach, and notes a probe for each thing that can change."""

    def __init__(self):
        self._words = []
        self._left = _MOST
        self._seen = set()
        self._todo = []
        self._names = set()  # what the code says, after which modules are searched
        self._computed = False  # whether some of the code computes the names of attributes
        self._namespaces = []  # (dict, whether it is a user's module, names that have been looked at)

    def probes(self, roots):
        """The flat tuple, or None in doubt."""
        self._todo.extend(roots)
        try:
            while self._todo or self._look_up_names():
                self._visit(self._todo.pop())
        except (_Doubt, RuntimeError):  # the latter: another thread has just changed a container
            return None
        return tuple(self._words)

    def _note(self, probe, owner, key, expected, size=1):
        self._left -= size
        if self._left < 0:
            raise _Doubt
        self._words += (probe, owner, key, expected)

    def _push(self, values):
        values = [value for value in values if type(value) not in _LEAVES]
        if len(values) > _MOST:
            raise _Doubt
        self._todo.extend(values)

    def _visit(self, value):
        kind = type(value)
        if kind in _LEAVES or id(value) in self._seen:
            return
        self._seen.add(id(value))
        if kind is types.FunctionType:
            self._function(value)
        elif kind in _WRAPPERS:
            self._push([getattr(value, part) for part in _WRAPPERS[kind]])
        elif kind is types.BuiltinFunctionType:
            self._push(() if isinstance(value.__self__, types.ModuleType) else (value.__self__,))
        elif isinstance(value, types.ModuleType):
            self._module(value)
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, _DOUBTFUL):
            raise _Doubt
        elif not door_of(value) and not isinstance(value, np.generic):
            self._contents(value)
            self._object(value, kind)

    def _function(self, function):
        namespace = function.__globals__
        if is_opaque(namespace.get("__name__", "")):
            if function in (os.getenv, os.getenvb):
                self._push((os.environ,))
            if not is_opaque(function.__module__):  # a wrapper of the user's function
                self._push([_held(cell) for cell in function.__closure__ or ()])
            return
        code = function.__code__
        self._note(_FUNCTION, function, None, (code, function.__defaults__, function.__kwdefaults__))
        self._push((function.__defaults__, function.__kwdefaults__, function.__dict__))
        said = read_code(code)
        self._names |= said.names
        self._computed |= said.computes
        if said.names_itself:
            self._push((namespace,))
        for name in said.globals:
            if name in namespace:
                self._note(_ITEM, namespace, name, namespace[name])
                self._found(namespace[name], name, said)
            else:
                self._note(_NO_ITEM, namespace, name, None)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            value = _held(cell)
            self._note(_NO_CELL if value is _Doubt else _CELL, cell, None, value)
            self._found(value, name, said)
        for name in said.imports:
            self._import(name, namespace.get("__package__") or "")

    def _found(self, value, name, said):
        """The value of a name that a function's code says: unless all it does is to append to a list."""
        if name not in said.logs or type(value) not in (list, set):
            self._push((value,))

    def _import(self, name, package):
        """What an import statement inside a function may find, absolute or relative."""
        parts = package.split(".")
        places = ["", *(".".join(parts[: i + 1]) + "." for i in range(len(parts)))]
        for full in {f"{place}{name}".strip(".") for place in places}:
            outer = full.partition(".")[0]
            for found in (full, outer):
                if found in sys.modules:
                    self._note(_ITEM, sys.modules, found, sys.modules[found])
                    self._push((sys.modules[found],))

    def _module(self, module):
        name = module.__name__
        if not is_opaque(name):
            self._note(_LENGTH, vars(module), None, len(vars(module)))
            self._namespaces.append((vars(module), True, set()))
        elif name.partition(".")[0] in sys.stdlib_module_names:
            self._namespaces.append((vars(module), False, set()))

    def _look_up_names(self):
        """Notes what the code names of modules; whether that has led to anything new."""
        for namespace, is_users, done in self._namespaces:
            names = namespace.keys() - {"__builtins__"} if is_users and self._computed else self._names
            for name in [name for name in names if name in namespace and name not in done]:
                done.add(name)
                self._note(_ITEM, namespace, name, namespace[name])
                if namespace[name] is not sys.modules:
                    self._push((namespace[name],))
        return bool(self._todo)

    def _class(self, kind):
        if _is_foreign(kind):
            return
        (namespace,) = gc.get_referents(kind.__dict__)  # the dict behind the read-only view
        self._dict(namespace)
        self._push((*kind.__bases__, type(kind)))

    def _dict(self, value):
        size = len(value)
        if size > self._left:
            raise _Doubt
        pairs = list(dict.items(value))
        keys, values = tuple([pair[0] for pair in pairs]), tuple([pair[1] for pair in pairs])
        self._note(_DICT, value, keys, values, 1 + 2 * size)
        self._push(keys)
        self._push(values)

    def _contents(self, value):
        if isinstance(value, dict):
            self._dict(value)
        elif isinstance(value, (tuple, frozenset)):
            self._push(value)
        elif isinstance(value, list):
            self._items(_LIST, value)
        elif isinstance(value, _ITERABLE):
            self._items(_ITERATED, value)
        elif type(value) is types.MappingProxyType:
            self._push(gc.get_referents(value))
        elif isinstance(value, weakref.ref):
            self._push((value(),))
        if isinstance(value, collections.OrderedDict):
            self._items(_ITERATED, value)  # its order is not the dict's

    def _items(self, probe, value):
        if len(value) > self._left:
            raise _Doubt
        items = tuple(value)
        self._note(probe, value, None, items, 1 + len(items))
        self._push(items)

    def _object(self, value, kind):
        """The fields of an object; of those of Python's and the frameworks' classes, what the code names."""
        fields = getattr(value, "__dict__", None)
        if type(fields) is dict:
            if not _is_foreign(kind) or _is_transparent(kind):
                self._note(_FIELDS, value, None, fields)
                self._push((fields,))
            else:
                self._push((fields.get("__wrapped__"),))
                self._namespaces.append((fields, False, set()))
        if _is_foreign(kind):
            return
        self._note(_CLASS, value, None, kind)
        self._push((kind,))
        if self._slots(value, kind) or type(fields) is dict:
            return
        if kind.__hash__ in (object.__hash__, None) and not hasattr(kind, "__members__"):
            raise _Doubt  # another language's object, and not even a value such as an enumeration's

    def _slots(self, value, kind):
        """Whether the class says which fields its objects have."""
        said = False
        for owner in kind.__mro__:
            if _is_foreign(owner):
                continue
            said = said or "__slots__" in owner.__dict__
            for slot in owner.__dict__.values():
                if type(slot) is types.MemberDescriptorType:
                    found = _slot(slot, value)
                    self._note(_NO_SLOT if found is _Doubt else _SLOT, value, slot, found)
                    self._push((found,))
        return said or isinstance(value, (*_ITERABLE, dict, list, tuple, frozenset))


def _is_foreign(kind):
    """Whether a class belongs to Python or to a framework."""
    module = kind.__module__
    return is_opaque(module) and not (module == "builtins" and kind.__flags__ & _HEAP_TYPE)


def _is_transparent(kind):
    return kind.__module__.partition(".")[0] in _TRANSPARENT or issubclass(kind, _CONTAINERS)


def _held(cell):
    """What a cell holds; _Doubt, which is no user's value, if it has not been assigned yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return _Doubt


def _slot(descriptor, value):
    try:
        return descriptor.__get__(value)
    except AttributeError:
        return _Doubt
