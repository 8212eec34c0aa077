"""Instructions that search, gather and shuffle."""

from nki import isa as nisa
from nki._beta1 import dtypes
from nki._beta1.assignment import write_where
from nki._beta1.isa_reductions import of_rows
from nki._beta1.masks import compute_box, cut, cut_rows, masked, whole_rows
from nki._beta1.tiles import in_sbuf, new_tile, require_tile, say_ignored


def max8(*, src, mask=None, dtype=None, **kwargs):
    """The eight largest elements of each row, the largest first. Source: nki.isa.max8, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.max8", kwargs)
    require_tile("max8", "src", src)
    name = src.dtype_name if dtype is None else dtypes.name_of(dtype)
    return of_rows("max8", lambda dst, src: nisa.max8(dst, _flat(src)), src, 8, name, mask)


def _flat(tile):
    """A tile of more than three axes, which Beta 1 takes and nki.isa does not, with one free axis."""
    if len(tile.shape) <= 3:
        return tile
    shape = (tile.shape[0], tile.size // tile.shape[0])
    try:
        return tile.reshape(shape)
    except ValueError:  # a part of a tile, whose elements are apart
        copy = new_tile(tile.shape, tile.dtype_name)
        nisa.tensor_copy(copy, tile)
        return copy.reshape(shape)


def nc_find_index8(*, data, vals, mask=None, dtype=None, **kwargs):
    """Where in each row of data its eight vals are. Source: nki.isa.nc_find_index8, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.nc_find_index8", kwargs)
    require_tile("nc_find_index8", "data", data)
    require_tile("nc_find_index8", "vals", vals)
    name = "uint32" if dtype is None else dtypes.name_of(dtype)

    def call(dst, data, vals):
        nisa.nc_find_index8(dst, _flat(data), vals)

    return of_rows("nc_find_index8", call, data, 8, name, mask, (vals,))


def nc_match_replace8(*, data, vals, imm, dst_idx=None, mask=None, dtype=None, **kwargs):
    """data with the first occurrence of each of eight vals replaced. Source: nki.isa.nc_match_replace8, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.nc_match_replace8", kwargs)
    require_tile("nc_match_replace8", "data", data)
    require_tile("nc_match_replace8", "vals", vals)
    result = new_tile(data.shape, data.dtype_name if dtype is None else dtypes.name_of(dtype))
    box = compute_box(mask, data.shape)
    if box is None:
        nisa.nc_match_replace8(_flat(result), _flat(data), vals, imm, dst_idx)
        return result
    _, _, rows = whole_rows("nc_match_replace8", box, data.shape)
    if rows is not None and dst_idx is not None:
        raise ValueError("nc_match_replace8: mask begins at a partition where no operand can; leave dst_idx out")
    if not box.empty:
        source, found = cut(box, data, data.shape), cut_rows(box, dst_idx)
        part = cut(box, result, data.shape)
        replaced = part if len(part.shape) <= 3 else new_tile(source.shape, result.dtype_name)
        nisa.nc_match_replace8(_flat(replaced), _flat(source), cut_rows(box, vals), imm, found)
        if replaced is not part:
            nisa.tensor_copy(part, replaced)
    return masked(result, box)


def nc_stream_shuffle(src, dst, shuffle_mask, *, dtype=None, mask=None, **kwargs):
    """Partitions of src, in another order, to dst. Source: nki.isa.nc_stream_shuffle, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.nc_stream_shuffle", kwargs)
    require_tile("nc_stream_shuffle", "src", src)
    require_tile("nc_stream_shuffle", "dst", dst)
    box = compute_box(mask, dst.shape)
    if box is None:
        nisa.nc_stream_shuffle(dst, src, shuffle_mask)
    elif not box.empty:  # the mask is about dst alone, and what it leaves out is still read
        shuffled = new_tile(dst.shape, dst.dtype_name)
        nisa.tensor_copy(shuffled, dst)
        nisa.nc_stream_shuffle(shuffled, src, shuffle_mask)
        write_where(box, dst, shuffled)


def local_gather(src_buffer, index, num_elem_per_idx=1, num_valid_indices=None, *, mask=None):
    """Elements that indices choose for each group of 16 partitions. Source: nki.isa.local_gather, NKI 2.26."""
    require_tile("local_gather", "src_buffer", src_buffer)
    require_tile("local_gather", "index", index)
    partitions = index.shape[0]
    valid = 16 * (index.size // partitions) if num_valid_indices is None else num_valid_indices
    result = new_tile((src_buffer.shape[0], valid * num_elem_per_idx), src_buffer.dtype_name)
    nisa.local_gather(result, in_sbuf(src_buffer), in_sbuf(index), num_elem_per_idx, num_valid_indices)
    box = compute_box(mask, result.shape)  # 16 partitions read the indices of all of them
    return result if box is None else masked(result, box)


def sequence_bounds(*, segment_ids, dtype=None):
    """Where the segment of each element begins and ends: (1, 2, n). Source: nki.isa.sequence_bounds, NKI 2.26."""
    segment_ids = in_sbuf(require_tile("sequence_bounds", "segment_ids", segment_ids))
    name = segment_ids.dtype_name if dtype is None else dtypes.name_of(dtype)
    result = new_tile((1, 2, segment_ids.size), name)
    nisa.sequence_bounds(result, segment_ids)
    return result


def builtin_custom_op(function_name, lib_file_name, ulib_to_ucode_version, ulib_to_isa_version, srcs, dsts, **kwargs):
    """A function of a library for GpSimd: closed code for a device. Source: nki.isa.builtin_custom_op, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.builtin_custom_op", kwargs)
    raise TypeError(
        f"builtin_custom_op: {function_name!r} of {lib_file_name!r} is code for a device, which can't run here"
    )
