"""Random numbers."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.elementwise import put
from nki._beta1.masks import box_of, computed
from nki._beta1.tiles import Tile, in_sbuf, new_tile, require_tile, say_ignored


def rand(shape, dtype=np.float32, **kwargs):
    """A tile of random numbers from 0 up to 1. Source: nki.language.rand, NKI 2.26."""
    if kwargs:
        say_ignored("nl.rand", kwargs)
    return _core.as_tile(nl.rand(tuple(shape), dtypes.name_of(dtype)))


def random_seed(seed, *, mask=None, **kwargs):
    """Starts the sequence of random numbers anew.

    Args:
        seed: an integer, or a tile of one integer.

    Source: nki.language.random_seed, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.random_seed", kwargs)
    if not isinstance(seed, Tile):
        tile = new_tile((1, 1), "int32")
        nisa.memset(tile, int(np.int64(seed).astype(np.int32)))
        seed = tile
    box = box_of(mask, seed.shape)
    if box is None or not box.empty:
        nl.random_seed(_core.plain(in_sbuf(seed)))


def dropout(x, rate, *, dtype=None, mask=None, **kwargs):
    """x with elements zeroed at random. Source: nki.language.dropout, NKI 2.26."""
    if kwargs:
        say_ignored("nl.dropout", kwargs)
    require_tile("nl.dropout", "x", x)

    def call(dst, x, rate):
        put(nl.dropout(_core.plain(x), _core.plain(rate), dtype=dst.dtype_name), dst)

    return computed(call, x.shape, x.dtype_name if dtype is None else dtypes.name_of(dtype), mask, (x, rate))
