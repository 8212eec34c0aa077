"""Tiles: what instructions of Beta 1 take and return. The rest of what a tile can do is in tile_methods.py."""

import sys
import warnings

from nki import _core
from nki._core import MemoryRegion, Tile

sbuf, psum = MemoryRegion.sbuf, MemoryRegion.psum
_ON_CHIP = (sbuf, psum)


def new_tile(shape, dtype, buffer=sbuf):
    """A tile for the result of one instruction, which an assignment may put in its place."""
    return _core.new_tile(shape, dtype, buffer, "", None)


def is_on_chip(tile):
    """True for tiles in SBUF and PSUM."""
    return tile.buffer in _ON_CHIP


def wrong_type(function, name, wanted, value):
    """The error for an argument that is no tile: what it is, in a few words, and what to do with it."""
    if not _core.tracing():
        return _core.NkiError(
            f"{function} was called outside a kernel; call it inside a function decorated with @nki.jit, which you "
            "call with arrays"
        )
    if isinstance(value, _core.NkiTensor):
        got = "a tensor of nki, and this is neuronxcc.nki: a kernel uses the functions of one of them"
    elif hasattr(value, "__array__") and getattr(value, "ndim", 0):
        got = f"a {type(value).__module__}.{type(value).__name__}; pass arrays to the kernel as arguments"
    else:
        got = repr(value) if len(repr(value)) <= 80 else f"a {type(value).__name__}"
    return TypeError(f"{function}: {name} must be {wanted}, got {got}")


# Arguments of the devices' compiler without a page, which public kernels give.
_WITHOUT_A_PAGE = frozenset(("lazy_initialization", "name", "perf_mode", "precise_fp"))


def say_ignored(function, arguments):
    """What becomes of keyword arguments that a function does not know: Beta 1 ignores them (release notes of 0.2).

    Errors: TypeError for dst, by which today's instructions take their result.
    """
    if "dst" in arguments:
        raise TypeError(
            f"{function}: no argument is called 'dst'; instructions of Beta 1 return their result: "
            f"write tile[...] = {function}(...)"
        )
    for name in arguments.keys() - _WITHOUT_A_PAGE:
        kernels = sys.modules["nki._kernel"]  # which imports this module
        text = f"{function}: no argument is called {name!r}, and Beta 1 ignores it"
        warnings.warn(text, kernels.NkiWarning, stacklevel=kernels.callers_level())


def require_tile(function, name, value):
    """`value` if it is a tile on chip; TypeError or ValueError with the argument's name if not."""
    if not isinstance(value, Tile):
        raise wrong_type(function, name, "a tile (from nl.load, nl.ndarray, an instruction)", value)
    if value.buffer not in _ON_CHIP:
        raise ValueError(f"{function}: {name} is {value.name} in {value.buffer.name}; load it first, by nl.load")
    return value


def in_sbuf(tile):
    """`tile`, or a copy of it in SBUF if it is in PSUM, for GpSimd and DMA."""
    if not isinstance(tile, Tile) or tile.buffer is not psum:
        return tile
    copy = new_tile(tile.shape, tile.dtype_name)
    _core.instructions["tensor_copy"](copy, tile)
    return copy
