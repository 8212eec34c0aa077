"""What tiles can do besides being operands: assignment, operators, views. Installed in the core's type."""

import math

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes, indirect
from nki._beta1 import tile_views as views
from nki._beta1.elementwise import is_number
from nki._beta1.masks import cut
from nki._beta1.predicates import predicate_of
from nki._beta1.tile_views import move
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, psum, require_tile


class Hooks:
    """What the core asks of Python."""

    @staticmethod
    def assign(tile, dst, value, temporary):
        """tile[...] = value, where dst is tile[...]; `temporary`: nothing else will see the value."""
        size = dst.size
        if is_number(value):
            return fill(dst, value)
        if not isinstance(value, Tile):
            raise TypeError(f"assignment to {tile.name}: the value must be a tile or a number, got {value!r}")
        if not is_on_chip(dst):
            raise TypeError(f"assignment to {tile.name}, which is in {tile.buffer.name}: write it by nl.store")
        box = value.mask
        if box is not None:
            dst = _shaped(dst, value.shape)
            if box.empty:
                _core.mark_masked(dst)
                return None
            dst = _core.tile_part(dst, box.begins, box.ends)
            _core.mark_masked(dst)
        if temporary and (box is None or box.inner is None) and value.dtype_name == dst.dtype_name:
            whole = None if box is None else (box.begins, box.ends)
            if value.size == size and _core.redirect(value, whole, dst, False):
                return None
        source = cut(box, value, value.shape)
        return copy_to(dst, source, None if box is None else box.inner, value.shape, box)

    @staticmethod
    def add_in_place(tile, value, temporary):
        """tile += value: the tile itself, changed."""
        if temporary and isinstance(value, Tile) and value.mask is None and tile.buffer is psum:
            if value.size == tile.size and _core.redirect(value, None, tile, True):
                return tile
        return update(tile, nl.add, value)

    @staticmethod
    def gather(tile, key):
        """tile[key], where a tile is among the indices."""
        return indirect.select(tile, key)

    @staticmethod
    def nested(tile, shape):
        """A tile of this shape, of a view that has more axes."""
        result = new_tile(shape, tile.dtype_name)
        move(result, tile)
        return result


def fill(tile, value):
    """Every element becomes the number."""
    if not is_on_chip(tile):
        raise TypeError(f"assignment to {tile.name}, which is in {tile.buffer.name}: write it by nl.store")
    integral = dtypes.is_integer(tile.dtype_name)
    nisa.memset(tile, int(value) if integral else float(value))


def _repeated(source, shape):
    """The source with axes of one element repeated to `shape`, which is what an assignment does."""
    if source.shape == shape:
        return source
    if source.size == math.prod(shape) and source.shape[0] == shape[0]:
        try:
            return source.reshape(shape)
        except ValueError:  # elements that are apart; a copy takes them in their order
            return source
    return source.broadcast_to(shape)


def _shaped(dst, shape):
    """What is assigned to, in the shape of a masked value: tile[:, 0] is [P], and a value for it [P, 1]."""
    if len(dst.shape) == len(shape):
        return dst
    return dst.expand_dims(1) if len(dst.shape) == 1 else dst.reshape(shape)


def copy_to(dst, source, mask, shape, box):
    """dst = source where the mask of a tile of `shape`, cut to its box, holds."""
    if mask is None:
        if _core.same_elements(dst, source):  # what an operator in place returned
            return
        move(dst, _repeated(source, dst.shape))
        return
    if source.dtype_name != dst.dtype_name:
        converted = new_tile(source.shape, dst.dtype_name)
        nisa.tensor_copy(converted, source)
        source = converted
    nisa.tensor_copy_predicated(dst, source, predicate_of(mask, shape, box))


def update(tile, op, value):
    """tile = tile <op> value, element by element, in the tile's own memory."""
    require_tile(f"nl.{op.__name__}", f"{tile.name}, which is changed in place,", tile)
    if is_number(value):
        nisa.tensor_scalar(tile, tile, op, value)
        return tile
    require_tile(f"nl.{op.__name__}", f"what changes {tile.name} in place", value)
    box = value.mask if value.mask is not None and len(value.mask.begins) == len(tile.shape) else None
    if box is not None and box.empty:
        return tile
    part, source = cut(box, tile, tile.shape), cut(box, value, value.shape)
    if part.buffer is psum and source.buffer is psum:
        source = in_sbuf(source)
    if source.shape != part.shape and source.size != part.size:
        source = source.broadcast_to(part.shape)
    if box is None or box.inner is None:
        nisa.tensor_tensor(part, part, source, op)
        return tile
    changed = new_tile(part.shape, part.dtype_name)
    nisa.tensor_tensor(changed, part, source, op)
    copy_to(part, changed, box.inner, value.shape, box)
    return tile


def install(language):
    """Gives tiles their operators, which are functions of Beta 1's nki.language, and methods."""
    _core.set_tile_hooks(Hooks)
    operators = {
        "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power", "mod": "mod",
        "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
    }  # fmt: skip
    for name, function in operators.items():
        setattr(Tile, f"__{name}__", getattr(language, function))
        setattr(Tile, f"__r{name}__", _swapped(getattr(language, function)))
    comparisons = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal"}
    for name, function in comparisons.items():
        setattr(Tile, f"__{name}__", getattr(language, function))
    Tile.__ne__ = language.not_equal
    Tile.__hash__ = object.__hash__
    Tile.__neg__ = language.negative
    Tile.__abs__ = language.abs
    Tile.__invert__ = language.invert
    for name, op in {"isub": nl.subtract, "imul": nl.multiply, "itruediv": nl.divide}.items():
        setattr(Tile, f"__{name}__", _in_place(op))
    views.install()


def _swapped(function):
    return lambda self, other: function(other, self)


def _in_place(op):
    return lambda self, value: update(self, op, value)
