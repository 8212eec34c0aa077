"""Pooling of images, one channel to a partition."""

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import numpy as np


@nki.jit
def average_pool(x, size):
    """The means of windows of size x size that do not overlap: [C, H, W] to [C, H / size, W / size]."""
    channels, height, width = x.shape
    out = nl.ndarray((channels, height // size, width // size), dtype=x.dtype, buffer=nl.shared_hbm)
    i_c, i_h, i_w, i_y, i_x = nl.mgrid[0:channels, 0 : height // size, 0 : width // size, 0:size, 0:size]
    tile = nl.load(x)
    total = nl.sum(tile[i_c, size * i_h + i_y, size * i_w + i_x], axis=[3, 4])
    nl.store(out, value=total / (size * size))
    return out


@nki.jit
def max_pool_overlapping(x, size):
    """The largest element of every window of size x size, one apart."""
    channels, height, width = x.shape
    out = nl.ndarray((channels, height - size + 1, width - size + 1), dtype=x.dtype, buffer=nl.shared_hbm)
    i_c, i_h, i_w, i_y, i_x = nl.mgrid[0:channels, 0 : height - size + 1, 0 : width - size + 1, 0:size, 0:size]
    tile = nl.load(x)
    nl.store(out, value=nl.max(tile[i_c, i_h + i_y, i_w + i_x], axis=[3, 4]))
    return out


def windows(x, size, step):
    """The windows of an image: [C, H', W', size, size]."""
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), (1, 2))[:, ::step, ::step]
