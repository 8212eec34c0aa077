"""The kernel's own assert comes through as it is."""
import nki
import numpy as np


@nki.jit
def square(x):
    rows, columns = x.shape
    assert rows == columns, f"x must be square, but it is {rows} x {columns}"
    return x


def case():
    square(np.zeros((4, 8), np.float32))


# ---- expected ----
# AssertionError: x must be square, but it is 4 x 8
#   at bad/bad_assert.py:9: assert rows == columns, f"x must be square, but it is {rows} x {columns}"
