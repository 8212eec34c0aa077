"""Functions of one or two operands, element by element. Each is also a value for `op=`."""

import contextlib

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.masks import computed
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, psum, require_tile, say_ignored, sbuf, wrong_type


def _operator(function, name):
    _core.register_operator(function, name)
    return function


def is_number(value):
    """True for Python's and NumPy's numbers."""
    kind = type(value)
    if kind is Tile:
        return False
    if kind is float or kind is int:
        return True
    return (hasattr(value, "__index__") or hasattr(value, "__float__")) and not getattr(value, "ndim", 0)


def number_dtype(value):
    """The name of the dtype of a number: NumPy's own, of Python's the widest (nki.api.shared, NKI 2.26)."""
    kind = type(value)
    if kind is float:
        return "float32"
    if kind is int:
        return "int32"
    if kind is bool or kind is np.bool_:
        return "uint8"
    if isinstance(value, np.generic) or isinstance(getattr(value, "dtype", None), np.dtype):
        return _NARROWED.get(value.dtype.name) or dtypes.name_of(value.dtype)
    return "int32" if hasattr(value, "__index__") else "float32"


def with_number(name, value):
    """The dtype of an operation on a tile of dtype `name` and a number.

    A plain int beside uint32 stays uint32: int32, which would make it float32, is what int has for want of a wider one.
    """
    return name if name == "uint32" and type(value) is int else dtypes.promoted(name, number_dtype(value))


_NARROWED = {"float64": "float32", "int64": "int32", "uint64": "uint32"}  # a NeuronCore has 32 bits


def fitting_shapes(function, a, b):
    """(a, b, what they are broadcast to) by NumPy's rule; ValueError if the shapes do not fit.

    What NumPy would refuse may still have the same partitions: [P, 1] beside [P, A, B] is one number for each.
    """
    if a == b:
        return a, b, a
    rank = max(len(a), len(b))
    for behind in (False, True):
        long_a, long_b = ((axes[:behind] + (1,) * (rank - len(axes)) + axes[behind:]) for axes in (a, b))
        if all(m == n or m == 1 or n == 1 for m, n in zip(long_a, long_b, strict=True)):
            return long_a, long_b, tuple(map(max, long_a, long_b))
        if a[0] != b[0]:
            break
    raise ValueError(f"nl.{function}: shapes {a} and {b} do not fit: sizes must be equal or 1")


def broadcast(function, tiles):
    """The tiles, each with axes of one element repeated to the shape of all, and that shape."""
    shape = tiles[0].shape
    for tile in tiles[1:]:
        shape = fitting_shapes(function, shape, tile.shape)[2]
    return [spread(tile, shape) for tile in tiles], shape


def spread(tile, shape):
    """The tile with axes of one element repeated to `shape`: free axes by reading again, partitions by copies."""
    if tile.shape == shape:
        return tile
    plain = _core.plain(tile)
    own = fitting_shapes("broadcast_to", plain.shape, shape)[0]
    if own != plain.shape:
        plain = plain.reshape(own) if own[0] == plain.shape[0] else _in_one_partition(plain, own)
    if own[0] != shape[0]:
        plain = nl.broadcast_to(in_sbuf_plain(plain), (shape[0], *own[1:]))
    for axis in range(1, len(shape)):
        if own[axis] != shape[axis]:
            plain = plain.broadcast(axis, shape[axis])
    return _core.as_tile(plain)


def _in_one_partition(tensor, shape):
    """What is in many partitions, in one, for a partition axis that was put in front: (3, 8) as (1, 3, 8)."""
    result = _core.new_tensor(shape, tensor.dtype, sbuf, "", None)
    nisa.dma_copy(result, in_sbuf_plain(tensor))
    return result


def in_sbuf_plain(tensor):
    """As in_sbuf, of a tensor of today's kind."""
    return _core.plain(in_sbuf(_core.as_tile(tensor)))


