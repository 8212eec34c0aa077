"""Tensors that can't be made."""
import nki
import nki.language as nl
import numpy as np


def kernel_of(*arguments, **named):
    @nki.jit
    def kernel(x):
        nl.ndarray(*arguments, **named)
        return x

    return lambda: kernel(np.zeros((4, 8), np.float32))


case_partitions = kernel_of((256, 512), nl.float32, buffer=nl.sbuf)
case_psum_partitions = kernel_of((129, 8), nl.float32, buffer=nl.psum)
case_one_axis = kernel_of((128,), nl.float32)
case_six_axes = kernel_of((2, 2, 2, 2, 2, 2), nl.float32)
case_empty = kernel_of((128, 0), nl.float32)
case_fraction = kernel_of((128, 512 / 2), nl.float32)
case_dtype = kernel_of((128, 8), np.float64)
case_buffer = kernel_of((128, 8), nl.float32, buffer="l2")
case_address_partitions = kernel_of((64, 8), nl.float32, address=(96, 0))
case_address_bank = kernel_of((64, 8), nl.float32, buffer=nl.psum, address=(0, 1000))


# ---- expected ----
# case_partitions:
# ValueError: ndarray: shape (256, 512) has 256 partitions; sbuf of trn1 has 128; take it in tiles of at most 128 rows
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_psum_partitions:
# ValueError: ndarray: shape (129, 8) has 129 partitions; psum of trn1 has 128; take it in tiles of at most 128 rows
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_one_axis:
# ValueError: ndarray: shape (128,) needs two axes or more in sbuf: partitions and free elements; write (1, 128) for a row in one partition, or (128, 1) for an element in each
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_six_axes:
# ValueError: ndarray: shape (2, 2, 2, 2, 2, 2) has 6 axes; a tensor has at most 5
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_empty:
# ValueError: ndarray: shape (128, 0) holds nothing; every size must be at least 1
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_fraction:
# TypeError: ndarray: shape must be an integer, got 256.0
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_dtype:
# TypeError: dtype float64 is not an NKI data type; these are: bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, bfloat16, tfloat32, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu, float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_buffer:
# TypeError: buffer must be nl.sbuf, nl.psum, nl.hbm, nl.private_hbm or nl.shared_hbm, got 'l2'
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_address_partitions:
# ValueError: ndarray: address starts at partition 96; with 64 partitions it passes the last of 128
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
#
# case_address_bank:
# ValueError: ndarray: address byte 1000 must be a multiple of 2048, the bytes of a PSUM bank
#   at bad/bad_ndarray.py:10: nl.ndarray(*arguments, **named)
