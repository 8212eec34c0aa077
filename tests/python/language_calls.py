"""Calls of nki.language's functions on arrays, for the tests: as a kernel would make them."""

import nki
import nki.language as nl
import numpy as np


def returned(tile):
    """A tensor in shared HBM with the elements of a tile, to return from a kernel."""
    out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm)
    nl.store(out, nl.copy(tile) if nl.is_psum(tile.buffer) else tile)
    return out


def on_chip(array, memory):
    """A tile in SBUF, or PSUM, with the elements of a kernel's argument."""
    tile = nl.load(array)
    if memory == "psum":
        in_psum = nl.ndarray(tile.shape, tile.dtype, buffer=nl.psum)
        nki.isa.tensor_copy(in_psum, tile)
        return in_psum
    return tile


def call(function, *operands, memories=(), target=None, **options):
    """function(...) of arrays, which become tiles, and other values, which stay, in a kernel; the result as an array.

    Args:
        function: of nki.language, or made of it.
        operands: arrays and numbers.
        memories: "sbuf" or "psum" for each operand; SBUF where there is none.
        target: the generation; the default one if None.
    """
    arrays = [operand for operand in operands if isinstance(operand, np.ndarray)]
    places = list(memories) + ["sbuf"] * (len(operands) - len(memories))

    @nki.jit(platform_target=target)
    def kernel(arrays):
        left = iter(arrays)
        pairs = zip(operands, places, strict=True)
        return returned(
            function(*(on_chip(next(left), at) if isinstance(one, np.ndarray) else one for one, at in pairs), **options)
        )

    return kernel(arrays)
