"""Instructions of the Tensor engine."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki._beta1 import dtypes, enums
from nki._beta1.enums import engine
from nki._beta1.isa_reductions import from_first_partition
from nki._beta1.launch import present
from nki._beta1.masks import Box, OperandBox, box_of, compute_rows, cut, masked
from nki._beta1.predicates import holds_of, predicate_of
from nki._beta1.tiles import in_sbuf, new_tile, psum, require_tile, say_ignored, sbuf

_PERF_MODES = {"double_row": "double_row", "double_row_gen3": "double_row", "": "none", None: "none"}


def nc_matmul(
    stationary, moving, *, is_stationary_onezero=False, is_moving_onezero=False, is_transpose=False, tile_position=(),
    tile_size=(), mask=None, **kwargs,
):  # fmt: skip
    """stationary^T moving, in PSUM; `psum_tile += nisa.nc_matmul(...)` accumulates there.

    Args:
        mask: which elements of moving to read; its first axis, the partitions, goes for stationary too.

    Source: nki.isa.nc_matmul, NKI 2.26.
    """
    if kwargs:
        say_ignored("nisa.nc_matmul", kwargs)
    require_tile("nc_matmul", "stationary", stationary)
    require_tile("nc_matmul", "moving", moving)
    perf = _PERF_MODES.get(kwargs.get("perf_mode"), kwargs.get("perf_mode"))
    result = _result_of(stationary, moving, is_transpose, perf)
    boxes = _boxes(mask, stationary, moving)
    if boxes is None:
        return masked(result, Box((0, 0), (0, 0)))
    of_result, stationary, moving = boxes
    present().operands = stationary, moving = in_sbuf(stationary), in_sbuf(moving)
    nisa.nc_matmul(
        result if of_result is None else cut(of_result, result, result.shape), stationary, moving,
        is_stationary_onezero=is_stationary_onezero, is_moving_onezero=is_moving_onezero, is_transpose=is_transpose,
        accumulate=False, tile_position=tuple(tile_position), tile_size=tuple(tile_size),
        perf_mode=getattr(nisa.matmul_perf_mode, perf) if isinstance(perf, str) else perf,
    )  # fmt: skip
    return result if of_result is None else masked(result, of_result)


def _result_of(stationary, moving, is_transpose, perf):
    """A tile for stationary^T moving."""
    rows = 2 if perf == "double_row" else 1
    exact = is_transpose and nisa.get_nc_version() >= nisa.nc_version.gen3
    sizes = [tile.size // tile.shape[0] // rows for tile in (stationary, moving)]
    return new_tile(sizes, stationary.dtype_name if exact else "float32", psum)


def _boxes(mask, stationary, moving):
    """(box of the result or None, what is read of the operands); None if that is nothing."""
    if mask is None or mask is True:
        of_moving, of_stationary = None, None
    elif mask is False:
        return None
    else:
        of_moving, of_stationary = _box_by_shape(mask, stationary, moving)
    boxes = [_joined(of_stationary, stationary), _joined(of_moving, moving)]
    if boxes == [None, None]:
        return None, stationary, moving
    if any(box.empty for box in boxes if box is not None):
        return None
    whole = [Box((0,) * len(tile.shape), tile.shape) for tile in (stationary, moving)]
    boxes = [box or all_of_it for box, all_of_it in zip(boxes, whole, strict=True)]
    begin, end = max(box.begins[0] for box in boxes), min(box.ends[0] for box in boxes)
    if begin >= end:
        return None
    columns = [_side(tile, box) for tile, box in zip((stationary, moving), boxes, strict=True)]
    shape = [tile.size // tile.shape[0] for tile in (stationary, moving)]
    of_result = compute_rows(Box(*zip(*columns, strict=True)), shape)
    parts = [
        _read(tile, box, (begin, first), end)
        for tile, box, first in zip((stationary, moving), boxes, of_result.begins, strict=True)
    ]
    return of_result, *parts


def _box_by_shape(mask, stationary, moving):
    """(box of moving, box of stationary) of a mask, which is that of moving if it fits both."""
    try:
        return box_of(mask, moving.shape), None
    except ValueError:
        return None, box_of(mask, stationary.shape)


def _joined(box, tile):
    """The box, and what tile[mask] says of an operand."""
    own = tile.mask if isinstance(tile.mask, OperandBox) else None
    if box is None or own is None:
        return box or own
    if box.inner is not None or own.inner is not None:
        holds = [True if one.inner is None else holds_of(one.inner, tile.shape) for one in (box, own)]
        inner = np.logical_and(*holds)
    else:
        inner = None
    return Box(tuple(map(max, box.begins, own.begins)), tuple(map(min, box.ends, own.ends)), inner)


def _side(tile, box):
    """The elements of the result that lie along an operand's free axes: (begin, end)."""
    if len(tile.shape) == 2:
        return box.begins[1], box.ends[1]
    return 0, tile.size // tile.shape[0]


