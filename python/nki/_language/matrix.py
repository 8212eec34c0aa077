"""Transposes, products of matrices, and the identity."""

from nki import isa as nisa
from nki._core import MemoryRegion
from nki._language import dtypes
from nki._language.elementwise import equal
from nki._language.tiles import in_sbuf, new_tile, require_tile, result_dtype

_PSUM = MemoryRegion.psum


def transpose(x, dtype=None):
    """x with partitions and free elements swapped, by the Tensor engine: a tile in PSUM.

    Args:
        x: tile [P <= 128, F <= 128]; one in PSUM is copied to SBUF first.
        dtype: of the result; that of x if None.

    Source: nki.language.transpose, NKI 0.6.
    """
    require_tile("transpose", "x", x)
    if x.ndim != 2:
        raise ValueError(f"nl.transpose: x has the shape {x.shape}; it must have two axes")
    result = new_tile(x.shape[::-1], x.dtype, _PSUM)
    nisa.nc_transpose(result, in_sbuf(x))
    dtype = result_dtype(dtype, x.dtype)
    if dtype == x.dtype:
        return result
    other = new_tile(result.shape, dtype, _PSUM)
    nisa.tensor_copy(other, result)
    return other


def matmul(x, y, transpose_x=False):
    """x @ y, or x.T @ y: a float32 tile in PSUM.

    Args:
        x: tile in SBUF, [M <= 128, K <= 128]; [K, M] if transpose_x, which saves transposing it here.
        y: tile in SBUF, [K, N <= 512].
        transpose_x: x is transposed already. Devices demand it (release notes of NKI 0.3 to 0.6, "Known issues").

    Source: nki.language.matmul, NKI 0.6.
    """
    for name, value in (("x", x), ("y", y)):
        if require_tile("matmul", name, value).ndim != 2:
            raise ValueError(f"nl.matmul: {name} has the shape {value.shape}; it must have two axes")
    inner = x.shape[0 if transpose_x else 1]
    if inner != y.shape[0]:
        raise ValueError(
            f"nl.matmul: x has the shape {x.shape} and y {y.shape} (transpose_x={bool(transpose_x)}); {inner} elements "
            f"of x would meet {y.shape[0]} partitions of y"
        )
    stationary = x if transpose_x else in_sbuf(transpose(x))
    result = new_tile((stationary.shape[1], y.shape[1]), dtypes.float32, _PSUM)
    nisa.nc_matmul(result, stationary, y)
    return result


def shared_identity_matrix(n, dtype=dtypes.uint8, dst=None):
    """The identity [n, n] as a tile in SBUF, or written to the tile `dst`, which is returned.

    Errors: ValueError for n above 128 or another shape of dst. Source: nki.language.shared_identity_matrix, NKI 0.6.
    """
    if dst is None:
        dst = new_tile((n, n), dtype)
    elif require_tile("shared_identity_matrix", "dst", dst).shape != (n, n):
        raise ValueError(f"nl.shared_identity_matrix: dst has the shape {dst.shape}; it must be {(n, n)}")
    distance = new_tile((n, n), dtypes.int32)
    nisa.iota(distance, [[-1, n]], 0, 1)
    nisa.tensor_scalar(dst, distance, equal, 0)
    return dst
