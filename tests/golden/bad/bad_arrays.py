"""Arrays that no kernel can take."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def copy(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)
    return result


def case_float64():
    copy(np.zeros((4, 8)))


def case_int64():
    copy(np.zeros((4, 8), np.int64))


def case_complex():
    copy(np.zeros((4, 8), np.complex64))


def case_objects():
    copy(np.array([[None, "a"]], dtype=object))


def case_text():
    copy(np.array([["a", "b"]]))


def case_records():
    copy(np.zeros(4, dtype=[("x", np.float32)]))


def case_zero_size():
    copy(np.zeros((0, 8), np.float32))


def case_no_axis():
    copy(np.array(1.0, np.float32))


def case_six_axes():
    copy(np.zeros((1, 1, 1, 1, 1, 2), np.float32))


# ---- expected ----
# case_float64:
# TypeError: copy: argument 'x' has dtype float64, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu; cast it with .astype(np.float32) or another of these
#   at bad/bad_arrays.py:16: copy(np.zeros((4, 8)))
#
# case_int64:
# TypeError: copy: argument 'x' has dtype int64, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu; cast it with .astype(np.int32) or another of these
#   at bad/bad_arrays.py:20: copy(np.zeros((4, 8), np.int64))
#
# case_complex:
# TypeError: copy: argument 'x' has dtype complex64, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu; cast it with .astype(np.float32) or another of these
#   at bad/bad_arrays.py:24: copy(np.zeros((4, 8), np.complex64))
#
# case_objects:
# TypeError: copy: argument 'x' has dtype object, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu
#   at bad/bad_arrays.py:28: copy(np.array([[None, "a"]], dtype=object))
#
# case_text:
# TypeError: copy: argument 'x' has dtype <U1, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu
#   at bad/bad_arrays.py:32: copy(np.array([["a", "b"]]))
#
# case_records:
# TypeError: copy: argument 'x' has dtype [('x', '<f4')], which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, float8_e8m0fnu
#   at bad/bad_arrays.py:36: copy(np.zeros(4, dtype=[("x", np.float32)]))
#
# case_zero_size:
# ValueError: copy: argument 'x' has shape (0, 8) and holds nothing; a kernel needs at least one element in every array
#   at bad/bad_arrays.py:40: copy(np.zeros((0, 8), np.float32))
#
# case_no_axis:
# ValueError: copy: argument 'x' has shape (); pass an array with at least one axis, or a Python number
#   at bad/bad_arrays.py:44: copy(np.array(1.0, np.float32))
#
# case_six_axes:
# ValueError: copy: argument 'x' has shape (1, 1, 1, 1, 1, 2) with 6 axes; a tensor has at most 5
#   at bad/bad_arrays.py:48: copy(np.zeros((1, 1, 1, 1, 1, 2), np.float32))