def _read(tile, box, begin, end):
    """An operand from its row and column `begin` in its box, with 0 where its mask doesn't hold: that adds nothing."""
    flat = len(tile.shape) == 2
    first, last = begin, (end, *box.ends[1:])
    if not flat:
        first, last = (begin[0],) + (0,) * (len(tile.shape) - 1), (end, *tile.shape[1:])
    part = from_first_partition(_core.tile_part(tile, first, last), Box(first, last))
    partly = not flat and (box.begins[1:], box.ends[1:]) != (first[1:], last[1:])
    if box.inner is None and not partly:
        return part
    holds = np.zeros(tile.shape, bool)
    inside = tuple(map(slice, box.begins, box.ends))
    holds[inside] = True if box.inner is None else holds_of(box.inner, tile.shape)[inside]
    zeroed = new_tile(part.shape, part.dtype_name)
    nisa.memset(zeroed, 0.0)
    nisa.tensor_copy_predicated(zeroed, part, predicate_of(holds, tile.shape, Box(first, last)))
    return zeroed


def nc_transpose(data, *, mask=None, dtype=None, engine=engine.unknown, **kwargs):
    """The transpose of a tile: by the Tensor engine into PSUM, or by VectorE, 32 by 32 at most, into SBUF.

    Source: nki.isa.nc_transpose, NKI 2.26.
    """
    if kwargs:
        say_ignored("nisa.nc_transpose", kwargs)
    require_tile("nc_transpose", "data", data)
    partitions, free = data.shape[0], data.size // data.shape[0]
    which = enums.today(_Engine, engine)
    by_vector = which is nisa.engine.vector or (which is not nisa.engine.tensor and max(partitions, free) <= 32)
    flat = data if len(data.shape) == 2 else data.reshape((partitions, free))
    box = _flat_box(mask, data)
    turned = None if box is None else _turned(box, flat.shape)
    read = turned and Box(turned.begins[::-1], turned.ends[::-1])
    result = new_tile((free, partitions), data.dtype_name, sbuf if by_vector else psum)
    if box is not None and box.empty:
        return masked(result, turned)
    source = flat if read is None else from_first_partition(cut(read, flat, flat.shape), read)
    nisa.nc_transpose(
        cut(turned, result, result.shape), source if by_vector else in_sbuf(source),
        nisa.engine.vector if by_vector else nisa.engine.tensor,
    )  # fmt: skip
    if dtype is not None and dtypes.name_of(dtype) != data.dtype_name:
        converted = new_tile(result.shape, dtypes.name_of(dtype))
        nisa.tensor_copy(cut(turned, converted, result.shape), cut(turned, result, result.shape))
        result = converted
    return result if box is None else masked(result, turned)


def _flat_box(mask, data):
    """The box of a mask on data, whose free axes count as one."""
    box = box_of(mask, data.shape)
    if box is None or len(data.shape) == 2:
        return box
    if box.inner is not None or any(box.begins[1:]) or box.ends[1:] != data.shape[1:]:
        raise ValueError(
            f"nc_transpose: mask leaves out elements of free axes; of data {data.shape}, with several, it can leave "
            "out partitions alone"
        )
    return Box((box.begins[0], 0), (box.ends[0], data.size // data.shape[0]))


def _turned(box, shape):
    """The box, and where its mask holds, on the transpose."""
    inner = None if box.inner is None else holds_of(box.inner, shape).T
    return compute_rows(Box(box.begins[::-1], box.ends[::-1], inner), shape[::-1])


_Engine = engine
