"""Masks that hold in no box, as tiles of ones and zeros."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki._beta1.masks import Box


def holds_of(mask, shape):
    """Where a mask of a tile of `shape` holds, an array; it may be one already."""
    if isinstance(mask, np.ndarray):
        return np.broadcast_to(mask, shape)
    return np.array(_core.mask_values(mask, shape), bool).reshape(shape)


def predicate_of(mask, shape, box):
    """A tile of uint8, 1 where the mask of a tile of `shape` holds, for the part of it in the box."""
    holds = holds_of(mask, shape).astype(np.uint8)
    holds = np.ascontiguousarray(holds[tuple(map(slice, box.begins, box.ends))])
    constant = _core.new_constant(holds.reshape(-1), list(holds.shape), holds.dtype)
    tile = _core.as_tile(_core.new_tensor(holds.shape, "uint8", "sbuf", "", None))
    nisa.dma_copy(tile, constant)
    return tile


def boxes_of(box, shape):
    """Boxes that together are where a mask of a tensor of `shape` holds, which a DMA can take one by one."""
    if box is None:
        return [None]
    if box.empty:
        return []
    return [box] if box.inner is None else [Box(*piece) for piece in pieces_of(box.inner, shape, box)]


def pieces_of(mask, shape, box):
    """Boxes that together are where the mask of a tensor of `shape` holds, which a copy can take one by one.

    They are runs along the last axis; rows with the same runs share them.
    """
    holds = holds_of(mask, shape)
    pieces, growing = [], {}  # growing: those that reach the row above, by their place in it
    for row in range(box.begins[0], box.ends[0]):
        reached = {}
        for middle in np.ndindex(*shape[1:-1]):
            edges = np.flatnonzero(np.diff(holds[(row, *middle)].astype(np.int8), prepend=0, append=0))
            for start, stop in edges.reshape(-1, 2).tolist():
                reached[middle, start, stop] = growing.get((middle, start, stop), row)
        pieces += [_piece(first, row, *place) for place, first in growing.items() if place not in reached]
        growing = reached
    return pieces + [_piece(first, box.ends[0], *place) for place, first in growing.items()]


def _piece(first, last, middle, start, stop):
    return (first, *middle, start), (last, *[axis + 1 for axis in middle], stop)
