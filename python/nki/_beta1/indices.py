"""nl.arange, nl.mgrid and their like: index expressions, which the core computes with (memory/index_grid.h)."""

from nki import _core

_FIELDS = "pxyzw"


def arange(*args):
    """The integers of range(...) as an index expression; nl.arange(n)[:, None] lies along the partitions.

    Source: nki.language.arange, NKI 2.26.
    """
    bounds = range(*[_integer("arange", value) for value in args])
    return _core.index_range(bounds.start, bounds.stop, bounds.step)


def _integer(function, value):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"nl.{function}: bounds must be integers, got {value!r}")
    return value.__index__()


class _Grid(tuple):
    """What nl.mgrid[...] returns: an index expression for each axis, also called p, x, y, z and w."""

    __slots__ = ()

    def __getattr__(self, name):
        axis = _FIELDS.find(name) if len(name) == 1 else -1
        if not 0 <= axis < len(self):
            raise AttributeError(f"a grid of {len(self)} axes has {', '.join(_FIELDS[: len(self)])}, not {name!r}")
        return self[axis]


class _GridMaker:
    """nl.mgrid: nl.mgrid[0:128, 0:512] are the row and the column of each element of a tile [128, 512].

    Source: nki.language.mgrid, NKI 2.26.
    """

    def __getitem__(self, key):
        bounds = [_bounds(item) for item in (key if isinstance(key, tuple) else (key,))]
        shape = tuple([len(bound) for bound in bounds])
        axes = []
        for axis, bound in enumerate(bounds):
            index = _core.index_range(bound.start, bound.stop, bound.step)
            place = tuple([slice(None) if each == axis else None for each in range(len(bounds))])
            axes.append(_core.broadcast_index(index[place], shape))
        return _Grid(axes)

    def __repr__(self):
        return "nl.mgrid"


def _bounds(item):
    if not isinstance(item, slice):
        raise TypeError(f"nl.mgrid: takes slices, as in nl.mgrid[0:128, 0:512], got {item!r}")
    numbers = [0 if item.start is None else item.start, item.stop, 1 if item.step is None else item.step]
    return range(*[_integer("mgrid", number) for number in numbers])


mgrid = _GridMaker()


def ds(start, size):
    """The slice of `size` elements from start. Source: nki.language.ds, NKI 2.26."""
    return slice(start, start + size)


class PartitionAxis(int):
    """The size of the axis of a shape that is the partition axis; those in front of it count tiles."""

    def __repr__(self):
        return f"nl.par_dim({int(self)})"


def par_dim(size):
    """Marks the partition axis of a shape: nl.ndarray((4, nl.par_dim(128), 512), ...) are four tiles.

    Source: nki.language.par_dim, NKI 2.26.
    """
    return PartitionAxis(size)


def terms_of(index, shape, place):
    """(offset, step per partition, [[step, size], …]) of an affine index expression over a tile of this shape."""
    terms = _core.index_terms(_core.broadcast_index(index, shape))
    if terms is None:
        raise ValueError(f"{place} must be affine: sums of indices times integers, without // and %")
    offset, axes = terms
    return offset, axes[0][0], [[step, size] for step, size in axes[1:]]
