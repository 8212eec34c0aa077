"""Moving tiles between HBM and SBUF."""

import math

from nki import _core
from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.constants import tile_size
from nki._beta1.elementwise import fitting_shapes, is_number, spread
from nki._beta1.enums import oob_mode, today
from nki._beta1.masks import Box, box_of, cut, masked, settled
from nki._beta1.predicates import pieces_of
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, say_ignored, wrong_type


def _require_hbm(function, name, value):
    if not isinstance(value, Tile):
        raise wrong_type(f"nl.{function}", name, "a tensor in HBM", value)
    if is_on_chip(value):
        raise ValueError(f"nl.{function}: {name} is {value.name} in {value.buffer.name}; it must be in HBM")


def _tile_shape(tensor):
    return tensor.shape if len(tensor.shape) > 1 else (*tensor.shape, 1)


def _loaded(function, src, shape, dtype):
    """The tile that src is loaded to."""
    name = src.dtype_name if dtype is None else dtypes.name_of(dtype)
    try:
        return new_tile(shape, name)
    except ValueError:
        if shape[0] <= tile_size.pmax:
            raise
        raise ValueError(
            f"nl.{function}: the tile of src, {src.name}, has the shape {shape}; a tile has at most {tile_size.pmax} "
            "partitions (nl.tile_size.pmax): take src in parts"
        ) from None


def load(src, *, mask=None, dtype=None, mode=oob_mode.error, **kwargs):
    """A tile in SBUF with the elements of a tensor in HBM, [P <= 128, F...].

    Args:
        src: the tensor, or what a subscript selects of it; rows may be chosen by a tile of indices.
        mask: which elements to load; the others of the tile are undefined.
        dtype: of the tile, that of src if None.

    Source: nki.language.load, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.load", kwargs)
    _require_hbm("load", "src", src)
    shape = _tile_shape(src)
    result = _loaded("load", src, shape, dtype)
    result.row = len(src.shape) == 1
    box = box_of(mask, shape)
    if box is None:
        nisa.dma_copy(result, settled(src), oob_mode=today(oob_mode, mode))
        return result
    for part in _pieces(box, shape):
        nisa.dma_copy(cut(part, result, shape), cut(part, src, shape), oob_mode=today(oob_mode, mode))
    return masked(result, box)


def store(dst, value, *, mask=None, mode=oob_mode.error, **kwargs):
    """Writes a tile to a tensor in HBM, converting its dtype.

    Args:
        dst: the tensor, or what a subscript selects of it.
        value: the tile, which in PSUM is copied to SBUF first, or a number for all elements.
        mask: which elements to store.

    Source: nki.language.store, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.store", kwargs)
    _require_hbm("store", "dst", dst)
    shape = _tile_shape(dst)
    if is_number(value):
        value = _filled(shape, value, dst.dtype_name)
    if not isinstance(value, Tile):
        raise wrong_type("nl.store", "value", "a tile or a number", value)
    box = box_of(mask, shape)
    if box is None:
        nisa.dma_copy(settled(dst), in_sbuf(_fitting(value, shape)), oob_mode=today(oob_mode, mode))
        return
    _core.mark_masked(dst)
    for part in _pieces(box, shape):
        nisa.dma_copy(cut(part, dst, shape), in_sbuf(cut(part, value, shape)), oob_mode=today(oob_mode, mode))


def _filled(shape, value, dtype):
    """A tile of a number."""
    tile = new_tile(shape, dtype)
    nisa.memset(tile, int(value) if dtypes.is_integer(dtype) else float(value))
    return tile


def _fitting(value, shape):
    """The value, or what it is broadcast to."""
    if value.size == math.prod(shape):
        return value
    if fitting_shapes("store", value.shape, shape)[2] != shape:
        raise ValueError(f"nl.store: value has the shape {value.shape} and dst {shape}; it does not become that")
    return spread(value, shape) if is_on_chip(value) else value.broadcast_to(shape)


def _pieces(box, shape):
    """Boxes that together are where a mask holds."""
    if box.empty:
        return []
    return [box] if box.inner is None else [Box(*piece) for piece in pieces_of(box.inner, shape, box)]


def load_transpose2d(src, *, mask=None, dtype=None, **kwargs):
    """A tile [F, P] in SBUF with the elements of a tensor [P, F] in HBM. Source: nki.language, NKI 2.26."""
    if kwargs:
        say_ignored("nl.load_transpose2d", kwargs)
    _require_hbm("load_transpose2d", "src", src)
    if len(src.shape) != 2:
        raise ValueError(f"nl.load_transpose2d: src has the shape {src.shape}; it must have two axes")
    shape = src.shape
    box = box_of(mask, shape)
    result = _loaded("load_transpose2d", src, shape[::-1], dtype)
    dst = result
    if box is not None:
        dst, src = _core.tile_part(result, box.begins[::-1], box.ends[::-1]), cut(box, src, shape)
    if box is None or not box.empty:
        nisa.dma_copy(dst, _core.plain(src).permute((1, 0)))
    return result if box is None else masked(result, box._replace(begins=box.begins[::-1], ends=box.ends[::-1]))
