"""Functions of one or two operands, element by element. Each is also a value for `op=`."""

import contextlib

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.masks import computed
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, psum, require_tile


def _operator(function, name):
    _core.register_operator(function, name)
    return function


def is_number(value):
    """True for Python's and NumPy's numbers."""
    return not isinstance(value, Tile) and (hasattr(value, "__index__") or hasattr(value, "__float__"))


def broadcast_shapes(function, a, b):
    """NumPy's rule; ValueError if the shapes do not fit."""
    if a == b:
        return a
    rank = max(len(a), len(b))
    long_a, long_b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(long_a, long_b, strict=True)):
        raise ValueError(f"nl.{function}: shapes {a} and {b} do not fit: sizes must be equal or 1")
    return tuple(map(max, long_a, long_b))


def spread(tile, shape):
    """The tile with axes of one element repeated to `shape`: free axes by reading again, partitions by copies."""
    own = tile.shape
    if own == shape:
        return tile
    if len(own) < len(shape):
        tile = (
            tile.reshape((own[0],) + (1,) * (len(shape) - len(own)) + own[1:])
            if own[0] == shape[0]
            else tile.reshape((1,) * (len(shape) - len(own)) + own)
        )
    plain = _core.plain(tile)
    if plain.shape[0] != shape[0]:
        plain = nl.broadcast_to(in_sbuf_plain(plain), (shape[0], *plain.shape[1:]))
    for axis in range(1, len(shape)):
        if plain.shape[axis] != shape[axis]:
            plain = plain.broadcast(axis, shape[axis])
    return _core.as_tile(plain)


def in_sbuf_plain(tensor):
    """As in_sbuf, of a tensor of today's kind."""
    return _core.plain(in_sbuf(_core.as_tile(tensor)))


def broadcast_to(src, *, shape, **kwargs):
    """src with its axes of one element repeated. Source: nki.language.broadcast_to, NKI 2.26."""
    if not isinstance(src, Tile):
        raise TypeError(f"nl.broadcast_to: src must be a tile, got {src!r}")
    shape = tuple(shape)
    if broadcast_shapes("broadcast_to", src.shape, shape) != shape:
        raise ValueError(f"nl.broadcast_to: src has the shape {src.shape}, which does not become {shape}")
    if not is_on_chip(src):
        return _core.as_tile(_core.plain(src).broadcast_to(shape))
    return spread(src, shape)


def _binary(name, default=None, exact=False):
    """nl.<name>(x, y): of two tiles, or a tile and a number."""
    op = getattr(nl, name)

    def function(x, y, *, dtype=None, mask=None, **kwargs):
        if type(x) is Tile and type(y) is Tile:
            shape = x.shape if x.shape == y.shape else broadcast_shapes(name, x.shape, y.shape)
            result = dtypes.promoted(x.dtype_name, y.dtype_name) if default is None else default
            x, y = spread(x, shape), spread(y, shape)
            if x.buffer is psum and y.buffer is psum:
                y = in_sbuf(y)
            call = lambda dst, x, y: nisa.tensor_tensor(dst, x, y, op)  # noqa: E731
            operands = (x, y)
        else:
            tile, number, swapped = (y, x, True) if is_number(x) else (x, y, False)
            require_tile(f"nl.{name}", "y" if swapped else "x", tile)
            if not is_number(number):
                raise TypeError(f"nl.{name}: y must be a tile or a number, got {number!r}")
            shape = tile.shape
            floats = dtypes.is_integer(tile.dtype_name) and not hasattr(number, "__index__")
            result = default or ("float32" if floats else tile.dtype_name)
            call = lambda dst, tile: nisa.tensor_scalar(dst, tile, op, number, swapped)  # noqa: E731
            operands = (tile,)
        return computed(call, shape, result if dtype is None else dtypes.name_of(dtype), mask, operands)

    return _named(function, name, f"x and y element by element: {name}; sizes of 1 repeat.")


