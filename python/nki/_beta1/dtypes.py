"""The data types of Beta 1, which are NumPy's."""

import functools

import numpy as np

from nki import _core, _numpy
from nki._language import dtypes as _rules


@functools.cache
def numpy_type(name):
    """What kernels see as the dtype of a tile: a NumPy dtype; the name itself if no package that has it is there."""
    if name == "tfloat32":
        return tfloat32
    try:
        return _numpy.numpy_dtype(name)
    except ImportError:
        return name


def name_of(dtype):
    """NKI's name of a data type of Beta 1, or of Python's and NumPy's that stands for one."""
    try:
        return _names[dtype]
    except (KeyError, TypeError):
        return _name_of(dtype)


def _name_of(dtype):
    if isinstance(dtype, np.dtype) and dtype == tfloat32:
        return "tfloat32"
    name = _core.parse_dtype(dtype)
    _names[dtype] = name
    return name


_names = {bool: "bool"}
tfloat32 = np.dtype("|V4")
bfloat16 = numpy_type("bfloat16")
float8_e4m3 = numpy_type("float8_e4m3")
float8_e5m2 = numpy_type("float8_e5m2")

_INTEGERS = frozenset(("bool", "int8", "int16", "int32", "uint8", "uint16", "uint32"))


def is_integer(name):
    """True for the names of integer types and bool."""
    return name in _INTEGERS


def promoted(a, b):
    """The type that holds the values of both, by their names."""
    return _rules.promoted(a, b)
