"""Tensors indexed by tiles: rows, and places in a tile, that only a run knows."""

import math

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1.tiles import Tile, is_on_chip, new_tile, sbuf

_Index = _core.Index


class RuntimeIndex:
    """A tile of indices plus an index expression: tile[0, i] + nl.arange(8)[None, :]."""

    __slots__ = ("offset", "tile")

    def __init__(self, tile, offset):
        self.tile = tile
        self.offset = offset  # an index expression or an integer

    def __add__(self, other):
        tile, offset = _split(other)
        return RuntimeIndex(self.tile if tile is None else self.tile + tile, self.offset + offset)

    __radd__ = __add__

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __neg__(self):
        return self * -1

    def __mul__(self, factor):
        return RuntimeIndex(self.tile * factor, self.offset * factor)

    __rmul__ = __mul__

    def __repr__(self):
        return f"<{self.tile!r} + {self.offset!r}>"


def with_expressions(name, function):
    """An operator of tiles that takes index expressions, too: `function` is that of tiles and numbers."""

    def call(tile, other):
        if type(other) is not _Index and type(other) is not RuntimeIndex:
            return function(tile, other)
        if name in ("add", "radd"):
            return RuntimeIndex(tile, 0) + other
        if name == "sub":
            return RuntimeIndex(tile, 0) - other
        if name == "rsub":
            return RuntimeIndex(tile, 0) * -1 + other
        raise TypeError(f"index: {tile.name} and an index expression can be added or subtracted; {name} is no index")

    return call


def _split(item):
    """(the tile of an index or None, what is known of it in advance)."""
    if isinstance(item, RuntimeIndex):
        return item.tile, item.offset
    return (item, 0) if isinstance(item, Tile) else (None, item)


