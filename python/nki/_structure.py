"""Taking nested arguments apart into arrays and the rest, and putting results together.

A structure is a hashable tree. Structures are equal only if a kernel can't tell the values apart, arrays aside:
1, 1.0 and True differ, so do 0.0 and -0.0, and an object counts by its class and by what its fields hold now. A kernel
gets a copy of what it could change, as on a device (language guide, "Objects"): what it does there is its own.
"""

import collections
import functools
import os
import struct
import sys
import types

import numpy as np

_WRITTEN_IN_PYTHON = 1 << 9  # of a type's flags: Py_TPFLAGS_HEAPTYPE
_SLOT = ("array",)  # where an array was
_doors = {}  # type -> the module that runs kernels on it, "" if values of the type are not arrays
_AS_THEY_ARE = (int, str, bytes, type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
# Objects of these packages and of Python's own are constants to a kernel: what is inside them is not its business.
_FRAMEWORKS = frozenset({"numpy", "ml_dtypes", "torch", "jax", "jaxlib", "nki", "neuronxcc"})
_LIBRARY = os.path.dirname(os.__file__)
MADE_OF = {  # type -> (its parts, how to make one of parts)
    functools.partial: (lambda f: (f.func, f.args, f.keywords), lambda f, a, k: functools.partial(f, *a, **k)),
    collections.deque: (lambda d: (list(d), d.maxlen), collections.deque),
    collections.defaultdict: (lambda d: (d.default_factory, dict(d)), collections.defaultdict),
    types.MethodType: (lambda method: (method.__func__, method.__self__), types.MethodType),
    slice: (lambda s: (s.start, s.stop, s.step), slice),
    range: (lambda r: (r.start, r.stop, r.step), range),
}


def door_of(value):
    """ "numpy", "torch" or "jax" for an array, "masked" for one that no door takes, "" for anything else.

    Imports no framework.
    """
    kind = type(value)
    door = _doors.get(kind)
    if door is None:
        door = _doors[kind] = _find_door(value)
    return door


def _find_door(value):
    if isinstance(value, np.ma.MaskedArray):
        return "masked"
    if isinstance(value, np.ndarray):
        return "numpy"
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return "torch"
    jax = sys.modules.get("jax")
    if jax is not None and isinstance(value, jax.Array):
        return "jax"
    return ""


@functools.cache
def is_opaque(module_name):
    """Whether a module belongs to Python, to this package or to a framework."""
    first = str(module_name).partition(".")[0]
    if first not in sys.stdlib_module_names:
        return first in _FRAMEWORKS
    file = getattr(sys.modules.get(first), "__file__", None)  # a user's own code.py or profile.py is elsewhere
    return file is None or file.startswith(_LIBRARY)


class _Keyed:
    """A value that is compared by a key of ours and not by its own idea of equality."""

    __slots__ = ("key", "value")

    def __init__(self, key, value):
        self.key = key
        self.value = value

    def __eq__(self, other):
        return isinstance(other, _Keyed) and self.key == other.key

    def __hash__(self):
        return hash(self.key)


class _Once:
    """The key of a value that may change unseen: equal to itself only, so that no later call finds it."""


def flatten(value, arrays, above=(), is_array=door_of):
    """The structure of `value`; arrays are appended to `arrays` in the order in which they stand.

    `above` are the objects that hold this value; `is_array` is asked of each value inside.
    """
    if is_array(value):
        arrays.append(value)
        return _SLOT
    kind = type(value)
    if kind is float:  # by its bits: -0.0 equals 0.0, and a NaN nothing
        return ("value", float, _Keyed(struct.pack("d", value), value))
    if kind in (tuple, list):
        return (kind, tuple([flatten(item, arrays, above, is_array) for item in value]))
    if kind is dict:
        return (dict, _flatten_items(value.items(), arrays, above, is_array))
    if isinstance(value, (tuple, list)):  # a named tuple, or of another class made of these
        items = tuple([flatten(item, arrays, above, is_array) for item in value])
        return (kind, items, _flatten_fields(value, arrays, above, is_array))
    if isinstance(value, np.generic):
        return ("value", kind, _Keyed((value.dtype, value.tobytes()), value))
    if isinstance(value, (float, complex)):
        return ("value", kind, _Keyed(struct.pack("dd", value.real, value.imag), value))
    if value is None or isinstance(value, _AS_THEY_ARE) or hasattr(kind, "__members__"):  # the last: an Enum's
        return ("value", kind, value)  # with its type: 1, 1.0 and True are equal but not the same argument
    if kind in MADE_OF:
        return ("made", kind, tuple([flatten(part, arrays, above, is_array) for part in MADE_OF[kind][0](value)]))
    return _flatten_object(value, kind, arrays, above, is_array)


def _flatten_items(items, arrays, above, is_array):
    return tuple([(flatten(key, [], (), is_array), flatten(item, arrays, above, is_array)) for key, item in items])


def _flatten_fields(value, arrays, above, is_array):
    return tuple([(name, flatten(item, arrays, above, is_array)) for name, item in fields_of(value)])


def _flatten_object(value, kind, arrays, above, is_array):
    if id(value) in above:
        return ("above", above.index(id(value)))
    above = (*above, id(value))
    inside = []
    if isinstance(value, (set, frozenset)):
        key = frozenset([flatten(item, inside, above, is_array) for item in value])
        return ("set" if kind is set else "value", kind, _Keyed(_Once() if inside else key, value))
    if isinstance(value, dict):
        items = _flatten_items(value.items(), inside, above, is_array)
        key = (items, _flatten_fields(value, inside, above, is_array))
    elif is_opaque(kind.__module__) and not _holds_fields(kind):
        return ("value", kind, _opaque(value))
    elif is_module(value):
        fields = [(name, item) for name, item in vars(value).items() if name[0] != "_" and not door_of(item)]
        return ("value", kind, _Keyed((id(value), _flatten_items(fields, [], above, is_array)), value))
    else:
        fields = fields_of(value)
        if not fields and not hasattr(value, "__dict__"):
            return ("value", kind, _opaque(value))
        key = tuple([(name, flatten(item, inside, above, is_array)) for name, item in fields])
    if not inside and not (any(key) and _can_copy(kind)):  # the object itself: a kernel may ask what it `is`
        return ("value", kind, _Keyed(key, value))
    arrays.extend(inside)
    if isinstance(value, dict):
        return ("mapping", kind, *key)
    return ("object", kind, key)


def _holds_fields(kind):
    """Whether objects of a class that is not the user's are nothing but the fields that the user gave them."""
    return kind is types.SimpleNamespace or (kind.__module__, kind.__name__) == ("nki.language", "NKIObject")


@functools.cache
def _can_copy(kind):
    """Whether an object is nothing but its fields or a mapping: no class written in C lies under its own."""
    known = (object, dict, collections.OrderedDict, types.SimpleNamespace)
    return all(owner in known or owner.__flags__ & _WRITTEN_IN_PYTHON for owner in kind.__mro__)


def _opaque(value):
    try:
        hash(value)
    except TypeError:
        return _Keyed(_Once(), value)
    return value


def is_module(value):
    """Whether a value is a torch module, whose parameters are the program's and not the kernel's arguments."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def fields_of(value):
    """(name, value) of an object's own attributes."""
    fields = []
    for owner in type(value).__mro__:
        names = owner.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{owner.__name__.lstrip('_')}{name}"
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                fields.append((name, getattr(value, name)))
    fields.extend(getattr(value, "__dict__", {}).items())
    return fields


def unflatten(structure, arrays, own=None, above=()):
    """The value of a structure, with items of the iterator `arrays` in the places of arrays.

    `own` is called for each object that is in it as it was; `above` are the objects that will hold this value.
    """
    kind = structure[0]
    if kind == "array":
        return next(arrays)
    if kind == "value":
        value = structure[2]
        if not isinstance(value, _Keyed):
            return value
        return value.value if own is None else own(value.value)
    if kind == "above":
        return above[structure[1]]
    if kind == "set":
        return set(structure[2].value) if own is None else own(structure[2].value)
    if kind == "object":
        return _copy_of(structure[1], structure[2], arrays, own, above)
    if kind == "made":
        return MADE_OF[structure[1]][1](*[unflatten(part, arrays, own, above) for part in structure[2]])
    if kind is dict:
        return _filled({}, structure[1], arrays, own, above)
    if kind == "mapping":
        mapping = structure[1]()
        above = (*above, mapping)
        return _with_fields(_filled(mapping, structure[2], arrays, own, above), structure[3], arrays, own, above)
    items = [unflatten(item, arrays, own, above) for item in structure[1]]
    if len(structure) == 2:
        return kind(items)
    made = tuple.__new__(kind, items) if issubclass(kind, tuple) else list.__new__(kind)
    if isinstance(made, list):
        list.extend(made, items)
    return _with_fields(made, structure[2], arrays, own, above)


def _filled(mapping, items, arrays, own, above):
    mapping.update([(unflatten(key, iter(())), unflatten(item, arrays, own, above)) for key, item in items])
    return mapping


def _copy_of(kind, fields, arrays, own, above):
    """An object with these fields, made without __init__ as the device's compiler makes its own."""
    maker = types.SimpleNamespace if issubclass(kind, types.SimpleNamespace) else object
    copy = maker.__new__(kind)
    return _with_fields(copy, fields, arrays, own, (*above, copy))


def _with_fields(value, fields, arrays, own, above):
    for name, item in fields:
        object.__setattr__(value, name, unflatten(item, arrays, own, above))
    return value


def paths(structure, name):
    """The names of the arrays in a structure that is called `name`: "x", "x[0]", "x['w']", "x.w"."""
    kind = structure[0]
    if kind == "array":
        return [name]
    if kind in ("value", "above", "set"):
        return []
    if kind == "object":
        return [path for field, item in structure[2] for path in paths(item, f"{name}.{field}")]
    if kind is dict or kind == "mapping":
        items, fields = (structure[1], ()) if kind is dict else structure[2:]
        items = [(f"[{unflatten(key, iter(()))!r}]", item) for key, item in items]
    else:
        items, fields = (structure[2], ()) if kind == "made" else (structure[1], *structure[2:], ())[:2]
        items = [(f"[{i}]", item) for i, item in enumerate(items)]
    items.extend((f".{field}", item) for field, item in fields)
    return [path for place, item in items for path in paths(item, f"{name}{place}")]


def lasts(structure):
    """Whether an equal structure can come again: not if it holds what can't be compared."""
    return not any(isinstance(part, _Once) for part in _leaves(structure))


def code_in(structure):
    """The functions and classes in a structure, whose meaning can change outside of it."""
    return [part for part in _leaves(structure) if isinstance(part, (type, types.FunctionType)) or callable(part)]


def _leaves(part):
    if isinstance(part, _Keyed):
        yield from _leaves(part.key)
    elif isinstance(part, (tuple, frozenset)):
        for inner in part:
            yield from _leaves(inner)
    else:
        yield part
