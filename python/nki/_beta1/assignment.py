"""Assignment: tile[...] = value and tile[...] += value, of values that are computed only where a mask holds, too."""

from nki import _core
from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.elementwise import is_number
from nki._beta1.masks import Box, cut
from nki._beta1.predicates import predicate_of
from nki._beta1.tile_views import move
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, psum, require_tile, wrong_type


def assign(tile, dst, value, temporary):
    """dst, which is tile[...], becomes the value; `temporary`: nothing else will see the value."""
    if dst.size != tile.size:  # what no assignment reaches is undefined, as what a mask leaves out
        _core.mark_masked(tile)
    if is_number(value):
        fill(dst, value)
        return
    if not isinstance(value, Tile):
        raise wrong_type(f"assignment to {tile.name}", "the value", "a tile or a number", value)
    if not is_on_chip(dst):
        raise TypeError(f"assignment to {tile.name}, which is in {tile.buffer.name}: write it by nl.store")
    dst = _facing(tile, dst, value)
    box = _box_on(value, dst.shape)
    if box is not None:
        _core.mark_masked(dst)
        if box.empty:
            return
        dst = _core.tile_part(dst, box.begins, box.ends)
    if temporary and (box is None or box.inner is None) and value.dtype_name == dst.dtype_name:
        part = None if box is None else (box.begins, box.ends)
        if (dst.size == value.size or part) and _core.redirect(value, part, dst, False):
            return
    copy_to(dst, _matching(cut(box, value, value.shape), dst), box, value.shape)


def write_where(mask_box, dst, value):
    """What instructions in place do whose mask is no box they can work on: dst = value where it holds."""
    value.mask = mask_box
    assign(dst, dst, value, False)


def fill(tile, value):
    """Every element becomes the number."""
    if not is_on_chip(tile):
        raise TypeError(f"assignment to {tile.name}, which is in {tile.buffer.name}: write it by nl.store")
    integral = dtypes.is_integer(tile.dtype_name)
    nisa.memset(tile, int(value) if integral else float(value))


def _facing(tile, dst, value):
    """What is assigned to, with the axes of the value, whose free axes may be others; ValueError if they don't fit."""
    if len(dst.shape) == 1 and len(value.shape) > 1:  # tile[:, 0]
        dst = dst.expand_dims(1)
    shape, own = dst.shape, value.shape
    if shape == own or _aligned(own, shape) is not None:
        return dst
    if shape[0] != own[0] or dst.size != value.size:
        raise ValueError(
            f"assignment to {tile.name}: the value has the shape {own}, and what it is assigned to has {shape}"
        )
    if value.mask is None:
        return dst
    try:
        return dst.reshape(own)
    except ValueError:
        raise ValueError(
            f"assignment to {tile.name}: the value has a mask and the shape {own}; give what it is assigned to, "
            f"{shape}, the same axes"
        ) from None


def _aligned(own, shape):
    """`own` with the number of axes of `shape`, to which axes of one element are repeated; None if they don't fit."""
    more = (1,) * (len(shape) - len(own))
    own = (own[0], *more, *own[1:]) if own[0] == shape[0] else (*more, *own)
    fits = len(own) == len(shape) and all(one in (1, other) for one, other in zip(own, shape, strict=True))
    return own if fits else None


def _box_on(value, shape):
    """The mask of a value that is assigned to a tile of this shape: repeated where the value is."""
    box = value.mask
    if box is None or value.shape == shape:
        return box
    if box.inner is not None:
        raise ValueError(
            f"assignment: a value {value.shape} with a mask that holds in no box can't be repeated to {shape}"
        )
    begins, ends = list(box.begins), list(box.ends)
    where = 1 if value.shape[0] == shape[0] else 0
    begins[where:where] = [0] * (len(shape) - len(begins))
    ends[where:where] = [1] * (len(shape) - len(ends))
    for axis, (one, size) in enumerate(zip(_aligned(value.shape, shape), shape, strict=True)):
        if one != size and begins[axis] < ends[axis]:
            ends[axis] = size
    return Box(tuple(begins), tuple(ends))


def _matching(source, dst):
    """The source repeated to the shape of dst, and somewhere else if it overlaps dst otherwise than in place."""
    if source.shape != dst.shape and source.size != dst.size:
        source = source.broadcast_to(dst.shape)
    if not _core.same_elements(dst, source) and _core.overlap(dst, source):
        copy = new_tile(source.shape, source.dtype_name)
        nisa.tensor_copy(copy, source)
        return copy
    return source


def copy_to(dst, source, box, shape):
    """dst = source where the mask of a tile of `shape`, of which both are the part in its box, holds."""
    if box is None or box.inner is None:
        if not _core.same_elements(dst, source):  # what an operator in place returned
            move(dst, source)
        return
    if source.dtype_name != dst.dtype_name or source.buffer is psum:
        converted = new_tile(source.shape, dst.dtype_name)
        nisa.tensor_copy(converted, source)
        source = converted
    nisa.tensor_copy_predicated(dst, source, predicate_of(box.inner, shape, box))


def update(tile, op, value):
    """tile = tile <op> value, element by element, in the tile's own memory."""
    require_tile(f"nl.{op.__name__}", f"{tile.name}, which is changed in place,", tile)
    tile.mask = None
    if is_number(value):
        nisa.tensor_scalar(tile, tile, op, value)
        return tile
    require_tile(f"nl.{op.__name__}", f"what changes {tile.name} in place", value)
    part, own = _facing(tile, tile, value), value.shape
    box = _box_on(value, part.shape)
    if box is not None:
        if box.empty:
            return tile
        part, value = _core.tile_part(part, box.begins, box.ends), cut(box, value, own)
    if part.buffer is psum and value.buffer is psum:
        value = in_sbuf(value)
    value = _matching(value, part)
    if box is None or box.inner is None:
        nisa.tensor_tensor(part, part, value, op)
        return tile
    result = new_tile(part.shape, part.dtype_name)
    nisa.tensor_tensor(result, part, value, op)
    copy_to(part, result, box, own)
    return tile
