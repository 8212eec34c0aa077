"""Instructions of the Tensor engine."""

from nki import isa as nisa
from nki._beta1 import dtypes, enums
from nki._beta1.enums import engine
from nki._beta1.masks import Box, box_of, cut, masked
from nki._beta1.tiles import in_sbuf, new_tile, psum, require_tile, sbuf

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
    require_tile("nc_matmul", "stationary", stationary)
    require_tile("nc_matmul", "moving", moving)
    perf = _PERF_MODES.get(kwargs.get("perf_mode"), kwargs.get("perf_mode"))
    rows = 2 if perf == "double_row" else 1
    free = lambda tile: tile.size // tile.shape[0] // rows  # noqa: E731
    result = new_tile((free(stationary), free(moving)), _dtype_of(stationary, is_transpose), psum)
    boxes = _boxes(mask, stationary, moving)
    if boxes is None:
        return masked(result, Box((0, 0), (0, 0)))
    box, stationary, moving = boxes
    nisa.nc_matmul(
        result if box is None else cut(box, result, result.shape), stationary, moving,
        is_stationary_onezero=is_stationary_onezero, is_moving_onezero=is_moving_onezero, is_transpose=is_transpose,
        accumulate=False, tile_position=tile_position, tile_size=tile_size,
        perf_mode=getattr(nisa.matmul_perf_mode, perf) if isinstance(perf, str) else perf,
    )  # fmt: skip
    return result if box is None else masked(result, box)


def _dtype_of(stationary, is_transpose):
    exact = is_transpose and nisa.get_nc_version() >= nisa.nc_version.gen3
    return stationary.dtype_name if exact else "float32"


def _boxes(mask, stationary, moving):
    """(box of the result or None, what is read of the operands); None if that is nothing."""
    if mask is None or mask is True:
        return None, stationary, moving
    if mask is False:
        return None
    of_moving = box_of(mask, moving.shape)
    if of_moving is None:
        return None, stationary, moving
    if of_moving.empty:
        return None
    rows = Box((of_moving.begins[0],) + (0,) * (len(stationary.shape) - 1), (of_moving.ends[0], *stationary.shape[1:]))
    columns = Box((0, of_moving.begins[1]), (stationary.shape[1], of_moving.ends[1]))
    return columns, cut(rows, stationary, stationary.shape), cut(of_moving, moving, moving.shape)


def nc_transpose(data, *, mask=None, dtype=None, engine=engine.unknown, **kwargs):
    """The transpose of a tile: by the Tensor engine into PSUM, or by VectorE, 32 by 32 at most, into SBUF.

    Source: nki.isa.nc_transpose, NKI 2.26.
    """
    require_tile("nc_transpose", "data", data)
    partitions, free = data.shape[0], data.size // data.shape[0]
    which = enums.today(_Engine, engine)
    by_vector = which is nisa.engine.vector or (which is not nisa.engine.tensor and max(partitions, free) <= 32)
    flat = data if len(data.shape) == 2 else data.reshape((partitions, free))
    box = box_of(mask, flat.shape)
    result = new_tile((free, partitions), data.dtype_name, sbuf if by_vector else psum)
    if box is None or not box.empty:
        source = cut(box, flat, flat.shape)
        turned = None if box is None else box._replace(begins=box.begins[::-1], ends=box.ends[::-1])
        nisa.nc_transpose(
            cut(turned, result, result.shape), source if by_vector else in_sbuf(source),
            nisa.engine.vector if by_vector else nisa.engine.tensor,
        )  # fmt: skip
    if dtype is not None and dtypes.name_of(dtype) != data.dtype_name:
        converted = new_tile(result.shape, dtypes.name_of(dtype))
        nisa.tensor_copy(converted, result)
        result = converted
    return result if box is None else masked(result, box._replace(begins=box.begins[::-1], ends=box.ends[::-1]))


_Engine = engine
