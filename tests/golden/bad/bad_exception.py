"""An exception inside a kernel comes through as it is."""
import nki
import nki.language as nl
import numpy as np


def tiles_of(extent, size):
    return extent // size


@nki.jit
def divide(x, size):
    return [tiles_of(x.shape[0], size)]


@nki.jit
def typo(x):
    return nl.ndarry(x.shape, x.dtype)


def case_in_a_function_it_calls():
    divide(np.zeros((4, 8), np.float32), 0)


def case_attribute():
    typo(np.zeros((4, 8), np.float32))


# ---- expected ----
# case_in_a_function_it_calls:
# ZeroDivisionError: integer division or modulo by zero
#   at bad/bad_exception.py:8: return extent // size
#
# case_attribute:
# AttributeError: module 'nki.language' has no attribute 'ndarry': did you mean nki.language.ndarray?
#   at bad/bad_exception.py:18: return nl.ndarry(x.shape, x.dtype)
