"""Masks: which elements of its operands an instruction looks at.

A mask that holds in a box (all of the usual ones: i_p < 100, row < rows & column < columns) cuts the operands. Any
other mask cuts them to the box around it; what it leaves out there is computed, and then neither assigned nor stored.
"""

from typing import NamedTuple

import numpy as np

from nki import _core
from nki._beta1.tiles import Tile, sbuf


class Box(NamedTuple):
    """Elements [begins, ends) along each axis."""

    begins: tuple
    ends: tuple
    inner: object = None  # the mask, if it does not hold in all of the box: of nki._core, or an array of bool

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


class OperandBox(Box):
    """Of tile[mask], which only matrix multiplications look at."""


def compute_box(mask, shape):
    """`box_of` for compute engines, whose operands start at partitions 0, 32, 64 or 96 only, as they are large."""
    return compute_rows(box_of(mask, shape), shape)


def compute_rows(box, shape):
    """The box, larger if its first partition is none where an operand can start."""
    if box is None or box.empty or starts_legally(box):
        return box
    begin = box.begins[0]
    while begin % _step(box.ends[0] - begin):
        begin -= 1
    rows = np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)) >= box.begins[0]
    return Box((begin, *box.begins[1:]), box.ends, rows if box.inner is None else box.inner)


def starts_legally(box):
    """Whether an operand of a compute engine can be the part of a tile in a box."""
    return box.begins[0] == 0 or box.begins[0] % _step(box.ends[0] - box.begins[0]) == 0


def _step(partitions):
    return 32 if partitions <= 32 else 64 if partitions <= 64 else 128


def whole_rows(function, box, shape):
    """The box of what an instruction makes of each row by itself, [P, ...]: begin and end, and which in between."""
    if box.inner is not None and not isinstance(box.inner, np.ndarray):
        raise ValueError(f"{function}: mask holds in no box of elements; where rows are reduced or searched, it must")
    begin, end = box.begins[0], box.begins[0] if box.empty else box.ends[0]
    return begin, end, None if box.inner is None else box.inner.reshape(-1)


def cut_rows(box, operand):
    """The rows of an operand that a box takes of its first axis."""
    if box is None or not isinstance(operand, Tile):
        return operand
    rest = operand.shape[1:]
    return _core.tile_part(operand, (box.begins[0],) + (0,) * len(rest), (box.ends[0], *rest))


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


def require_box(function, box):
    """ValueError if an instruction that reduces as well would look at elements that its mask leaves out."""
    if box is not None and box.inner is not None:
        raise ValueError(
            f"{function}: mask holds in no box of elements that starts at partition 0, 32, 64 or 96; where the result "
            "is reduced, it must"
        )


def computed(call, shape, dtype, mask, operands, buffer=sbuf, reduces=""):
    """A new tile of `shape` that call(tile, *operands) fills where the mask holds.

    `reduces`: the name of an instruction that reduces what it makes, too.
    """
    box = None if mask is None else compute_box(mask, shape)
    if reduces:
        require_box(reduces, box)
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
