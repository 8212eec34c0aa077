"""Ranges and the place of a program in its grid."""

import math
import sys

from nki import _core
from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.launch import present
from nki._beta1.masks import box_of, cut, masked, require_box
from nki._beta1.operators import operator
from nki._beta1.tiles import Tile, new_tile, require_tile, say_ignored


def _bounds(function, args):
    for value in args:
        if isinstance(value, Tile) or not hasattr(value, "__index__"):
            raise TypeError(f"nl.{function}: bounds must be integers that are known while tracing, got {value!r}")
    return range(*[value.__index__() for value in args])


class LoopIndex(int):
    """The index of an iteration; nl.loop_reduce knows the loop by it."""

    loop = None


def _loop(bounds):
    """The iterations of a loop, outside which tiles that it makes are not there."""
    block, program = _core.begin_block(), present()
    try:
        for value in bounds:
            index = LoopIndex(value)
            index.loop = block
            program.loops[block] = value
            yield index
    finally:
        program.loops.pop(block, None)
        _core.end_block(block)


def device_print(prefix, x, *, mask=None, **kwargs):
    """Prints a prefix and the values of a tile when the kernel gets there. Source: nki.language, NKI 2.26."""
    if kwargs:
        say_ignored("nl.device_print", kwargs)
    box = box_of(mask, x.shape) if isinstance(x, Tile) else None
    if box is not None and box.empty:
        return
    if isinstance(x, Tile):
        _core.instructions["device_print"](prefix, cut(box, x, x.shape))
    else:
        print(prefix, x)


def loop_reduce(x, op, loop_indices, *, dtype=None, mask=None, **kwargs):
    """x of the first iteration, and then what was returned before <op> x: a reduction over a loop.

    Args:
        x: the tile of this iteration.
        op: a function of NumPy or nl: np.add, np.maximum, …
        loop_indices: the index of the loop that is reduced over, or several.

    Source: nki.language.loop_reduce, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.loop_reduce", kwargs)
    require_tile("nl.loop_reduce", "x", x)
    reduced = _loops_of(loop_indices)
    program = present()
    # The loops inside the outermost one that is reduced begin anew in each of its iterations: their indices count.
    outermost = next((loop for loop in program.loops if loop in reduced), -1)
    if outermost < 0:
        raise ValueError("nl.loop_reduce: loop_indices names no loop that is running")
    others = tuple([at for loop, at in program.loops.items() if loop not in reduced])
    place = (_calls(sys._getframe(1)), outermost, others)
    box = box_of(mask, x.shape)
    require_box("nl.loop_reduce", box)
    found = program.sums.get(place)
    if found is None:
        found = new_tile(x.shape, x.dtype_name if dtype is None else dtypes.name_of(dtype))
        _core.lift_tile(found, outermost)
        program.sums[place] = found
        if box is None or not box.empty:
            nisa.tensor_copy(cut(box, found, x.shape), cut(box, x, x.shape))
        return found if box is None else masked(found, box)
    if box is None or not box.empty:
        part, x = cut(box, found, x.shape), cut(box, x, x.shape)
        nisa.tensor_tensor(part, part, x, operator(op))
    return found


def _loops_of(indices):
    """The loops of which these are the indices."""
    indices = indices if isinstance(indices, (tuple, list)) else [indices]
    for index in indices:
        if getattr(index, "loop", None) is None:
            raise TypeError(
                f"nl.loop_reduce: loop_indices must be indices of nl.affine_range or nl.sequential_range, got {index!r}"
            )
    return {index.loop for index in indices}


def _calls(frame):
    """Where the kernel is: the places in its functions, from the innermost one to what called the kernel."""
    places = []
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] != "nki":
        places.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(places)


def affine_range(*args, **kwargs):
    """range(...) of iterations that are independent; unrolled while tracing. Source: nki.language, NKI 2.26."""
    return _loop(_bounds("affine_range", args))


def sequential_range(*args, **kwargs):
    """range(...) of iterations in order; unrolled while tracing. Source: nki.language, NKI 2.26."""
    return _loop(_bounds("sequential_range", args))


def static_range(*args):
    """range(...), unrolled while tracing. Source: nki.language, NKI 2.26."""
    return iter(_bounds("static_range", args))


def program_id(axis):
    """This program's index along an axis of the grid; 0 without a grid. Source: nki.language, NKI 2.26."""
    program = present()
    if not program.grid:
        return 0
    _check_axis("program_id", axis, program.grid)
    return program.index[axis]


def num_programs(axes=None):
    """The number of programs along an axis, several or all of them. Source: nki.language, NKI 2.26."""
    grid = present().grid
    if axes is None:
        return math.prod(grid)
    if not grid:
        return 1
    axes = axes if isinstance(axes, (tuple, list)) else (axes,)
    for axis in axes:
        _check_axis("num_programs", axis, grid)
    return math.prod(grid[axis] for axis in axes)


def program_ndim():
    """The number of axes of the grid; 0 without one. Source: nki.language, NKI 2.26."""
    return len(present().grid)


def _check_axis(function, axis, grid):
    if isinstance(axis, bool) or not hasattr(axis, "__index__") or not 0 <= axis < len(grid):
        raise ValueError(f"nl.{function}: axis {axis!r} is out of range; the kernel runs on the grid {grid}")
