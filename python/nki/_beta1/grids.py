"""Grids of programs: kernel[4, 2], kernel[nl.nc(2) * 4], kernel[nl.spmd_dim(nl.nc(2), 4)]."""

import math
import operator

from nki import _core


class GridAxis:
    """An axis of a grid that says which of its programs run on which core. All run on one here."""

    def __init__(self, size, cores):
        self.size = size
        self.cores = cores  # how many run them

    def __mul__(self, other):
        return _axis_of("nl.nc(...) * ...", (self, other))

    def __rmul__(self, other):
        return _axis_of("... * nl.nc(...)", (other, self))

    def __index__(self):
        return self.size

    def __repr__(self):
        return f"<{self.size} programs on {self.cores} cores>"


def nc(cores):
    """Cores of a grid: kernel[nl.nc(2) * 4]. Source: nki.language.nc, NKI 2.26."""
    if _size_of(cores) not in range(1, _core.most_cores + 1) or isinstance(cores, GridAxis):
        raise ValueError(f"nl.nc: a grid has 1 to {_core.most_cores} cores, got {cores!r}")
    return GridAxis(_size_of(cores), _size_of(cores))


def spmd_dim(*axes):
    """An axis of a grid made of several, of which one may be nl.nc(...). Source: nki.language.spmd_dim, NKI 2.26."""
    return _axis_of("nl.spmd_dim", axes)


def _axis_of(what, parts):
    sizes = [_size_of(part) for part in parts]
    if not sizes or None in sizes:
        raise ValueError(f"{what}: takes positive integers and nl.nc(...), got {', '.join(map(repr, parts)) or 'none'}")
    cores = [part.cores for part in parts if isinstance(part, GridAxis)]
    if len(cores) > 1:
        raise ValueError(f"{what}: nl.nc(...) may stand in it once, got {', '.join(map(repr, parts))}")
    return GridAxis(math.prod(sizes), cores[0] if cores else 1)


def _size_of(axis):
    """The number of programs along an axis; None if it is no positive integer."""
    try:
        size = operator.index(axis)
    except TypeError:
        return None
    return None if isinstance(axis, bool) or size < 1 else size


def grid_of(grid):
    """The sizes of `kernel[grid]`, a tuple."""
    axes = tuple(grid) if isinstance(grid, (tuple, list)) else (grid,)
    sizes = tuple([_size_of(axis) for axis in axes])
    if not sizes or None in sizes:
        raise ValueError(f"kernel[grid] takes positive integers, nl.nc and nl.spmd_dim, got kernel[{_words(axes)}]")
    if len([axis for axis in axes if isinstance(axis, GridAxis) and axis.cores > 1]) > 1:
        raise ValueError(f"kernel[grid]: one axis of a grid may have nl.nc(...), got kernel[{_words(axes)}]")
    return sizes


def _words(axes):
    return ", ".join(map(repr, axes)) or "()"
