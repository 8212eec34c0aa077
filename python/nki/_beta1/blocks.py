"""Tensors on chip with axes in front of the partition axis: several tiles under one name."""

import itertools
import math

from nki._beta1.tiles import Tile


class Blocks:
    """Tiles in a grid: nl.ndarray((4, nl.par_dim(128), 512), ...). An index takes one of them, or a part of one."""

    def __init__(self, sizes, tiles):
        self._sizes = sizes
        self._tiles = tiles  # by index, a tuple
        self._tile = next(iter(tiles.values()))

    @classmethod
    def make(cls, sizes, make_tile):
        """`make_tile` is called with the index of each tile."""
        indices = itertools.product(*map(range, sizes))
        return cls(tuple(map(int, sizes)), {index: make_tile(index) for index in indices})

    @property
    def shape(self):
        return self._sizes + self._tile.shape

    @property
    def dtype(self):
        return self._tile.dtype

    @property
    def buffer(self):
        return self._tile.buffer

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def name(self):
        return self._tile.name

    @property
    def itemsize(self):
        return self._tile.itemsize

    def view(self, dtype):
        """The same bytes as another dtype. Source: nki.tensor.view, NKI 2.26."""
        return self._each(lambda tile: tile.view(dtype))

    def astype(self, dtype):
        """A copy in another dtype. Source: nki.tensor.astype, NKI 2.26."""
        return self._each(lambda tile: tile.astype(dtype))

    def assert_shape(self, shape):
        """Itself, if it has the shape; AssertionError if not. Source: nki.tensor.assert_shape, NKI 2.26."""
        assert self.shape == tuple(shape), f"{self.name} has the shape {self.shape} and not {tuple(shape)}"
        return self

    def reshape(self, shape):
        """Tiles counted, or laid out, another way; each keeps its elements. Source: nki.tensor.reshape, NKI 2.26."""
        shape = tuple(shape)
        for axes in range(len(shape) - 1):
            sizes, tile = shape[:axes], shape[axes:]
            if math.prod(sizes) == len(self._tiles) and math.prod(tile) == self._tile.size:
                tiles = [each if each.shape == tile else each.reshape(tile) for each in self._tiles.values()]
                return Blocks(sizes, dict(zip(itertools.product(*map(range, sizes)), tiles, strict=True)))
        raise ValueError(
            f"reshape: {self.name} are {len(self._tiles)} tiles of shape {self._tile.shape}; {shape} has no axes that "
            "count as many of the same size"
        )

    def _each(self, method):
        return Blocks(self._sizes, {index: method(tile) for index, tile in self._tiles.items()})

    def _select(self, key):
        """(tiles that the key selects, in order, the sizes of their grid, and what the key says of each)."""
        items = key if isinstance(key, tuple) else (key,)
        if Ellipsis in items[:1] and len(items) == 1:
            return list(self._tiles.values()), self._sizes, ()
        axes = len(self._sizes)
        chosen, rest = items[:axes], items[axes:]
        choices = [self._choices(axis, item) for axis, item in enumerate(chosen)]
        choices += [range(size) for size in self._sizes[len(chosen) :]]
        sizes = [len(each) for each in choices if isinstance(each, range)]
        return [self._tiles[index] for index in itertools.product(*choices)], tuple(sizes), rest

    def _choices(self, axis, item):
        size = self._sizes[axis]
        if isinstance(item, slice):
            return range(size)[item]
        if not hasattr(item, "__index__") or isinstance(item, Tile):
            raise TypeError(
                f"index: axis {axis} of {self.name} counts tiles, in front of the partition axis; it takes integers "
                f"and slices, got {item!r}"
            )
        index = item.__index__()
        if not -size <= index < size:
            raise IndexError(f"index: {index} on axis {axis} of {self.name} is out of bounds; there are {size} tiles")
        return (index % size,)

    def __getitem__(self, key):
        tiles, sizes, rest = self._select(key)
        if not sizes or (rest and len(tiles) == 1):
            return tiles[0][rest] if rest else tiles[0]
        if rest:
            raise TypeError(f"index: {len(tiles)} tiles of {self.name} at once; an operand is one tile, use a loop")
        if not tiles:
            raise IndexError(f"index: no tile of {self.name} is selected")
        return Blocks(sizes, dict(zip(itertools.product(*map(range, sizes)), tiles, strict=True)))

    def __setitem__(self, key, value):
        tiles, _, rest = self._select(key)
        for tile in tiles:
            tile[rest if rest else ...] = value

    def __iadd__(self, value):
        raise TypeError(f"{self.name} += ...: it has {len(self._tiles)} tiles; add to one at a time")

    def __repr__(self):
        return f"<{len(self._tiles)} tiles {self.shape} in {self.buffer.name}>"
