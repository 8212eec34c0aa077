"""Instructions that search, gather and shuffle."""

from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.masks import Box, box_of, computed, cut, masked
from nki._beta1.tiles import in_sbuf, new_tile, require_tile


def _eight(function, call, data, operands, mask, name):
    require_tile(function, "data", data)
    shape, box = data.shape, box_of(mask, data.shape)
    result = new_tile((shape[0], 8), name)
    if box is None:
        call(result, data, *operands)
        return result
    of_result = Box((box.begins[0], 0), (box.begins[0] if box.empty else box.ends[0], 8))
    if not box.empty:
        operands = [cut(of_result, operand, operand.shape) for operand in operands]
        call(cut(of_result, result, result.shape), cut(box, data, shape), *operands)
    return masked(result, of_result)


def max8(*, src, mask=None, dtype=None, **kwargs):
    """The eight largest elements of each row, the largest first. Source: nki.isa.max8, NKI 2.26."""
    name = src.dtype_name if dtype is None else dtypes.name_of(dtype)
    return _eight("max8", nisa.max8, src, (), mask, name)


def nc_find_index8(*, data, vals, mask=None, dtype=None, **kwargs):
    """Where in each row of data its eight vals are. Source: nki.isa.nc_find_index8, NKI 2.26."""
    name = "uint32" if dtype is None else dtypes.name_of(dtype)
    return _eight("nc_find_index8", nisa.nc_find_index8, data, (vals,), mask, name)


def nc_match_replace8(*, data, vals, imm, dst_idx=None, mask=None, dtype=None, **kwargs):
    """data with the first occurrence of each of eight vals replaced. Source: nki.isa.nc_match_replace8, NKI 2.26."""
    require_tile("nc_match_replace8", "data", data)
    name = data.dtype_name if dtype is None else dtypes.name_of(dtype)

    def call(dst, data, vals, dst_idx):
        nisa.nc_match_replace8(dst, data, vals, imm, dst_idx)

    return computed(call, data.shape, name, mask, (data, vals, dst_idx))


def nc_stream_shuffle(src, dst, shuffle_mask, *, dtype=None, mask=None, **kwargs):
    """Partitions of src, in another order, to dst. Source: nki.isa.nc_stream_shuffle, NKI 2.26."""
    box = box_of(mask, src.shape)
    if box is None or not box.empty:
        nisa.nc_stream_shuffle(cut(box, dst, src.shape), cut(box, src, src.shape), shuffle_mask)


def local_gather(src_buffer, index, num_elem_per_idx=1, num_valid_indices=None, *, mask=None):
    """Elements that indices choose for each group of 16 partitions. Source: nki.isa.local_gather, NKI 2.26."""
    require_tile("local_gather", "src_buffer", src_buffer)
    valid = 16 * index.shape[1] if num_valid_indices is None else num_valid_indices
    shape = (src_buffer.shape[0], valid * num_elem_per_idx)

    def call(dst, src, index):
        nisa.local_gather(dst, src, index, num_elem_per_idx, num_valid_indices)

    return computed(call, shape, src_buffer.dtype_name, mask, (in_sbuf(src_buffer), index))


def sequence_bounds(*, segment_ids, dtype=None):
    """Where the segment of each element begins and ends: (1, 2, n). Source: nki.isa.sequence_bounds, NKI 2.26."""
    require_tile("sequence_bounds", "segment_ids", segment_ids)
    name = segment_ids.dtype_name if dtype is None else dtypes.name_of(dtype)
    result = new_tile((1, 2, segment_ids.size), name)
    nisa.sequence_bounds(result, segment_ids)
    return result


def builtin_custom_op(function_name, lib_file_name, ulib_to_ucode_version, ulib_to_isa_version, srcs, dsts, **kwargs):
    """A function of a library for GpSimd: closed code for a device. Source: nki.isa.builtin_custom_op, NKI 2.26."""
    raise TypeError(
        f"builtin_custom_op: {function_name!r} of {lib_file_name!r} is code for a device, which can't run here"
    )
