"""Instructions of the DMA engines."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.enums import dge_mode, oob_mode, today
from nki._beta1.masks import Box, box_of, cut, masked, starts_legally
from nki._beta1.operators import operator
from nki._beta1.predicates import boxes_of, holds_of
from nki._beta1.tiles import Tile, in_sbuf, is_on_chip, new_tile, say_ignored, wrong_type

_error, _unknown = oob_mode.error, dge_mode.unknown


def dma_copy(*, dst, src, mask=None, dst_rmw_op=None, oob_mode=_error, dge_mode=_unknown):
    """Copies src to dst, HBM and SBUF both ways; with dst_rmw_op=np.add, adds it there.

    Source: nki.isa.dma_copy, NKI 2.26.
    """
    for name, value in (("dst", dst), ("src", src)):
        if not isinstance(value, Tile):
            raise wrong_type("dma_copy", name, "a tensor", value)
    add = dst_rmw_op is not None
    if add and operator(dst_rmw_op) is not nl.add:
        raise ValueError(f"dma_copy: dst_rmw_op must be np.add, got {dst_rmw_op!r}")
    oob, dge = today(_Oob, oob_mode), today(_Dge, dge_mode)
    if add and oob is nisa.oob_mode.skip:
        raise ValueError("dma_copy: oob_mode.skip and dst_rmw_op exclude each other")
    shape, box = dst.shape, box_of(mask, dst.shape)
    if box is not None and src.shape != shape:
        raise ValueError(f"dma_copy: with a mask, dst {shape} and src {src.shape} must have the same shape")
    if box is not None and is_on_chip(dst):
        _core.mark_masked(dst)
    for piece in boxes_of(box, shape):
        to, source = cut(piece, dst, shape), in_sbuf(cut(piece, src, shape))
        if add:
            nisa.dma_compute(to, [source, to] if _core.plain(to).is_indirect() else [to, source], nl.add)
        else:
            nisa.dma_copy(to, source, oob_mode=oob, dge_mode=dge)


_ORDERS = {2: (1, 0), 3: (2, 1, 0), 4: (3, 1, 2, 0)}


def dma_transpose(src, *, axes=None, mask=None, dtype=None, **kwargs):
    """A tile with the axes of src in another order: (1, 0), (2, 1, 0) or (3, 1, 2, 0).

    Source: nki.isa.dma_transpose, NKI 2.26.
    """
    if kwargs:
        say_ignored("nisa.dma_transpose", kwargs)
    if not isinstance(src, Tile):
        raise wrong_type("dma_transpose", "src", "a tensor", src)
    shape, source = src.shape, in_sbuf(src)
    order = _ORDERS.get(len(shape))
    if order is None:
        raise ValueError(f"dma_transpose: src has the shape {shape}; it must have two, three or four axes")
    if axes is not None and tuple(axes) != order:
        raise ValueError(f"dma_transpose: axes is {axes!r}; for the {len(shape)} axes of src it can be {order} only")
    box = box_of(mask, shape)
    result = new_tile([shape[axis] for axis in order], src.dtype_name if dtype is None else dtypes.name_of(dtype))
    turned = None if box is None else _turned(box, shape, order)
    if turned is not None and turned.empty:
        return masked(result, turned)
    source, dst = cut(box, source, shape), cut(turned, result, result.shape)
    options = {"dge_mode": today(_Dge, kwargs["dge_mode"])} if "dge_mode" in kwargs else {}
    if result.dtype_name == src.dtype_name:
        nisa.dma_transpose(dst, source, axes=order, **options)
    else:
        same = new_tile(dst.shape, src.dtype_name)
        nisa.dma_transpose(same, source, axes=order, **options)
        nisa.dma_copy(dst, same)
    return result if box is None else masked(result, turned)


def _turned(box, shape, order):
    """The box, and where its mask holds, on the transpose."""
    inner = None if box.inner is None else holds_of(box.inner, shape).transpose(order)
    turned = Box(tuple([box.begins[axis] for axis in order]), tuple([box.ends[axis] for axis in order]), inner)
    if inner is None and not turned.empty and not starts_legally(turned):
        turned = turned._replace(inner=np.broadcast_to(True, [shape[axis] for axis in order]))
    return turned


_Oob, _Dge = oob_mode, dge_mode
