"""Calls whose arguments do not fit the function, or are no arrays."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def copy(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)
    return result


def case_too_few():
    copy()


def case_too_many():
    copy(np.zeros((4, 8), np.float32), 1)


def case_unknown():
    copy(y=np.zeros((4, 8), np.float32))


def case_no_array():
    copy([[1.0, 2.0], [3.0, 4.0]])


# ---- expected ----
# case_too_few:
# TypeError: copy(x): missing a required argument: 'x'
#   at bad/bad_arguments.py:16: copy()
#
# case_too_many:
# TypeError: copy(x): too many positional arguments
#   at bad/bad_arguments.py:20: copy(np.zeros((4, 8), np.float32), 1)
#
# case_unknown:
# TypeError: copy(x): no argument is called 'y'
#   at bad/bad_arguments.py:24: copy(y=np.zeros((4, 8), np.float32))
#
# case_no_array:
# AttributeError: 'list' object has no attribute 'shape'
# copy: none of the arguments is a NumPy, torch or JAX array: x is of type list
#   at bad/bad_arguments.py:10: result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
