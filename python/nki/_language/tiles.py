"""Operands and results of the functions: what is refused, and the tile that holds what a function returns."""

from nki import _core
from nki import isa as nisa
from nki._core import MemoryRegion, NkiTensor
from nki._language import dtypes

_ON_CHIP = (MemoryRegion.sbuf, MemoryRegion.psum)


def new_tile(shape, dtype, buffer=MemoryRegion.sbuf):
    """A tile that a function fills, in SBUF unless told otherwise."""
    return _core.new_tensor(tuple(shape), dtype, buffer, "", None)


def require_tile(function, name, value):
    """`value` if it is a tensor in SBUF or PSUM; TypeError or ValueError with the argument's name if not."""
    if not isinstance(value, NkiTensor):
        require_kernel(function)
        given = repr(value)
        if is_array(value):
            given = (
                f"a {type(value).__module__}.{type(value).__name__} of shape {tuple(value.shape)}; pass arrays to the "
                "kernel as arguments, or bring them in with nl.load(nl.shared_constant(array))"
            )
        raise TypeError(f"nl.{function}: {name} must be a tile (made with nl.ndarray, nl.load, ...), got {given}")
    if value.buffer not in _ON_CHIP:
        raise ValueError(
            f"nl.{function}: {name} is {value.name} in {value.buffer.name}, and tiles are in SBUF or PSUM; bring it "
            "there with nl.load or nisa.dma_copy"
        )
    return value


def require_kernel(function):
    """NkiError outside a kernel, where no argument would do."""
    if not _core.tracing():
        raise _core.NkiError(
            f"nki.language.{function} was called outside a kernel; call it inside a function decorated with @nki.jit, "
            "which you call with arrays"
        )


def is_array(value):
    """True for arrays with axes, of NumPy, torch or JAX."""
    return bool(getattr(value, "ndim", 0)) and hasattr(value, "shape")


def is_number(value):
    """True for what counts as a scalar operand: Python's and NumPy's numbers."""
    if isinstance(value, NkiTensor):
        return False
    return (hasattr(value, "__index__") or hasattr(value, "__float__")) and not is_array(value)


def is_integral(value):
    """True for integers, which keep the type of an integer tile; floats make it float32."""
    return hasattr(value, "__index__")


def result_dtype(dtype, default):
    """The dtype of a result: what was asked for, or the default."""
    return default if dtype is None else _core.parse_dtype(dtype)


def in_sbuf(tile):
    """`tile`, or a copy of it in SBUF if it is in PSUM."""
    if tile.buffer is MemoryRegion.sbuf:
        return tile
    return converted(tile, tile.dtype)


def converted(tile, dtype):
    """A copy in SBUF as another dtype."""
    result = new_tile(tile.shape, dtype)
    nisa.tensor_copy(result, tile)
    return result


def with_dtype(tile, dtype):
    """`tile` if it has the dtype, else a copy of it that has."""
    return tile if tile.dtype == dtype else converted(tile, dtype)


def broadcast_shape(function, a, b):
    """The shape of an operation on tiles of shapes a and b, whose axes of one element repeat.

    ValueError if they don't fit: ranks and partitions must be equal, for no engine repeats a partition.
    """
    if a == b:
        return a
    fit = len(a) == len(b) and a[0] == b[0] and all(m == n or 1 in (m, n) for m, n in zip(a, b, strict=True))
    if not fit:
        raise ValueError(
            f"nl.{function}: shapes {a} and {b} don't fit; they must have as many axes and partitions, and each free "
            "axis the same size or one element. nl.broadcast_to repeats a partition, nl.expand_dims adds an axis"
        )
    return tuple(m if n == 1 else n for m, n in zip(a, b, strict=True))


def spread(tile, shape):
    """A view of `tile` whose axes of one element are repeated to `shape`."""
    for axis, size in enumerate(shape):
        if tile.shape[axis] != size:
            tile = tile.broadcast(axis, size)
    return tile


def whole(value, dtype):
    """3.0 as 3 for an integer tensor: unlike nisa.memset, nki.language takes NumPy's word for it."""
    return int(value) if dtypes.is_integer(dtype) and isinstance(value, float) and value.is_integer() else value


def hbm_pieces(tensor):
    """Views [P, F] that together are a tensor in HBM, each as large as a tile of 128 by 2048 or smaller."""
    rows = 128
    width = min(2048, -(-tensor.size // rows))
    for start in range(0, tensor.size, rows * width):
        count = min(rows * width, tensor.size - start)
        full, rest = divmod(count, width)
        if full:
            yield tensor.ap([[width, full], [1, width]], start)
        if rest:
            yield tensor.ap([[rest, 1], [1, rest]], start + full * width)


def column_of(number, like, dtype=dtypes.float32):
    """A constant as a tile with the shape of `like`: one element per partition, repeated."""
    column = new_tile((like.shape[0],) + (1,) * (like.ndim - 1), dtype)
    nisa.memset(column, whole(number, column.dtype))
    return spread(column, like.shape)
