"""Moving tiles between memories, and repeating and choosing their elements."""

from nki import isa as nisa
from nki._core import MemoryRegion, NkiTensor
from nki._language import dtypes
from nki._language.elementwise import not_equal
from nki._language.tiles import (
    broadcast_shape,
    column_of,
    converted,
    is_integral,
    is_number,
    new_tile,
    require_tile,
    result_dtype,
    spread,
    with_dtype,
)

sbuf = MemoryRegion.sbuf
psum = MemoryRegion.psum
private_hbm = MemoryRegion.private_hbm
hbm = MemoryRegion.private_hbm
shared_hbm = MemoryRegion.shared_hbm


def is_sbuf(buffer):
    """True for nl.sbuf."""
    return buffer is sbuf


def is_psum(buffer):
    """True for nl.psum."""
    return buffer is psum


def is_on_chip(buffer):
    """True for nl.sbuf and nl.psum."""
    return buffer in (sbuf, psum)


def is_hbm(buffer):
    """True for nl.hbm (private_hbm) and nl.shared_hbm."""
    return buffer in (private_hbm, shared_hbm)


def _require_hbm(function, name, value):
    if not isinstance(value, NkiTensor):
        raise TypeError(f"nl.{function}: {name} must be a tensor, got {value!r}")
    if not is_hbm(value.buffer):
        raise ValueError(f"nl.{function}: {name} is {value.name} in {value.buffer.name}; it must be in HBM")


def load(src, dtype=None):
    """A new tile in SBUF with the elements of a tensor in HBM.

    Args:
        src: the tensor: [P <= 128, F...].
        dtype: of the tile; that of src if None. Another one is converted through float32.

    Errors: TypeError or ValueError for anything but a tensor in HBM with two axes or more.
    Source: nki.language.load, NKI 0.6.
    """
    _require_hbm("load", "src", src)
    if src.ndim < 2:
        raise ValueError(f"nl.load: src has the shape {src.shape}; a tile has two axes, so say src.reshape((n, m))")
    result = new_tile(src.shape, result_dtype(dtype, src.dtype))
    nisa.dma_copy(result, src)
    return result


def store(dst, value):
    """Copies a tile in SBUF to a tensor in HBM, converting its dtype.

    Errors: TypeError or ValueError for other memories; a tile in PSUM goes through nl.copy.
    Source: nki.language.store, NKI 0.6.
    """
    _require_hbm("store", "dst", dst)
    require_tile("store", "value", value)
    if value.buffer is psum:
        raise ValueError(
            f"nl.store: value is {value.name} in psum; copy it to SBUF first: nl.store(dst, nl.copy(value))"
        )
    nisa.dma_copy(dst, value)


def load_transpose2d(src, dtype=None):
    """A new tile in SBUF, [F, P], with the elements of a tensor [P, F] in HBM. Source: nki.language, NKI 0.6."""
    _require_hbm("load_transpose2d", "src", src)
    if src.ndim != 2:
        raise ValueError(f"nl.load_transpose2d: src has the shape {src.shape}; it must have two axes")
    result = new_tile(src.shape[::-1], result_dtype(dtype, src.dtype))
    nisa.dma_copy(result, src.permute((1, 0)))
    return result


def gather_flattened(data, indices, axis=0, dtype=None):
    """result[p, ...] = data[p, indices[p, ...]], the free axes of data counting as one.

    Args:
        data: tile in SBUF.
        indices: tile of integers in SBUF with the partitions of data; the result has its shape.
        axis: 0, the only one that is documented.
        dtype: of the result; that of data if None.

    Source: nki.language.gather_flattened, NKI 0.6.
    """
    require_tile("gather_flattened", "data", data)
    require_tile("gather_flattened", "indices", indices)
    if axis != 0:
        raise ValueError(f"nl.gather_flattened: axis is {axis!r}; only 0 is supported, along the flattened free axes")
    if not dtypes.is_integer(indices.dtype):
        raise TypeError(f"nl.gather_flattened: indices are {indices.dtype}; they must be integers")
    result = new_tile(indices.shape, data.dtype)
    nisa.nc_n_gather(result, data, with_dtype(indices, dtypes.uint32))
    return with_dtype(result, result_dtype(dtype, data.dtype))


def expand_dims(x, axis):
    """A view with a new axis of one element at `axis` of the result. Source: nki.language.expand_dims, NKI 0.6."""
    if not isinstance(x, NkiTensor):
        raise TypeError(f"nl.expand_dims: x must be a tensor, got {x!r}")
    return x.expand_dim(axis)


def broadcast_to(x, shape, dtype=None):
    """x with its axes of one element repeated to `shape`, as a new tile in SBUF; x itself if nothing changes.

    Free axes are read repeatedly; one partition is copied to the others by DMA, doubling their number each time.

    Errors: ValueError for another rank, or an axis that has neither one element nor the size.
    Source: nki.language.broadcast_to, NKI 0.6.
    """
    require_tile("broadcast_to", "x", x)
    shape, dtype = tuple(shape), result_dtype(dtype, x.dtype)
    if len(shape) != x.ndim or any(have not in (1, want) for have, want in zip(x.shape, shape, strict=True)):
        raise ValueError(
            f"nl.broadcast_to: x has the shape {x.shape}, which does not become {shape}; the ranks must be equal, and "
            "each axis have the size or one element"
        )
    if shape == x.shape:
        return with_dtype(x, dtype)
    result = new_tile(shape, dtype)
    nisa.tensor_copy(result[0 : x.shape[0]], spread(x, x.shape[:1] + shape[1:]))
    _repeat_partition(result, x.shape[0])
    return result


def _repeat_partition(tile, filled):
    """Copies the first `filled` partitions to those behind them until all are filled."""
    while filled < tile.shape[0]:
        count = min(filled, tile.shape[0] - filled)
        nisa.dma_copy(tile[filled : filled + count], tile[0:count])
        filled += count


def where(condition, x, y, dtype=None):
    """x where the condition is not 0, y elsewhere.

    Args:
        condition: tile of 1.0 and 0.0, or of integers.
        x, y: tiles that fit the condition, or numbers.
        dtype: of the result. If None that of x, or of y if x is a number; if both are, float32, or that of a condition
            of floats or beside integers.

    Source: nki.language.where, NKI 0.6.
    """
    require_tile("where", "condition", condition)
    values = {"x": x, "y": y}
    tiles = [require_tile("where", name, value) for name, value in values.items() if not is_number(value)]
    shape = condition.shape
    for tile in tiles:
        shape = broadcast_shape("where", shape, tile.shape)
    floats = dtypes.is_integer(condition.dtype) and not (is_integral(x) and is_integral(y))
    dtype = result_dtype(dtype, tiles[0].dtype if tiles else dtypes.float32 if floats else condition.dtype)
    x, y = (_as_tile(value, condition, shape, dtype) for value in (x, y))
    result = converted(y, dtype)
    chosen = not_equal(condition, 0, dtypes.uint8)
    nisa.tensor_copy_predicated(result, with_dtype(x, dtype), spread(chosen, shape))
    return result


def _as_tile(value, condition, shape, dtype):
    return spread(column_of(value, condition, dtype) if is_number(value) else value, shape)
