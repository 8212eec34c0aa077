"""Ranges, slices, the place of a program in its grid, and regions."""

import contextlib
import math
import operator

from nki import _core


def affine_range(start, stop=None, step=1):
    """range(); iterations are independent. Unrolled while tracing. Source: nki.language, NKI 0.6."""
    return range(start, stop, step) if stop is not None else range(0, start, step)


def sequential_range(start, stop=None, step=1):
    """range(); iterations run in order. Unrolled while tracing. Source: nki.language, NKI 0.6."""
    return affine_range(start, stop, step)


def static_range(start, stop=None, step=1):
    """range(); unrolled while tracing. Source: nki.language, NKI 0.6."""
    return affine_range(start, stop, step)


def ds(start, size):
    """The slice start : start + size, as an index of a tensor.

    Args:
        start: an integer, or a register (nisa.register_alloc, the index of a loop); the run then checks that the slice
            stays on its axis.
        size: an integer.

    Source: nki.language.ds, NKI 0.6.
    """
    if isinstance(start, _core.VirtualRegister):
        return _core.DynamicSlice(start, size)
    start, size = _integer("start", start), _integer("size", size)
    if start < 0:
        raise IndexError(f"nl.ds: start is {start}; it must not be negative")
    return slice(start, start + size)


def _integer(name, value):
    try:
        return operator.index(value)
    except TypeError:
        kind = "an integer or a register" if name == "start" else "an integer"
        raise TypeError(f"nl.ds: {name} must be {kind}, got {value!r}") from None


def program_id(axis=0):
    """This program's index along an axis of the grid; 0 without a grid.

    Errors: TypeError or ValueError for what is no axis of the grid. Source: nki.language.program_id, NKI 0.6.
    """
    grid, program = _core.current_grid()
    return (program or (0,))[_axis("program_id", axis, grid)]


def num_programs(axes=0):
    """The number of programs along an axis of the grid, or the product over a tuple of axes; 1 without a grid.

    None means all axes, as it does by default until NKI 0.2.

    Errors: TypeError or ValueError for what is no axis of the grid. Source: nki.language.num_programs, NKI 0.6.
    """
    grid, _ = _core.current_grid()
    axes = range(len(grid)) if axes is None else axes if isinstance(axes, (tuple, list, range)) else (axes,)
    sizes = grid or (1,)
    return math.prod([sizes[_axis("num_programs", axis, grid)] for axis in axes])


def _axis(function, axis, grid):
    """`axis` if the grid has it; no grid counts as one of a single axis."""
    if not hasattr(axis, "__index__"):
        raise TypeError(f"nl.{function}: an axis of the grid is an integer, got {axis!r}")
    if not 0 <= axis < max(len(grid), 1):
        has = f"the grid is {grid}" if grid else "the kernel was called without a grid, which counts as (1,)"
        raise ValueError(f"nl.{function}: there is no axis {axis}; {has}")
    return axis


def program_ndim():
    """The number of axes of the grid; 0 without one."""
    return len(_core.current_grid()[0])


def device_print(print_prefix, tensor):
    """Prints a prefix and the values of a tensor when the kernel gets there, to sys.stdout.

    If NEURON_RT_DEBUG_OUTPUT_DIR names a folder, the values of the n-th print of a prefix, counted from 0, also go to
    <folder>/<print_prefix>/core_0/<n>/tensor.npy.

    Args:
        print_prefix: a string.
        tensor: in SBUF or HBM.

    Source: nki.language.device_print, NKI 0.6.
    """
    _core.instructions["device_print"](print_prefix, tensor)


@contextlib.contextmanager
def _in_order():
    _core.begin_in_order()
    try:
        yield
    finally:
        _core.end_in_order()


def no_reorder():
    """`with nl.no_reorder():` keeps instructions in the order of the program, as they are here anyway.

    Loops that run while the kernel runs (dynamic_range, fori_loop, while_loop, `while register:`) can't be inside; they
    may have such a block in their body.

    Source: nki.language.no_reorder, NKI 0.6.
    """
    return _in_order()
