"""Instructions that reduce: along free axes, or across partitions."""

from nki import _core
from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.masks import Box, box_of, compute_box, cut, cut_rows, masked, starts_legally, whole_rows
from nki._beta1.operators import operator
from nki._beta1.tiles import in_sbuf, new_tile, require_tile, say_ignored


def reduced_axes(function, data, axis):
    """`axis`, an integer or several, as sorted numbers of free axes; ValueError if there are no such."""
    given = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    if not given or any(isinstance(one, bool) or not hasattr(one, "__index__") for one in given):
        raise TypeError(f"{function}: axis must be an integer or several, got {axis!r}")
    rank = len(data.shape)
    axes = sorted({one.__index__() + (rank if one < 0 else 0) for one in given})
    if axes[0] < 1 or axes[-1] >= rank:
        raise ValueError(
            f"{function}: axis is {axis!r} and the operand has the shape {data.shape}; axes 1 to {rank - 1} can be "
            "reduced, not the partition axis 0"
        )
    return axes


def reduced_shape(shape, axes, keepdims):
    """The shape without the reduced axes, or with one element in their places; at least two axes stay."""
    kept = tuple([1 if axis in axes else size for axis, size in enumerate(shape) if keepdims or axis not in axes])
    return kept if len(kept) > 1 else (*kept, 1)


def last_axes(data, axes):
    """The tile with the reduced axes behind the others, where an instruction wants them, and how many there are."""
    order = [axis for axis in range(len(data.shape)) if axis not in axes] + axes
    if order == list(range(len(data.shape))):
        return data
    return _core.as_tile(_core.plain(data).permute(order))


def reduce(call, data, axes, dtype, keepdims, mask, function="reduction"):
    """A new tile that call(tile, data with the reduced axes last) fills where the mask holds."""
    shape, box = data.shape, compute_box(mask, data.shape)
    result = new_tile(reduced_shape(shape, axes, keepdims), dtype)
    result.row = len(axes) == len(shape) - 1 and not keepdims
    if box is None:
        call(result, last_axes(data, axes))
        return result
    _, _, rows = whole_rows(function, box, shape)
    kept = [axis for axis in range(len(shape)) if keepdims or axis not in axes]
    behind = [0] * (len(result.shape) - len(kept))
    begins = (*[0 if axis in axes else box.begins[axis] for axis in kept], *behind)
    ends = (*[1 if axis in axes else box.ends[axis] for axis in kept], *[1 for _ in behind])
    if box.empty:
        return masked(result, Box(begins, begins))
    of_result = Box(begins, ends, None if rows is None else rows.reshape(-1, *[1] * (len(begins) - 1)))
    call(cut(of_result, result, result.shape), last_axes(cut(box, data, shape), axes))
    return masked(result, of_result)


def tensor_reduce(op, data, axis, *, mask=None, dtype=None, negate=False, keepdims=False, **kwargs):
    """data reduced over free axes. Source: nki.isa.tensor_reduce, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_reduce", kwargs)
    require_tile("tensor_reduce", "data", data)
    axes, op = reduced_axes("tensor_reduce", data, axis), operator(op)

    def call(dst, data):
        last = list(range(len(data.shape) - len(axes), len(data.shape)))
        nisa.tensor_reduce(dst, op, data, last, negate)

    name = data.dtype_name if dtype is None else dtypes.name_of(dtype)
    return reduce(call, data, axes, name, keepdims, mask, "tensor_reduce")


def tensor_partition_reduce(op, data, *, mask=None, dtype=None, **kwargs):
    """data reduced across partitions, on GpSimd: a tile of one. Source: nki.isa.tensor_partition_reduce, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_partition_reduce", kwargs)
    require_tile("tensor_partition_reduce", "data", data)
    shape, box, op = data.shape, box_of(mask, data.shape), operator(op)
    result = new_tile((1, *shape[1:]), data.dtype_name if dtype is None else dtypes.name_of(dtype))
    if box is None:
        nisa.tensor_partition_reduce(result, op, in_sbuf(data))
        return result
    whole_rows("tensor_partition_reduce", box, shape)
    of_result = Box((0, *box.begins[1:]), (0 if box.empty else 1, *box.ends[1:]))
    if not box.empty:
        source = from_first_partition(cut(box, in_sbuf(data), shape), box)
        nisa.tensor_partition_reduce(cut(of_result, result, result.shape), op, source)
    return masked(result, of_result)


def from_first_partition(tile, box):
    """The part of a tile in SBUF in a box, where an engine can read it: copied by DMA if it starts elsewhere."""
    if starts_legally(box):
        return tile
    copy = new_tile(tile.shape, tile.dtype_name)
    nisa.dma_copy(copy, tile)
    return copy


def bn_stats(data, *, mask=None, dtype=None, **kwargs):
    """Count, mean and variance times count of the even and of the odd elements of each row: [P, 6].

    Source: nki.isa.bn_stats, NKI 2.26.
    """
    if kwargs:
        say_ignored("nisa.bn_stats", kwargs)
    return _statistics("bn_stats", nisa.bn_stats, data, 6, mask, dtype)


def bn_aggr(data, *, mask=None, dtype=None, **kwargs):
    """Mean and variance of rows of (count, mean, variance * count): [P, 2]. Source: nki.isa.bn_aggr, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.bn_aggr", kwargs)
    return _statistics("bn_aggr", nisa.bn_aggr, data, 2, mask, dtype)


def _statistics(function, instruction, data, columns, mask, dtype):
    require_tile(function, "data", data)
    name = data.dtype_name if dtype is None else dtypes.name_of(dtype)
    return of_rows(function, lambda dst, data: instruction(dst, data), data, columns, name, mask)


def of_rows(function, call, data, columns, dtype, mask, operands=()):
    """A new tile [P, columns] that call(tile, data, *operands) fills where the mask of data holds."""
    shape, box = data.shape, compute_box(mask, data.shape)
    result = new_tile((shape[0], columns), dtype)
    if box is None:
        call(result, data, *operands)
        return result
    begin, end, rows = whole_rows(function, box, shape)
    of_result = Box((begin, 0), (end, columns), None if rows is None else rows[:, None])
    if not box.empty:
        operands = [cut_rows(box, operand) for operand in operands]
        call(cut_rows(box, result), cut(box, data, shape), *operands)
    return masked(result, of_result)
