"""Views and copies of tiles: their methods that compute nothing; and what tiles are not, in words."""

import numpy as np

from nki import _core
from nki._beta1 import dtypes
from nki._beta1.elementwise import broadcast_to, is_number
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, psum, say_ignored


def move(dst, src):
    """Copies elements, converting their dtype."""
    if not is_on_chip(src) and dst.buffer is psum:  # which DMA does not reach
        loaded = new_tile(dst.shape, src.dtype_name)
        _core.instructions["dma_copy"](loaded, src)
        src = loaded
    if is_on_chip(dst) and is_on_chip(src):
        _core.instructions["tensor_copy"](dst, src)
    else:
        _core.instructions["dma_copy"](dst, in_sbuf(src))


def _reshape(self, shape, *more):
    """The same elements in another shape, whose partition axis on chip stays."""
    sizes = (shape, *more) if hasattr(shape, "__index__") else tuple(shape)
    return _core.as_tile(_core.plain(self).reshape(sizes))


def _expand_dims(self, axis):
    """With new axes of one element at these places, an integer or several."""
    axes = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    rank = len(self.shape) - self.row + len(axes)
    if not all(hasattr(one, "__index__") and -rank <= one < rank for one in axes):
        raise ValueError(f"expand_dims: axis is {axis!r}; {self.name} of shape {self.shape} then has {rank} axes")
    places = sorted(one % rank for one in axes)
    result = _core.plain(self)
    for place in places[1:] if self.row and places[0] == 1 else places:  # [P] is [P, 1] already
        result = result.expand_dim(place)
    return _core.as_tile(result)


def _assert_shape(self, shape):
    """The tile itself, if it has the shape; AssertionError if not."""
    assert tuple(self.shape) == tuple(shape), f"{self.name} has the shape {self.shape} and not {tuple(shape)}"
    return self


def _as_type(self, dtype):
    """A copy in another dtype; of a tensor in HBM one in HBM."""
    name = dtypes.name_of(dtype)
    if is_on_chip(self):
        result = new_tile(self.shape, name)
    else:
        result = _core.as_tile(_core.new_tensor(self.shape, name, _core.MemoryRegion.private_hbm, "", None))
    move(result, self)
    return result


def _view_as(self, dtype):
    """The same bytes as another dtype."""
    return _core.as_tile(_core.plain(self).view(dtypes.name_of(dtype)))


def _broadcast_to(self, shape, *more):
    """With axes of one element repeated to a shape."""
    return broadcast_to(self, shape=(shape, *more) if hasattr(shape, "__index__") else shape)


def _plain_view(method):
    """A method of NkiTensor, of tiles."""

    def call(self, *args, **kwargs):
        if kwargs:
            say_ignored("nl.call", kwargs)
        return _core.as_tile(getattr(_core.plain(self), method)(*args, **kwargs))

    call.__name__ = method
    return call


def _no_truth(self):
    raise TypeError(
        f"tile {self.name} has no truth value: its elements are known only when the kernel runs. Use nl.where, a "
        "predicate, or mask="
    )


def _no_items(self):
    raise TypeError(f"tile {self.name} can't be iterated: nl.affine_range over indices, and tile[...], take its parts")


def _no_array(self, dtype=None, copy=None):
    raise TypeError(f"tile {self.name} is no NumPy array: its elements are known only when the kernel runs")


_OPERATORS = {
    np.add: "__add__", np.subtract: "__sub__", np.multiply: "__mul__", np.true_divide: "__truediv__",
    np.power: "__pow__", np.remainder: "__mod__", np.bitwise_and: "__and__", np.bitwise_or: "__or__",
    np.bitwise_xor: "__xor__", np.left_shift: "__lshift__", np.right_shift: "__rshift__",
    np.less: "__gt__", np.less_equal: "__ge__", np.greater: "__lt__", np.greater_equal: "__le__",
    np.equal: "__eq__", np.not_equal: "__ne__",
}  # fmt: skip


def _of_numpy(self, function, method, *operands, **kwargs):
    """NumPy's number <operator> tile arrives here; anything else that NumPy would do with a tile, it can't."""
    name = _OPERATORS.get(function)
    if name and method == "__call__" and len(operands) == 2 and is_number(operands[0]):
        comparison = function in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
        return getattr(self, name if comparison else f"__r{name[2:]}")(operands[0])
    raise TypeError(f"np.{function.__name__} can't compute with tiles: use nl.{function.__name__}, or an operator")


def _no_function(self, function, types, args, kwargs):
    raise TypeError(f"np.{function.__name__} can't compute with tiles: use what nki.language has for it")


def _shown(self):
    """What print shows: in nki.simulate also the values."""
    values = repr(_core.plain(self)).partition("\n")[2]
    return f"{self!r}\n{values}" if values else repr(self)


def _values(self):
    """The values as a NumPy array, in nki.simulate."""
    try:
        return _core.plain(self).numpy()
    except TypeError:
        raise TypeError(
            f"{self!r} has no values while its kernel is traced; nki.simulate(kernel)(...), of today's nki, runs it "
            "with values"
        ) from None


def install():
    """Gives tiles these methods."""
    Tile.dtype = property(lambda self: dtypes.numpy_type(self.dtype_name), doc="The data type, a NumPy dtype.")
    Tile.reshape, Tile.expand_dims, Tile.assert_shape = _reshape, _expand_dims, _assert_shape
    Tile.astype, Tile.view, Tile.broadcast_to = _as_type, _view_as, _broadcast_to
    for method in ("ap", "get_pattern"):
        setattr(Tile, method, _plain_view(method))
    Tile.__bool__, Tile.__iter__, Tile.__array__ = _no_truth, _no_items, _no_array
    Tile.__str__, Tile.numpy = _shown, _values
    Tile.__len__ = lambda self: self.shape[0]
    Tile.__array_ufunc__, Tile.__array_function__ = _of_numpy, _no_function
    methods = {_reshape: "reshape", _expand_dims: "expand_dims", _assert_shape: "assert_shape", _as_type: "astype"}
    for function, name in {**methods, _view_as: "view", _broadcast_to: "broadcast_to"}.items():
        function.__name__, function.__qualname__ = name, f"tensor.{name}"
        function.__doc__ = f"{function.__doc__} Source: nki.tensor.{name}, NKI 2.26."
