"""Indices and slices that leave their tensor, or are none."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def kernel_of(take):
    @nki.jit
    def kernel(x):
        tile = nl.ndarray((64, 32), x.dtype)
        take(x, tile)
        return x

    return lambda: kernel(np.zeros((100, 512), np.float32))


case_slice_stop = kernel_of(lambda x, tile: x[0:128, :])
case_slice_start = kernel_of(lambda x, tile: x[100:, :])
case_ds = kernel_of(lambda x, tile: tile[:, nl.ds(24, 16)])
case_empty = kernel_of(lambda x, tile: tile[8:8, :])
case_negative_step = kernel_of(lambda x, tile: tile[:, ::-1])
case_integer = kernel_of(lambda x, tile: tile[:, 32])
case_negative = kernel_of(lambda x, tile: x[-101])
case_too_many = kernel_of(lambda x, tile: x[0, 0, 0])
case_two_ellipses = kernel_of(lambda x, tile: x[..., ...])
case_fraction = kernel_of(lambda x, tile: x[0.5])
case_array = kernel_of(lambda x, tile: x[np.array([1, 2])])
case_reshape = kernel_of(lambda x, tile: x.reshape((100, 500)))
case_reshape_partitions = kernel_of(lambda x, tile: tile.reshape((32, 64)))
case_permute_partitions = kernel_of(lambda x, tile: tile.permute((1, 0)))
case_broadcast = kernel_of(lambda x, tile: tile.broadcast_to((64, 64)))
case_pattern = kernel_of(lambda x, tile: nisa.memset(tile.ap([[32, 64], [1, 33]]), 0))
case_pattern_end = kernel_of(lambda x, tile: nisa.memset(tile.ap([[32, 64], [1, 1]], offset=64 * 32), 0))
case_pattern_partitions = kernel_of(lambda x, tile: tile.ap([[1, 64], [1, 32]]))
case_dtype_view = kernel_of(lambda x, tile: tile[:, 0:3].view(nl.float16)[:, 0:3].view(nl.float32))
case_permute_numbers = kernel_of(lambda x, tile: x.permute(1, 0))
case_reshape_numbers = kernel_of(lambda x, tile: tile.reshape(64, 8, 4))
case_broadcast_numbers = kernel_of(lambda x, tile: tile.broadcast_to(64, 32))
case_too_few = kernel_of(lambda x, tile: tile.slice(1, 0))
case_pattern_keyword = kernel_of(lambda x, tile: tile.ap([[32, 64], [1, 32]], foo=1))
case_ds_word = kernel_of(lambda x, tile: tile[:, nl.ds("a", 3)])
case_ds_none = kernel_of(lambda x, tile: tile[:, nl.ds(0, None)])
case_ds_negative = kernel_of(lambda x, tile: tile[:, nl.ds(-3, 3)])


# ---- expected ----
# case_slice_stop:
# IndexError: slice: [0:128] of axis 0 is out of bounds; the axis of x[100, 512] float32 shared_hbm has 100 elements
#   at bad/bad_index.py:18: case_slice_stop = kernel_of(lambda x, tile: x[0:128, :])
#
# case_slice_start:
# IndexError: slice: [100:100] of axis 0 is empty; the axis of x[100, 512] float32 shared_hbm has 100 elements
#   at bad/bad_index.py:19: case_slice_start = kernel_of(lambda x, tile: x[100:, :])
#
# case_ds:
# IndexError: slice: [24:40] of axis 1 is out of bounds; the axis of sbuf.0[64, 32] float32 sbuf has 32 elements
#   at bad/bad_index.py:20: case_ds = kernel_of(lambda x, tile: tile[:, nl.ds(24, 16)])
#
# case_empty:
# IndexError: slice: [8:8] of axis 0 is empty; the axis of sbuf.0[64, 32] float32 sbuf has 64 elements
#   at bad/bad_index.py:21: case_empty = kernel_of(lambda x, tile: tile[8:8, :])
#
# case_negative_step:
# ValueError: slice: step must be positive, got -1
#   at bad/bad_index.py:22: case_negative_step = kernel_of(lambda x, tile: tile[:, ::-1])
#
# case_integer:
# IndexError: index: 32 is out of bounds for axis 1 of sbuf.0[64, 32] float32 sbuf with 32 elements
#   at bad/bad_index.py:23: case_integer = kernel_of(lambda x, tile: tile[:, 32])
#
# case_negative:
# IndexError: index: -101 is out of bounds for axis 0 of x[100, 512] float32 shared_hbm with 100 elements
#   at bad/bad_index.py:24: case_negative = kernel_of(lambda x, tile: x[-101])
#
# case_too_many:
# IndexError: index: 3 indices for x[100, 512] float32 shared_hbm, which has 2 axes
#   at bad/bad_index.py:25: case_too_many = kernel_of(lambda x, tile: x[0, 0, 0])
#
# case_two_ellipses:
# IndexError: index: an index can have one ellipsis ('...') only
#   at bad/bad_index.py:26: case_two_ellipses = kernel_of(lambda x, tile: x[..., ...])
#
# case_fraction:
# TypeError: index must be an integer, got 0.5
#   at bad/bad_index.py:27: case_fraction = kernel_of(lambda x, tile: x[0.5])
#
# case_array:
# TypeError: index must be an integer, got array([1, 2])
#   at bad/bad_index.py:28: case_array = kernel_of(lambda x, tile: x[np.array([1, 2])])
#
# case_reshape:
# ValueError: reshape: (100, 500) does not hold 51200 elements
#   at bad/bad_index.py:29: case_reshape = kernel_of(lambda x, tile: x.reshape((100, 500)))
#
# case_reshape_partitions:
# ValueError: reshape: (32, 64) changes the partition axis of sbuf.0[64, 32] float32 sbuf; on chip axis 0 stays as it is
#   at bad/bad_index.py:30: case_reshape_partitions = kernel_of(lambda x, tile: tile.reshape((32, 64)))
#
# case_permute_partitions:
# ValueError: permute: axis 0 of an on-chip tensor is the partition axis and stays as it is
#   at bad/bad_index.py:31: case_permute_partitions = kernel_of(lambda x, tile: tile.permute((1, 0)))
#
# case_broadcast:
# ValueError: broadcast: axis 1 of sbuf.0[64, 32] float32 sbuf has 32 elements; only an axis of one element can become 64
#   at bad/bad_index.py:32: case_broadcast = kernel_of(lambda x, tile: tile.broadcast_to((64, 64)))
#
# case_pattern:
# VerifyError: bad/bad_index.py:33: error: memset: dst reaches element 2048; the storage of sbuf.0 holds 2048 [in-bounds]
#     case_pattern = kernel_of(lambda x, tile: nisa.memset(tile.ap([[32, 64], [1, 33]]), 0))
#   called from bad/bad_index.py:12: take(x, tile)
#
# case_pattern_end:
# VerifyError: bad/bad_index.py:34: error: memset: dst reaches element 4064; the storage of sbuf.0 holds 2048 [in-bounds]
#     case_pattern_end = kernel_of(lambda x, tile: nisa.memset(tile.ap([[32, 64], [1, 1]], offset=64 * 32), 0))
#   called from bad/bad_index.py:12: take(x, tile)
#
# case_pattern_partitions:
# ValueError: ap: the first pair steps over partitions and must have the step 32, the free size of the storage; got 1
#   at bad/bad_index.py:35: case_pattern_partitions = kernel_of(lambda x, tile: tile.ap([[1, 64], [1, 32]]))
#
# case_dtype_view:
# ValueError: view: the last axis of sbuf.0[64, 3] float16 sbuf (6 bytes) is not a multiple of the 4 bytes of float32
#   at bad/bad_index.py:36: case_dtype_view = kernel_of(lambda x, tile: tile[:, 0:3].view(nl.float16)[:, 0:3].view(nl.float32))
#
# case_permute_numbers:
# TypeError: permute takes one tuple, permute((1, 0)), not 2 arguments
#   at bad/bad_index.py:37: case_permute_numbers = kernel_of(lambda x, tile: x.permute(1, 0))
#
# case_reshape_numbers:
# TypeError: reshape takes one tuple, reshape((64, 8, 4)), not 3 arguments
#   at bad/bad_index.py:38: case_reshape_numbers = kernel_of(lambda x, tile: tile.reshape(64, 8, 4))
#
# case_broadcast_numbers:
# TypeError: broadcast_to takes one tuple, broadcast_to((64, 32)), not 2 arguments
#   at bad/bad_index.py:39: case_broadcast_numbers = kernel_of(lambda x, tile: tile.broadcast_to(64, 32))
#
# case_too_few:
# TypeError: slice() missing required argument 'end' (pos 3)
#   at bad/bad_index.py:40: case_too_few = kernel_of(lambda x, tile: tile.slice(1, 0))
#
# case_pattern_keyword:
# TypeError: 'foo' is an invalid keyword argument for ap()
#   at bad/bad_index.py:41: case_pattern_keyword = kernel_of(lambda x, tile: tile.ap([[32, 64], [1, 32]], foo=1))
#
# case_ds_word:
# TypeError: nl.ds: start must be an integer or a register, got 'a'
#   at bad/bad_index.py:42: case_ds_word = kernel_of(lambda x, tile: tile[:, nl.ds("a", 3)])
#
# case_ds_none:
# TypeError: nl.ds: size must be an integer, got None
#   at bad/bad_index.py:43: case_ds_none = kernel_of(lambda x, tile: tile[:, nl.ds(0, None)])
#
# case_ds_negative:
# IndexError: nl.ds: start is -3; it must not be negative
#   at bad/bad_index.py:44: case_ds_negative = kernel_of(lambda x, tile: tile[:, nl.ds(-3, 3)])