class _Place:
    """tensor[key], where a tile is in the key: what is read of the subscript."""

    def __init__(self, tensor, key):
        self.tensor = tensor
        items = _full(tensor, list(key) if isinstance(key, tuple) else [key])
        axes = [axis for axis, item in enumerate(items) if _split(item)[0] is not None]
        if len(axes) != 1:
            raise ValueError(
                f"index: {len(axes)} tiles index {tensor.name}; one can, and other indices are known in advance"
            )
        self.axis = axes[0]
        self.index, items[self.axis] = _split(items[self.axis])
        _check_index(tensor, self.index)
        self.items = items
        self._spread_slices()
        self.rows = not self._is_one_value()
        if self.rows and is_on_chip(tensor):
            raise ValueError(
                f"index: {self.index.name} has the shape {self.index.shape} and {tensor.name} is on chip, where one "
                "value is the index for all partitions; see nl.gather_flattened and nisa.local_gather"
            )
        if self.rows:
            self._add_rows()

    def _is_one_value(self):
        if self.index.size != 1:
            return False
        shapes = [item.shape for item in self.items if isinstance(item, _Index)]
        rank = max(map(len, shapes), default=0)
        along = any(len(shape) == rank and shape[0] > 1 for shape in shapes)
        return is_on_chip(self.tensor) or along or (self.sliced and rank > 1)

    def _spread_slices(self):
        """Makes index expressions of slices; they come behind the rows, if there are any."""
        places = [axis for axis, item in enumerate(self.items) if isinstance(item, slice)]
        self.sliced = bool(places)
        if not places:
            return
        if any(isinstance(item, _Index) for item in self.items):
            raise TypeError(
                f"index: one subscript of {self.tensor.name} has both index expressions (nl.arange, nl.mgrid) and "
                "slices; use one kind for all axes"
            )
        leads = self.index.size > 1 or (not is_on_chip(self.tensor) and len(places) == 1)
        rank = max(len(places) + leads, 2)
        for order, axis in enumerate(places):
            bounds = range(self.tensor.shape[axis])[self.items[axis]]
            if not bounds:
                raise ValueError(f"index: the slice on axis {axis} of {self.tensor.name} is empty")
            index = _core.index_range(bounds.start, bounds.stop, bounds.step)
            self.items[axis] = index[_along(order + leads, rank)]

    def _add_rows(self):
        """Lets the first axis of what is selected be that of the index tile."""
        rank = max([len(item.shape) for item in self.items if isinstance(item, _Index)] + [2])
        rows = _core.index_range(0, self.index.shape[0], 1)[_along(0, rank)]
        self.items[self.axis] = self.items[self.axis] + rows * 0

    def known(self):
        """What is selected where the tile's values are 0."""
        for item in self.items:
            if isinstance(item, _Index) and _core.index_terms(item) is None:
                raise ValueError(
                    f"index: beside a tile, indices of {self.tensor.name} must be affine, without // and %"
                )
        return self.tensor[tuple(self.items)]

    def moved(self, known, begin, end):
        """The rows [begin, end) of it, or all if one value is the index."""
        step, first = self.tensor.strides[self.axis], self.items[self.axis]
        start, axes = _core.index_terms(first) if isinstance(first, _Index) else (first, [])
        choices = self.tensor.shape[self.axis] - start - sum(max(0, one * (size - 1)) for one, size in axes)
        index = self.index
        if not self.rows:
            return _core.moved_tile(known, index, step, choices, False)
        index = _core.tile_part(index, (begin,) + (0,) * (len(index.shape) - 1), (end, *index.shape[1:]))
        own = _core.plain(known).strides[0] if end - begin > 1 else 0
        if own:  # other axes lie along the partitions, too
            unit = math.gcd(step, own)
            index, step, choices = _summed(index, step // unit, own // unit), unit, 0
        return _core.moved_tile(known, index, step, choices, True)


def _along(axis, rank):
    """What puts nl.arange(...) along an axis."""
    return tuple([slice(None) if each == axis else None for each in range(rank)])


def _full(tensor, items):
    """The items of a subscript, one for each axis."""
    rank = len(tensor.shape)
    ellipses = [place for place, item in enumerate(items) if item is Ellipsis]
    if len(items) - len(ellipses) > rank or len(ellipses) > 1:
        raise IndexError(f"index: {len(items)} indices for {tensor.name}, which has {rank} axes")
    place = ellipses[0] if ellipses else len(items)
    missing = rank - (len(items) - len(ellipses))
    whole = [slice(None)] * missing
    return [*items[:place], *whole, *items[place + len(ellipses) :]]


def _check_index(tensor, index):
    if index.buffer is not sbuf:
        raise ValueError(f"index: {index.name} is in {index.buffer.name}; indices must be in SBUF: nl.load them")
    if index.size != index.shape[0]:
        raise ValueError(
            f"index: {index.name} has the shape {index.shape}; an index tile has one element per partition"
        )
    if index.dtype_name not in ("int32", "uint32"):
        raise TypeError(f"index: {index.name} is {index.dtype_name}; indices must be int32 or uint32")


def _summed(index, scale, own):
    """index * scale + own times the partition, exactly."""
    rows = index.shape[0]
    scales, offsets, result = [new_tile((rows, 1), "int32") for _ in range(3)]
    nisa.memset(scales, scale)
    nisa.iota(offsets, [[0, 1]], 0, own)
    nisa.tensor_tensor(result, index, scales, nl.multiply)
    nisa.tensor_tensor(result, result, offsets, nl.add)
    return result


def select(tensor, key):
    """tensor[key], where a tile is in the key.

    In HBM: a row for each partition of an index tile [rows, 1] in SBUF. On chip, or where the other indices fill the
    partitions: the tile has one element, the place along its axis. Other indices are integers, slices or expressions.
    """
    place = _Place(tensor, key)
    known = place.known()
    if known.pending:  # a mask may leave out what does not exist
        return _core.pending_tile(tensor, key if isinstance(key, tuple) else (key,), known.shape)
    return place.moved(known, 0, known.shape[0])


def select_part(tensor, key, begins, ends):
    """The part [begins, ends) of `select`, which must exist."""
    place = _Place(tensor, key)
    return place.moved(_core.tile_part(place.known(), begins, ends), begins[0], ends[0])
