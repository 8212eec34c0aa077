"""Masks: which elements of its operands an instruction looks at.

A mask that holds in a box (all of the usual ones: i_p < 100, row < rows & column < columns) cuts the operands. Any
other mask cuts them to the box around it; what it leaves out there is computed, and then neither assigned nor stored.
"""

from typing import NamedTuple

from nki import _core
from nki._beta1.tiles import Tile, sbuf


class Box(NamedTuple):
    """Elements [begins, ends) along each axis."""

    begins: tuple
    ends: tuple
    inner: object = None  # the mask, if it does not hold in all of the box

    @property
    def shape(self):
        return tuple(end - begin for begin, end in zip(self.begins, self.ends, strict=True))

    @property
    def empty(self):
        for begin, end in zip(self[0], self[1], strict=True):
            if begin >= end:
                return True
        return False


def box_of(mask, shape):
    """The box of a mask on operands of this shape; None if it leaves nothing out."""
    if mask is None or mask is True:
        return None
    found = _core.mask_box(mask, shape)
    if found is None:
        return None
    begins, ends, exact = found
    return Box(begins, ends, None if exact else mask)


def cut(box, operand, shape):
    """The part of an operand that lies in a box of `shape`; axes of one element repeat, numbers are left alone."""
    if box is None or not isinstance(operand, Tile):
        return operand
    own = operand.shape
    if own == shape:
        return _core.tile_part(operand, box.begins, box.ends)
    axes = range(len(own))  # a column [P, 1] beside a tile of more axes: the partitions alone are cut
    full = [axis < len(shape) and own[axis] == shape[axis] and own[axis] > 1 for axis in axes]
    if len(own) != len(shape):
        full[1:] = [False] * (len(own) - 1)
    begins = tuple([box.begins[axis] if full[axis] else 0 for axis in axes])
    return _core.tile_part(operand, begins, tuple([box.ends[axis] if full[axis] else own[axis] for axis in axes]))


def settled(tile):
    """The tile, of a tensor in HBM what its subscript selects, whose axes may be steps inside steps."""
    return _core.tile_part(tile, (0,) * len(tile.shape), tile.shape) if tile.pending else tile


def computed(call, shape, dtype, mask, operands, buffer=sbuf):
    """A new tile of `shape` that call(tile, *operands) fills where the mask holds."""
    box = None if mask is None else box_of(mask, shape)
    result = _core.new_tile(shape, dtype, buffer, "", None)
    if box is None:
        call(result, *operands)
        return result
    if not box.empty:
        part = _core.tile_part(result, box.begins, box.ends)
        call(part, *[cut(box, operand, shape) for operand in operands])
    return masked(result, box)


def masked(result, box):
    """A result of which the mask's box alone is computed."""
    _core.mark_masked(result)
    result.mask = box
    return result
