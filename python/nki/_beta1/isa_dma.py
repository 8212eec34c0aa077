"""Instructions of the DMA engines."""

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.enums import dge_mode, oob_mode, today
from nki._beta1.masks import box_of, cut
from nki._beta1.operators import operator
from nki._beta1.tiles import Tile, in_sbuf, new_tile

_error, _unknown = oob_mode.error, dge_mode.unknown


def dma_copy(*, dst, src, mask=None, dst_rmw_op=None, oob_mode=_error, dge_mode=_unknown):
    """Copies src to dst, HBM and SBUF both ways; with dst_rmw_op=np.add, adds it there.

    Source: nki.isa.dma_copy, NKI 2.26.
    """
    for name, value in (("dst", dst), ("src", src)):
        if not isinstance(value, Tile):
            raise TypeError(f"dma_copy: {name} must be a tensor, got {value!r}")
    box = box_of(mask, src.shape)
    if box is not None:
        if box.empty:
            return
        dst, src = cut(box, dst, src.shape), cut(box, src, src.shape)
    src = in_sbuf(src)
    if dst_rmw_op is None:
        nisa.dma_copy(dst, src, oob_mode=today(_Oob, oob_mode), dge_mode=today(_Dge, dge_mode))
        return
    if operator(dst_rmw_op) is not nl.add:
        raise ValueError(f"dma_copy: dst_rmw_op must be np.add, got {dst_rmw_op!r}")
    nisa.dma_compute(dst, [dst, src] if not _core.plain(dst).is_indirect() else [src, dst], nl.add)


def dma_transpose(src, *, axes=None, mask=None, dtype=None, **kwargs):
    """A tile with the axes of src in another order: (1, 0), (2, 1, 0) or (3, 1, 2, 0).

    Source: nki.isa.dma_transpose, NKI 2.26.
    """
    if not isinstance(src, Tile):
        raise TypeError(f"dma_transpose: src must be a tensor, got {src!r}")
    order = {2: (1, 0), 3: (2, 1, 0), 4: (3, 1, 2, 0)}.get(len(src.shape)) if axes is None else tuple(axes)
    shape = tuple([src.shape[axis] for axis in order])
    box = box_of(mask, src.shape)
    result = new_tile(shape, src.dtype_name if dtype is None else dtypes.name_of(dtype))
    if box is not None and box.empty:
        return result
    nisa.dma_transpose(result, src, axes=order)
    return result


_Oob, _Dge = oob_mode, dge_mode
