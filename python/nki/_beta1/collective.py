"""nl.all_reduce: a reduction over the programs of a grid."""

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.launch import present
from nki._beta1.masks import box_of, cut, masked
from nki._beta1.operators import operator
from nki._beta1.programs import Call, MeetingWanted
from nki._beta1.tiles import in_sbuf, new_tile, require_tile, say_ignored

_REDUCES = ("add", "multiply", "maximum", "minimum", "bitwise_and", "bitwise_or", "bitwise_xor")


def all_reduce(x, op, program_axes, *, dtype=None, mask=None, parallel_reduce=True, asynchronous=False, **kwargs):
    """x of all programs along axes of the grid, joined by an operator; each of them gets the result.

    Args:
        x: a tile, of one shape and dtype in all programs. All must call, or none.
        op: np.add, np.maximum, …
        program_axes: an axis of the grid or several.
        dtype: of the result, that of x if None.
        mask: which elements are reduced.
        parallel_reduce, asynchronous: how a device does it; the result is there when the call returns.

    Source: nki.language.all_reduce, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.all_reduce", kwargs)
    require_tile("nl.all_reduce", "x", x)
    program, name = present(), getattr(operator(op), "__name__", None)
    if name not in _REDUCES:
        raise ValueError(f"nl.all_reduce: op must be one that reduces, as np.add or np.maximum, got {op!r}")
    op, axes = getattr(nl, name), _axes(program_axes, program.grid)
    name = x.dtype_name if dtype is None else dtypes.name_of(dtype)
    result, box = new_tile(x.shape, name), box_of(mask, x.shape)
    if box is None or not box.empty:
        part, source = cut(box, result, x.shape), in_sbuf(cut(box, x, x.shape))
        if all(program.grid[axis] == 1 for axis in axes):
            nisa.tensor_copy(part, source)
        else:
            _reduce(part, source, Call(op, axes, source.shape, source.dtype_name), program)
    return result if box is None else masked(result, box)


def _axes(program_axes, grid):
    axes = program_axes if isinstance(program_axes, (tuple, list)) else (program_axes,)
    for axis in axes:
        if isinstance(axis, bool) or not hasattr(axis, "__index__") or not -len(grid) <= axis < len(grid):
            raise ValueError(
                f"nl.all_reduce: program_axes is {program_axes!r}; the kernel runs on the grid {grid}, whose axes are "
                f"0 to {len(grid) - 1}"
                if grid
                else "nl.all_reduce: the kernel runs without a grid; launch it as kernel[programs](...)"
            )
    return tuple(sorted({axis % len(grid) for axis in axes}))


def _reduce(dst, x, call, program):
    """The first of the programs that meet computes what all of them copy."""
    if program.meeting is None:
        raise MeetingWanted
    shared = program.meeting.wait(program.index, call, x)
    total = shared.get("total")
    if total is None:
        total = shared["total"] = _total(shared["tiles"], call, program)
    nisa.tensor_copy(dst, total)


def _total(tiles, call, program):
    name = call.dtype if dtypes.is_integer(call.dtype) else "float32"
    total = new_tile(call.shape, name)
    _core.lift_tile(total, next(iter(program.loops), -1))  # other programs read it in loops of their own
    nisa.tensor_copy(total, tiles[0])
    for tile in tiles[1:]:
        nisa.tensor_tensor(total, total, tile, call.op)
    return total
