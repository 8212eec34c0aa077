"""The functions, data types and constants of Beta 1's nki.language."""

import sys as _sys

import numpy as _np
from nki import language as _today
from nki._beta1 import elementwise as _elementwise
from nki._beta1 import tile_methods as _tile_methods
from nki._beta1.collective import all_reduce
from nki._beta1.constants import bfp16, finfo, fp32, gemm_grid, gemm_stationary_grid, tile_size
from nki._beta1.control import (
    affine_range,
    device_print,
    loop_reduce,
    num_programs,
    program_id,
    program_ndim,
    sequential_range,
    static_range,
)
from nki._beta1.creation import (
    empty_like,
    full,
    ndarray,
    ones,
    shared_constant,
    shared_identity_matrix,
    zeros,
    zeros_like,
)
from nki._beta1.dtypes import bfloat16, float8_e4m3, float8_e5m2, tfloat32
from nki._beta1.elementwise import (
    abs,
    add,
    arctan,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    broadcast_to,
    ceil,
    copy,
    cos,
    divide,
    equal,
    erf,
    erf_dx,
    exp,
    floor,
    fmod,
    gelu,
    gelu_apprx_sigmoid,
    gelu_apprx_tanh,
    gelu_dx,
    greater,
    greater_equal,
    invert,
    left_shift,
    less,
    less_equal,
    log,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    mish,
    mod,
    multiply,
    negative,
    not_equal,
    power,
    reciprocal,
    relu,
    right_shift,
    rsqrt,
    sigmoid,
    sign,
    silu,
    silu_dx,
    sin,
    softplus,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    trunc,
)
from nki._beta1.grids import nc, spmd_dim
from nki._beta1.indices import arange, ds, mgrid, par_dim
from nki._beta1.matrix import matmul, transpose
from nki._beta1.memory import load, load_transpose2d, store
from nki._beta1.random import dropout, rand, random_seed
from nki._beta1.reductions import all, max, mean, min, prod, rms_norm, softmax, sum, var
from nki._beta1.selection import atomic_rmw, expand_dims, gather_flattened, static_cast, where

bool_, int8, int16, int32 = _np.bool_, _np.int8, _np.int16, _np.int32
uint8, uint16, uint32 = _np.uint8, _np.uint16, _np.uint32
float16, float32 = _np.float16, _np.float32
sbuf, psum = _today.sbuf, _today.psum
hbm, private_hbm, shared_hbm = _today.private_hbm, _today.private_hbm, _today.shared_hbm

_tile_methods.install(_elementwise)

__all__ = sorted(name for name in globals() if not name.startswith("_"))

for _name in __all__:  # so that inspect and pickle find them where users do
    if getattr(globals()[_name], "__module__", "").startswith("nki._beta1."):
        globals()[_name].__module__ = __name__

# Public kernels import sizeinbytes from there.
__path__ = []
_sys.modules[f"{__name__}.constants"] = _sys.modules["nki.language.constants"]