def _named(function, name, doc):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc} Source: nki.language.{name}, NKI 2.26."
    return _operator(function, name)


def composed(name):
    """A function of one tile, made of today's function of the same name."""
    today = getattr(nl, name)

    def function(x, *, dtype=None, mask=None, **kwargs):
        require_tile(f"nl.{name}", "x", x)

        def call(dst, x):
            put(today(_core.plain(x), dtype=dst.dtype_name), dst, x)

        return computed(call, x.shape, x.dtype_name if dtype is None else dtypes.name_of(dtype), mask, (x,))

    return _like(function, today)


def composed_binary(name, result=None):
    """A function of two tiles, or a tile and a number, made of today's function of the same name.

    `result`: the dtype unless another is asked for; None: that of today's function.
    """
    today = getattr(nl, name)

    def function(x, y, *, dtype=None, mask=None, **kwargs):
        if is_number(x) and is_number(y):
            raise TypeError(f"nl.{name}: x and y are numbers; one must be a tile")
        tiles = [
            require_tile(f"nl.{name}", which, value) for which, value in (("x", x), ("y", y)) if not is_number(value)
        ]
        shape = tiles[0].shape if len(tiles) == 1 else broadcast_shapes(name, tiles[0].shape, tiles[1].shape)
        operands = [value if is_number(value) else spread(value, shape) for value in (x, y)]
        kept = [tile.dtype_name for tile in tiles]
        default = result or (dtypes.promoted(kept[0], kept[-1]))
        if (
            result is None
            and any(is_number(v) and not hasattr(v, "__index__") for v in (x, y))
            and dtypes.is_integer(default)
        ):
            default = "float32"

        def call(dst, *operands):
            put(today(*[_core.plain(operand) for operand in operands], dtype=dst.dtype_name), dst, *operands)

        return computed(call, shape, default if dtype is None else dtypes.name_of(dtype), mask, operands)

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


add = _binary("add")
subtract = _binary("subtract")
multiply = _binary("multiply")
maximum = _binary("maximum")
minimum = _binary("minimum")
divide = composed_binary("divide")
power = composed_binary("power")
mod = composed_binary("mod")
fmod = composed_binary("fmod")
equal, not_equal = composed_binary("equal", "bool"), composed_binary("not_equal", "bool")
less, less_equal = composed_binary("less", "bool"), composed_binary("less_equal", "bool")
greater, greater_equal = composed_binary("greater", "bool"), composed_binary("greater_equal", "bool")
logical_and, logical_or = composed_binary("logical_and", "bool"), composed_binary("logical_or", "bool")
logical_xor, logical_not = composed_binary("logical_xor", "bool"), composed("logical_not")
bitwise_and, bitwise_or = composed_binary("bitwise_and"), composed_binary("bitwise_or")
bitwise_xor, invert = composed_binary("bitwise_xor"), composed("invert")
left_shift, right_shift = composed_binary("left_shift"), composed_binary("right_shift")

abs, negative, sign, square = composed("abs"), composed("negative"), composed("sign"), composed("square")
sqrt, rsqrt, reciprocal = composed("sqrt"), composed("rsqrt"), composed("reciprocal")
exp, log, sin, cos, tan = composed("exp"), composed("log"), composed("sin"), composed("cos"), composed("tan")
arctan, tanh, sigmoid, relu = composed("arctan"), composed("tanh"), composed("sigmoid"), composed("relu")
ceil, floor, trunc = composed("ceil"), composed("floor"), composed("trunc")
silu, silu_dx, mish, softplus = composed("silu"), composed("silu_dx"), composed("mish"), composed("softplus")
gelu, gelu_dx = composed("gelu"), composed("gelu_dx")
gelu_apprx_tanh, gelu_apprx_sigmoid = composed("gelu_apprx_tanh"), composed("gelu_apprx_sigmoid")
erf, erf_dx, copy = composed("erf"), composed("erf_dx"), composed("copy")
