"""Matmuls beyond the array's limits."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def matmul(x, contract, rows, columns, out_rows, out_columns, dtypes=(nl.bfloat16, nl.bfloat16)):
    stationary = nl.zeros((contract, rows), dtypes[0])
    moving = nl.zeros((contract, columns), dtypes[1])
    acc = nl.ndarray((out_rows, out_columns), nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
    return x


X = np.zeros((4, 8), np.float32)


def case_stationary_free_size():
    matmul(X, 128, 129, 64, 128, 64)


def case_moving_free_size():
    matmul(X, 128, 64, 640, 64, 640)


def case_result_shape():
    matmul(X, 128, 64, 256, 64, 255)


def case_dtypes():
    matmul(X, 128, 64, 256, 64, 256, (nl.float32, nl.bfloat16))


def case_integers():
    matmul(X, 128, 64, 256, 64, 256, (nl.int32, nl.int32))


# ---- expected ----
# case_stationary_free_size:
# VerifyError: bad/bad_matmul.py:13: error: nc_matmul: stationary has 129 free elements; trn1 allows at most 128 [free-at-most]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
# bad/bad_matmul.py:13: error: nc_matmul: stationary (128, 129) and moving (128, 64) give [129, 64]; dst has shape (128, 64) [dst-shape]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
#
# case_moving_free_size:
# VerifyError: bad/bad_matmul.py:13: error: nc_matmul: moving has 640 free elements; trn1 allows at most 512 [free-at-most]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
# bad/bad_matmul.py:13: error: nc_matmul: dst spans 2560 bytes per partition; trn1 writes at most 2048 (1 PSUM bank) [dst-bank]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
#
# case_result_shape:
# VerifyError: bad/bad_matmul.py:13: error: nc_matmul: stationary (128, 64) and moving (128, 256) give [64, 256]; dst has shape (64, 255) [dst-shape]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
#
# case_dtypes:
# VerifyError: bad/bad_matmul.py:13: error: nc_matmul: stationary is float32 and moving is bfloat16; float32 and tfloat32 go with float32 or tfloat32 only [matmul-dtypes]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
#
# case_integers:
# VerifyError: bad/bad_matmul.py:13: error: nc_matmul: stationary is int32; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
# bad/bad_matmul.py:13: error: nc_matmul: moving is int32; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
#     nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
