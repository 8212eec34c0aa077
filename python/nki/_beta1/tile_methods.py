"""What tiles can do besides being operands: assignment, operators, views. Installed in the core's type."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes, indirect
from nki._beta1.masks import cut
from nki._beta1.predicates import predicate_of
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, psum


def _is_number(value):
    return not isinstance(value, Tile) and (hasattr(value, "__index__") or hasattr(value, "__float__"))


class Hooks:
    """What the core asks of Python."""

    @staticmethod
    def assign(tile, key, value, temporary):
        """tile[key] = value; `temporary`: nothing else will see the value."""
        dst = tile[key]
        if _is_number(value):
            return fill(dst, value)
        if not isinstance(value, Tile):
            raise TypeError(f"assignment to {tile.name}: the value must be a tile or a number, got {value!r}")
        if not is_on_chip(dst):
            raise TypeError(f"assignment to {tile.name}, which is in {tile.buffer.name}: write it by nl.store")
        box = value.mask
        if box is not None and len(box.begins) == len(dst.shape):
            if box.empty:
                _core.mark_masked(dst)
                return None
            dst = _core.tile_part(dst, box.begins, box.ends)
            _core.mark_masked(dst)
        else:
            box = None
        if temporary and (box is None or box.inner is None) and value.dtype_name == dst.dtype_name:
            whole = None if box is None else (box.begins, box.ends)
            if value.size == tile[key].size and _core.redirect(value, whole, dst, False):
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


def move(dst, src):
    """Copies elements, converting their dtype."""
    if is_on_chip(dst) and is_on_chip(src):
        nisa.tensor_copy(dst, src)
    else:
        nisa.dma_copy(dst, in_sbuf(src))


def _repeated(source, shape):
    """The source with axes of one element repeated to `shape`, which is what an assignment does."""
    if source.shape == shape or source.size == int(np.prod(shape)):
        return source
    return source.broadcast_to(shape)


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
    if _is_number(value):
        nisa.tensor_scalar(tile, tile, op, value)
        return tile
    box = value.mask
    part = cut(box, tile, tile.shape) if box is not None and len(box.begins) == len(tile.shape) else tile
    if box is not None and box.empty:
        return tile
    value = cut(box, value, value.shape) if part is not tile else value
    if part.buffer is psum and value.buffer is psum:
        value = in_sbuf(value)
    if value.shape != part.shape and value.size != part.size:
        value = value.broadcast_to(part.shape)
    nisa.tensor_tensor(part, part, value, op)
    return tile


def _view(method):
    """A method of NkiTensor, of tiles."""

    def call(self, *args, **kwargs):
        return _core.as_tile(getattr(_core.plain(self), method)(*args, **kwargs))

    call.__name__ = method
    return call


def _reshape(self, shape, *more):
    """The same elements in another shape."""
    return _core.as_tile(_core.plain(self).reshape(_axes(shape, more)))


def _axes(shape, more):
    """A shape that is given as one tuple, or as several integers."""
    return (shape, *more) if more or hasattr(shape, "__index__") else tuple(shape)


def _expand_dims(self, axis):
    """With a new axis of one element."""
    return _core.as_tile(_core.plain(self).expand_dim(axis))


def _assert_shape(self, shape):
    """The tile itself, if it has the shape; AssertionError if not."""
    assert tuple(self.shape) == tuple(shape), f"{self.name} has the shape {self.shape} and not {tuple(shape)}"
    return self


def _as_type(self, dtype):
    """A copy in another dtype."""
    result = new_tile(self.shape, dtypes.name_of(dtype))
    move(result, self)
    return result


def _view_as(self, dtype):
    """The same bytes as another dtype."""
    return _core.as_tile(_core.plain(self).view(dtypes.name_of(dtype)))


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
    Tile.dtype = property(lambda self: dtypes.numpy_type(self.dtype_name), doc="The data type, a NumPy dtype.")
    Tile.reshape, Tile.expand_dims, Tile.assert_shape = _reshape, _expand_dims, _assert_shape
    Tile.astype, Tile.view = _as_type, _view_as
    Tile.broadcast_to = lambda self, shape, *more: language.broadcast_to(self, shape=_axes(shape, more))
    for method in ("ap", "get_pattern"):
        setattr(Tile, method, _view(method))


def _swapped(function):
    return lambda self, other: function(other, self)


def _in_place(op):
    return lambda self, value: update(self, op, value)