def broadcast_to(src, *, shape, **kwargs):
    """src with its axes of one element repeated. Source: nki.language.broadcast_to, NKI 2.26."""
    if kwargs:
        say_ignored("nl.broadcast_to", kwargs)
    if not isinstance(src, Tile):
        raise wrong_type("nl.broadcast_to", "src", "a tile", src)
    shape = tuple(shape)
    if fitting_shapes("broadcast_to", src.shape, shape)[2] != shape:
        raise ValueError(f"nl.broadcast_to: src has the shape {src.shape}, which does not become {shape}")
    if not is_on_chip(src):
        return _core.as_tile(_core.plain(src).broadcast_to(shape))
    return spread(src, shape)


def _operand(name, which, value):
    """`value` if it is a tile on chip; an error that says what an operand may be if not."""
    if type(value) is Tile:
        return require_tile(f"nl.{name}", which, value)
    raise wrong_type(f"nl.{name}", which, "a tile or a number", value)


def _binary(name, dtype=None, **options):
    """nl.<name>(x, y): of two tiles, or a tile and a number, by one instruction.

    `dtype`: that of the result, None: what the operands are promoted to. `options` are nisa.tensor_tensor's.
    """
    op = getattr(nl, name)

    def function(x, y, *, dtype=None, mask=None, **kwargs):
        if kwargs:
            say_ignored(f"nl.{name}", kwargs)
        if type(x) is Tile and type(y) is Tile:
            _operand(name, "x", x), _operand(name, "y", y)
            if x.shape == y.shape:
                shape = x.shape
            else:
                (x, y), shape = broadcast(name, (x, y))
            if x.buffer is psum and y.buffer is psum:
                y = in_sbuf(y)
            if dtype is None:
                dtype = dtypes.promoted(x.dtype_name, y.dtype_name)
            call = lambda dst, x, y: nisa.tensor_tensor(dst, x, y, op, **options)  # noqa: E731
            operands = (x, y)
        else:
            tile, number, swapped = (y, x, True) if is_number(x) else (x, y, False)
            if is_number(tile):
                raise TypeError(f"nl.{name}: x and y are numbers; one must be a tile")
            _operand(name, "y" if swapped else "x", tile)
            if not is_number(number):
                _operand(name, "y", number)
            shape = tile.shape
            if dtype is None:
                dtype = with_number(tile.dtype_name, number)
            call = lambda dst, tile: nisa.tensor_scalar(dst, tile, op, number, swapped)  # noqa: E731
            operands = (tile,)
        return computed(call, shape, dtypes.name_of(dtype), mask, operands)

    function.__kwdefaults__ = {"dtype": dtype, "mask": None}
    return _named(function, name, f"x and y element by element: {name}; sizes of 1 repeat.")


def _named(function, name, doc):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc} Source: nki.language.{name}, NKI 2.26."
    return _operator(function, name)


def composed(name, first="x", dtype=None):
    """A function of one tile, made of today's function of the same name.

    `first` is the name of its parameter; `dtype` that of the result, None: that of the tile.
    """
    today = getattr(nl, name)

    def function(x, *, dtype=None, mask=None, **kwargs):
        if kwargs:
            say_ignored(f"nl.{name}", kwargs)
        require_tile(f"nl.{name}", first, x)

        def call(dst, x):
            put(today(_core.plain(x), dtype=dst.dtype_name), dst, x)

        return computed(call, x.shape, x.dtype_name if dtype is None else dtypes.name_of(dtype), mask, (x,))

    function.__kwdefaults__ = {"dtype": dtype, "mask": None}
    return _like(_renamed(function, first), today)


def _activated(name):
    """A function of one tile that is one nisa.activation."""
    op = getattr(nl, name)

    def function(x, *, dtype=None, mask=None, **kwargs):
        if kwargs:
            say_ignored(f"nl.{name}", kwargs)
        if type(x) is not Tile or not is_on_chip(x):
            require_tile(f"nl.{name}", "x", x)
        name_of_dtype = x.dtype_name if dtype is None else dtypes.name_of(dtype)
        return computed(lambda dst, x: nisa.activation(dst, op, x), x.shape, name_of_dtype, mask, (x,))

    return _like(function, op)


def _renamed(function, first):
    """The function with another name of its first parameter."""
    if first != "x":
        code = function.__code__
        names = tuple([first if name == "x" else name for name in code.co_varnames])
        function.__code__ = code.replace(co_varnames=names)
    return function


