"""Matrix multiplication and transposition."""

from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.isa_matrix import nc_matmul, nc_transpose
from nki._beta1.tiles import in_sbuf, new_tile, require_tile, say_ignored


def matmul(x, y, *, transpose_x=False, mask=None, **kwargs):
    """x y in PSUM, x [M <= 128, K <= 128] or, with transpose_x, [K, M]. Source: nki.language.matmul, NKI 2.26."""
    if kwargs:
        say_ignored("nl.matmul", kwargs)
    require_tile("nl.matmul", "x", x)
    require_tile("nl.matmul", "y", y)
    if not transpose_x:
        turned = nc_transpose(in_sbuf(x), engine=nisa.engine.tensor)
        x = new_tile(turned.shape, x.dtype_name)
        nisa.tensor_copy(x, turned)
    return nc_matmul(in_sbuf(x), in_sbuf(y), mask=mask)


def transpose(x, *, dtype=None, mask=None, **kwargs):
    """The transpose of a tile. Source: nki.language.transpose, NKI 2.26."""
    if kwargs:
        say_ignored("nl.transpose", kwargs)
    require_tile("nl.transpose", "x", x)
    return nc_transpose(x, dtype=None if dtype is None else dtypes.name_of(dtype), mask=mask)
