"""Choosing and gathering elements."""

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.elementwise import broadcast, is_number, number_dtype, put, with_number
from nki._beta1.isa_dma import dma_copy
from nki._beta1.masks import compute_box, computed
from nki._beta1.tiles import Tile, in_sbuf, new_tile, require_tile, say_ignored


def where(condition, x, y, *, dtype=None, mask=None, **kwargs):
    """x where the condition is not 0, y elsewhere. Source: nki.language.where, NKI 2.26."""
    if kwargs:
        say_ignored("nl.where", kwargs)
    require_tile("nl.where", "condition", condition)
    given = [("condition", condition), ("x", x), ("y", y)]
    tiles = [require_tile("nl.where", name, value) for name, value in given if not is_number(value)]
    spread_out, shape = broadcast("where", tiles)
    spread_out.reverse()
    operands = [value if is_number(value) else spread_out.pop() for _, value in given]
    if is_number(x) and is_number(y):
        default = dtypes.promoted(number_dtype(x), number_dtype(y))
    elif is_number(x) or is_number(y):
        number, tile = (x, y) if is_number(x) else (y, x)
        default = with_number(tile.dtype_name, number)
    else:
        default = dtypes.promoted(x.dtype_name, y.dtype_name)

    def call(dst, condition, x, y):
        condition, x, y = (_core.plain(value) for value in (condition, x, y))
        put(nl.where(condition, x, y, dtype=dst.dtype_name), dst)

    return computed(call, shape, default if dtype is None else dtypes.name_of(dtype), mask, operands)


def gather_flattened(data, indices, *, mask=None, dtype=None, **kwargs):
    """result[p, ...] = data[p, indices[p, ...]], the free axes of data counting as one.

    Source: nki.language.gather_flattened, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.gather_flattened", kwargs)
    require_tile("nl.gather_flattened", "data", data)
    require_tile("nl.gather_flattened", "indices", indices)

    box = None if mask is None else compute_box(mask, indices.shape)
    first = 0 if box is None else box.begins[0]

    def call(dst, indices):
        begins = (first, *[0] * (len(data.shape) - 1))
        rows = _core.tile_part(data, begins, (first + indices.shape[0], *data.shape[1:]))
        put(nl.gather_flattened(_core.plain(in_sbuf(rows)), _core.plain(indices), dtype=dst.dtype_name), dst)

    name = data.dtype_name if dtype is None else dtypes.name_of(dtype)
    return computed(call, indices.shape, name, mask, (in_sbuf(indices),))


def atomic_rmw(dst, value, op, *, mask=None, **kwargs):
    """dst = op(dst, value) in HBM, at rows that a tile of indices chooses; op is np.add.

    Source: nki.language.atomic_rmw, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.atomic_rmw", kwargs)
    if is_number(value):
        tile = new_tile(dst.shape, dst.dtype_name)
        nisa.memset(tile, int(value) if dtypes.is_integer(tile.dtype_name) else float(value))
        value = tile
    dma_copy(dst=dst, src=value, mask=mask, dst_rmw_op=op)


def static_cast(input_data, dtype):
    """A tile, or a number, as another data type. Source: nki.language.static_cast, NKI 2.26."""
    if isinstance(input_data, Tile):
        return input_data.astype(dtype)
    return dtypes.numpy_type(dtypes.name_of(dtype)).type(input_data)


def expand_dims(data, axis):
    """A view with a new axis of one element. Source: nki.language.expand_dims, NKI 2.26."""
    return data.expand_dims(axis)
