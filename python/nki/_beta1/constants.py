"""Limits of data types and tiles."""

import numpy as np

from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.indices import mgrid

tile_size = nl.tile_size


class fp32:
    """Constants of float32."""

    min = float(np.finfo(np.float32).min)


class bfp16:
    """Constants of bfloat16."""

    min = float("-inf")  # the bit pattern 0xff80, as nki.language documents it


def finfo(dtype):
    """numpy.finfo, also of the types that NumPy does not have. Source: nki.language.finfo, NKI 2.26."""
    found = dtypes.numpy_type(dtypes.name_of(dtype))
    try:
        return np.finfo(found)
    except ValueError:
        import ml_dtypes  # which has brought the type

        return ml_dtypes.finfo(found)


def gemm_grid():
    """The index expressions of the result of a matmul, and of its moving operand.

    Source: nki.language.gemm_grid, NKI 2.26.
    """
    return mgrid[0 : nl.tile_size.pmax, 0 : nl.tile_size.gemm_moving_fmax]


def gemm_stationary_grid():
    """The index expressions of the stationary operand of a matmul. Source: nki.language, NKI 2.26."""
    return mgrid[0 : nl.tile_size.pmax, 0 : nl.tile_size.gemm_stationary_fmax]