def composed_binary(name, by_position=False):
    """A function of two tiles, or a tile and a number, made of today's function of the same name.

    `by_position`: whether dtype and mask may be given without their names.
    """
    today = getattr(nl, name)

    def compute(x, y, dtype, mask, ignored):
        if ignored:
            say_ignored(f"nl.{name}", ignored)
        if is_number(x) and is_number(y):
            raise TypeError(f"nl.{name}: x and y are numbers; one must be a tile")
        tiles = [_operand(name, which, value) for which, value in (("x", x), ("y", y)) if not is_number(value)]
        spread_out, shape = broadcast(name, tiles)
        numbers = [value for value in (x, y) if is_number(value)]
        if dtype is not None:
            result = dtypes.name_of(dtype)
        elif numbers:
            result = with_number(tiles[0].dtype_name, numbers[0])
        else:
            result = dtypes.promoted(x.dtype_name, y.dtype_name)
        spread_out.reverse()
        operands = [value if is_number(value) else spread_out.pop() for value in (x, y)]

        def call(dst, *operands):
            put(today(*[_core.plain(operand) for operand in operands], dtype=dst.dtype_name), dst, *operands)

        return computed(call, shape, result, mask, operands)

    if by_position:

        def function(x, y, dtype=None, mask=None, **kwargs):
            return compute(x, y, dtype, mask, kwargs)
    else:

        def function(x, y, *, dtype=None, mask=None, **kwargs):
            return compute(x, y, dtype, mask, kwargs)

    return _like(function, today)


def _like(function, today):
    """With the name and the description of today's function."""
    name = function.__name__ = function.__qualname__ = today.__name__
    text = (today.__doc__ or "").split("Source:")[0].strip()
    function.__doc__ = f"{text} Source: nki.language.{name}, NKI 2.26."
    with contextlib.suppress(ValueError):  # not all are operators
        _core.register_operator(function, name)
    return function


def put(result, dst, *operands):
    """Moves what a function of today returned to where it is wanted."""
    own = all(_core.tensor_id(result) != _core.tensor_id(operand) for operand in operands if isinstance(operand, Tile))
    result = _core.as_tile(result, own)
    if not _core.redirect(result, None, dst, False):
        nisa.tensor_copy(dst, result)


add, subtract, multiply = _binary("add"), _binary("subtract"), _binary("multiply")
maximum, minimum = _binary("maximum"), _binary("minimum")
divide = _binary("divide", engine=nisa.engine.vector)  # in float32, integers too
power = composed_binary("power")
mod, fmod = composed_binary("mod", by_position=True), composed_binary("fmod", by_position=True)
equal, not_equal = _binary("equal", bool), _binary("not_equal", bool)
less, less_equal = _binary("less", bool), _binary("less_equal", bool)
greater, greater_equal = _binary("greater", bool), _binary("greater_equal", bool)
logical_and, logical_or = _binary("logical_and", bool), _binary("logical_or", bool)
logical_xor, logical_not = _binary("logical_xor", bool), composed("logical_not", dtype=bool)
bitwise_and, bitwise_or = composed_binary("bitwise_and"), composed_binary("bitwise_or")
bitwise_xor, invert = composed_binary("bitwise_xor"), composed("invert")
left_shift, right_shift = composed_binary("left_shift"), composed_binary("right_shift")

abs, negative, sign, square = _activated("abs"), composed("negative"), _activated("sign"), _activated("square")
sqrt, rsqrt, reciprocal = _activated("sqrt"), composed("rsqrt"), composed("reciprocal")
exp, log, sin, cos, tan = _activated("exp"), _activated("log"), composed("sin"), composed("cos"), composed("tan")
arctan, tanh, sigmoid, relu = composed("arctan"), _activated("tanh"), _activated("sigmoid"), _activated("relu")
ceil, floor, trunc = composed("ceil"), composed("floor"), composed("trunc")
silu, silu_dx, mish, softplus = _activated("silu"), _activated("silu_dx"), _activated("mish"), _activated("softplus")
gelu, gelu_dx = _activated("gelu"), _activated("gelu_dx")
gelu_apprx_tanh, gelu_apprx_sigmoid = _activated("gelu_apprx_tanh"), _activated("gelu_apprx_sigmoid")
erf, erf_dx, copy = _activated("erf"), _activated("erf_dx"), composed("copy", "src")
