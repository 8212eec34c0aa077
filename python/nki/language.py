"""Tensors, data types, ranges, operators and functions of kernels: `import nki.language as nl`.

Functions such as nl.add or nl.softmax return new tiles and are made of nki.isa's instructions; most are also values for
an instruction's `op=`.
"""

import sys
import types

from nki import _missing
from nki._core import MemoryRegion, NkiTensor
from nki._language.activations import (
    abs,
    erf,
    erf_dx,
    exp,
    gelu,
    gelu_apprx_sigmoid,
    gelu_apprx_sigmoid_dx,
    gelu_apprx_tanh,
    gelu_dx,
    log,
    mish,
    negative,
    reciprocal,
    relu,
    rsqrt,
    sigmoid,
    sign,
    silu,
    silu_dx,
    softplus,
    sqrt,
    square,
    tanh,
)
from nki._language.control import (
    affine_range,
    device_print,
    ds,
    no_reorder,
    num_programs,
    program_id,
    program_ndim,
    sequential_range,
    static_range,
)
from nki._language.creation import empty_like, full, ndarray, ones, shared_constant, zeros, zeros_like
from nki._language.dtypes import (
    DType,
    bfloat16,
    bool_,
    float4_e2m1fn_x4,
    float8_e4m3,
    float8_e4m3fn,
    float8_e4m3fn_x4,
    float8_e5m2,
    float8_e5m2_x4,
    float8_e8m0fnu,
    float16,
    float32,
    int8,
    int16,
    int32,
    tfloat32,
    uint8,
    uint16,
    uint32,
)
from nki._language.dtypes import sizeinbytes as _sizeinbytes
from nki._language.elementwise import (
    abs_max,
    abs_min,
    add,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    copy,
    divide,
    equal,
    greater,
    greater_equal,
    invert,
    left_shift,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    multiply,
    not_equal,
    power,
    right_shift,
    subtract,
)
from nki._language.matrix import matmul, shared_identity_matrix, transpose
from nki._language.memory import (
    broadcast_to,
    expand_dims,
    gather_flattened,
    hbm,
    is_hbm,
    is_on_chip,
    is_psum,
    is_sbuf,
    load,
    load_transpose2d,
    private_hbm,
    psum,
    sbuf,
    shared_hbm,
    store,
    where,
)
from nki._language.objects import NKIObject
from nki._language.operators import average, bypass, prelu
from nki._language.random import dropout, rand, random_seed
from nki._language.reductions import all, max, mean, min, prod, rms_norm, softmax, sum, var
from nki._language.rounding import ceil, floor, fmod, mod, trunc
from nki._language.tile_size import tile_size
from nki._language.trigonometry import arctan, cos, sin, tan
from nki._loops import dynamic_range, fori_loop, while_loop

# Where users find them is where they say they are: for pickle, help() and messages.
for _value in list(globals().values()):
    if getattr(_value, "__module__", "").startswith(("nki._language.", "nki._loops")) and isinstance(
        _value, (types.FunctionType, type)
    ):
        _value.__module__ = __name__
del _value

__path__ = []  # a package to the import system, as AWS's is: its library looks for modules inside
_constants = sys.modules[f"{__name__}.constants"] = types.ModuleType(f"{__name__}.constants", "Sizes of data types.")
_constants.sizeinbytes = _sizeinbytes

__all__ = sorted(name for name in globals() if not name.startswith("_") and name not in ("sys", "types"))


def __getattr__(name):
    raise _missing.missing(sys.modules[__name__], name)


def __dir__():
    return __all__
