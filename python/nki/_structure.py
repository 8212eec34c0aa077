"""Taking nested arguments apart into arrays and the rest, and putting results together."""

import sys

import numpy as np

_SLOT = ("array",)  # where an array was
_doors = {}  # type -> the module that runs kernels on it, "" if values of the type are not arrays


def door_of(value):
    """ "numpy", "torch" or "jax" for an array, "" for anything else. Imports no framework."""
    kind = type(value)
    door = _doors.get(kind)
    if door is None:
        door = _doors[kind] = _find_door(value)
    return door


def _find_door(value):
    if isinstance(value, np.ndarray):
        return "numpy"
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return "torch"
    jax = sys.modules.get("jax")
    if jax is not None and isinstance(value, jax.Array):
        return "jax"
    return ""


class _Identity:
    """A value that can't be hashed, equal to itself only."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, _Identity) and self.value is other.value

    def __hash__(self):
        return id(self.value)


def flatten(value, arrays):
    """The structure of `value` as a hashable; arrays are appended to `arrays` in the order in which they stand."""
    if door_of(value):
        arrays.append(value)
        return _SLOT
    kind = type(value)
    if kind in (tuple, list):
        return (kind, tuple([flatten(item, arrays) for item in value]))
    if kind is dict:
        return (dict, tuple([(key, flatten(item, arrays)) for key, item in value.items()]))
    if isinstance(value, tuple):  # a named tuple
        return (kind, tuple([flatten(item, arrays) for item in value]), "named")
    try:
        hash(value)
    except TypeError:
        value = _Identity(value)
    return ("value", kind, value)  # with its type: 1, 1.0 and True are equal but not the same argument


def unflatten(structure, arrays):
    """The value of a structure, with items of the iterator `arrays` in the places of arrays."""
    kind = structure[0]
    if kind == "array":
        return next(arrays)
    if kind == "value":
        value = structure[2]
        return value.value if isinstance(value, _Identity) else value
    if kind is dict:
        return {key: unflatten(item, arrays) for key, item in structure[1]}
    items = [unflatten(item, arrays) for item in structure[1]]
    return kind(*items) if len(structure) == 3 else kind(items)


def paths(structure, name):
    """The names of the arrays in a structure that is called `name`: "x", "x[0]", "x['w']"."""
    kind = structure[0]
    if kind == "array":
        return [name]
    if kind == "value":
        return []
    if kind is dict:
        return [path for key, item in structure[1] for path in paths(item, f"{name}[{key!r}]")]
    return [path for i, item in enumerate(structure[1]) for path in paths(item, f"{name}[{i}]")]
