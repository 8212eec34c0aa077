"""Tensors, data types, ranges and operators of kernels: `import nki.language as nl`."""

import sys

import numpy as np

from nki import _core, _settings
from nki._core import MemoryRegion
from nki._core import NkiTensor as NkiTensor
from nki._loops import dynamic_range as dynamic_range
from nki._loops import fori_loop as fori_loop
from nki._loops import while_loop as while_loop

# Data types are strings, as in NKI 0.1 and later.
DType = str
bool_ = _core.parse_dtype("bool")
int8 = _core.parse_dtype("int8")
int16 = _core.parse_dtype("int16")
int32 = _core.parse_dtype("int32")
uint8 = _core.parse_dtype("uint8")
uint16 = _core.parse_dtype("uint16")
uint32 = _core.parse_dtype("uint32")
float16 = _core.parse_dtype("float16")
float32 = _core.parse_dtype("float32")
bfloat16 = _core.parse_dtype("bfloat16")
tfloat32 = _core.parse_dtype("tfloat32")
float8_e4m3 = _core.parse_dtype("float8_e4m3")
float8_e4m3fn = _core.parse_dtype("float8_e4m3fn")
float8_e5m2 = _core.parse_dtype("float8_e5m2")
float8_e8m0fnu = _core.parse_dtype("float8_e8m0fnu")
float8_e4m3fn_x4 = _core.parse_dtype("float8_e4m3fn_x4")
float8_e5m2_x4 = _core.parse_dtype("float8_e5m2_x4")
float4_e2m1fn_x4 = _core.parse_dtype("float4_e2m1fn_x4")

sbuf = MemoryRegion.sbuf
psum = MemoryRegion.psum
private_hbm = MemoryRegion.private_hbm
hbm = MemoryRegion.private_hbm
shared_hbm = MemoryRegion.shared_hbm

_OPERATORS = (
    "abs abs_max abs_min add arctan bitwise_and bitwise_or bitwise_xor copy divide equal erf erf_dx exp gelu "
    "gelu_apprx_sigmoid gelu_apprx_sigmoid_dx gelu_apprx_tanh gelu_dx greater greater_equal invert left_shift less "
    "less_equal log logical_and logical_or logical_xor maximum minimum mish multiply not_equal power reciprocal relu "
    "right_shift rsqrt sigmoid sign silu silu_dx sin softplus sqrt square subtract tanh"
).split()


class Operator:
    """What an instruction computes: a value for `op=`, such as nl.add or nl.exp."""

    def __init__(self, name):
        self.__name__ = name
        _core.register_operator(self, name)

    def __repr__(self):
        return f"nl.{self.__name__}"

    def __call__(self, *args, **kwargs):
        name = self.__name__
        raise TypeError(
            f"nl.{name} can't be called on tensors in nki-py yet; it is a value for op=, as in "
            "nisa.activation(dst=..., op=nl.exp, data=...) or nisa.tensor_tensor(dst=..., data1=..., data2=..., "
            "op=nl.add)"
        )

    def __reduce__(self):
        return f"{self.__name__}"


globals().update({name: Operator(name) for name in _OPERATORS})


class NKIObject:
    """Base of classes whose instances are passed to kernels; keyword arguments become attributes. NKI 0.6."""

    def __init__(self, **kwargs):
        self.__dict__.update(kwargs)


class _TileSize:
    """Sizes of the target's memories and tiles; inside a kernel of the kernel's target, else of the default one."""

    @property
    def _facts(self):
        target = _core.current_target() if _core.tracing() else _settings.target_of(None)
        return _core.target_facts(target)

    @property
    def pmax(self):
        """Partitions of a tile."""
        return self._facts["partitions"]

    @property
    def psum_fmax(self):
        """float32 elements per partition of a PSUM bank."""
        return self.psum_bank_fmax_bytes // 4

    psum_bank_fmax = psum_fmax

    @property
    def psum_bank_fmax_bytes(self):
        """Bytes per partition of a PSUM bank."""
        return self._facts["psum_bytes"] // self._facts["psum_banks"]

    @property
    def psum_num_banks(self):
        """PSUM banks."""
        return self._facts["psum_banks"]

    @property
    def gemm_stationary_fmax(self):
        """Free elements of nc_matmul's stationary operand."""
        return self._facts["stationary_free_max"]

    @property
    def gemm_moving_fmax(self):
        """Free elements of nc_matmul's moving operand."""
        return self._facts["moving_free_max"]

    @property
    def sbuf_size_bytes(self):
        """Bytes of all partitions of SBUF."""
        return self._facts["sbuf_bytes"] * self.pmax

    @property
    def sbuf_fmax_bytes(self):
        """Bytes per partition of SBUF."""
        return self._facts["sbuf_bytes"]

    @property
    def sbuf_fmax(self):
        """float32 elements per partition of SBUF."""
        return self.sbuf_fmax_bytes // 4

    total_available_sbuf_size = sbuf_fmax_bytes

    bn_stats_fmax = 512  # nki.isa.bn_stats, NKI 0.6
    psum_min_align = 4  # bytes; a word is the smallest unit that tensors do not share
    sbuf_min_align = 4


tile_size = _TileSize()


def ndarray(shape, dtype, buffer=sbuf, name="", address=None):
    """A new tensor, not initialised.

    Args:
        shape: sizes, at most five. On chip axis 0 is the partition axis (at most 128) and there are two axes or more.
        dtype: an nl data type.
        buffer: nl.sbuf, nl.psum, nl.hbm (private_hbm) or nl.shared_hbm; results of a kernel are in shared_hbm.
        name: for messages; made up if left out.
        address: (start partition, byte offset in each partition) on chip; chosen by the allocator if None.

    Errors: ValueError for a shape or address that the target does not have, TypeError for another dtype or buffer.
    Source: nki.language.ndarray, NKI 0.6.
    """
    return _core.new_tensor(shape, dtype, buffer, name, address)


def zeros(shape, dtype, buffer=sbuf, name=""):
    """A new tensor of zeros. Source: nki.language.zeros, NKI 0.6."""
    return full(shape, 0, dtype, buffer, name)


def ones(shape, dtype, buffer=sbuf, name=""):
    """A new tensor of ones. Source: nki.language.ones, NKI 0.6."""
    return full(shape, 1, dtype, buffer, name)


def full(shape, fill_value, dtype, buffer=sbuf, name=""):
    """A new tensor whose elements all are `fill_value`. Source: nki.language.full, NKI 0.6."""
    tensor = _core.new_tensor(shape, dtype, buffer, name, None)
    if is_on_chip(buffer):
        _core.instructions["memset"](tensor, fill_value)
    else:
        _fill_hbm(tensor, fill_value)
    return tensor


_FILL_FREE = 2048  # elements per partition of the tile that an HBM tensor is filled from


def _fill_hbm(tensor, value):
    """Copies a tile of the value over a tensor in HBM, which no compute engine can reach."""
    rows, free = 128, _FILL_FREE
    tile = _core.new_tensor((rows, min(free, -(-tensor.size // rows))), tensor.dtype, sbuf, "", None)
    _core.instructions["memset"](tile, value)
    width = tile.shape[1]
    for start in range(0, tensor.size, rows * width):
        count = min(rows * width, tensor.size - start)
        whole = count // width
        if whole:
            _copy_rows(tensor, start, tile[0:whole, :])
        if count % width:
            _copy_rows(tensor, start + whole * width, tile[0:1, 0 : count % width])


def _copy_rows(tensor, start, tile):
    rows, width = tile.shape
    _core.instructions["dma_copy"](tensor.ap([[width, rows], [1, width]], start), tile)


def shared_constant(constant):
    """A tensor in shared HBM with the contents of a NumPy array, or of the .npy file at a path.

    Errors: TypeError for a dtype that NKI does not have. Source: nki.language.shared_constant, NKI 0.6.
    """
    array = np.ascontiguousarray(np.load(constant) if isinstance(constant, str) else constant)
    return _core.new_constant(array.view(np.uint8).reshape(-1), list(array.shape), array.dtype)


def is_sbuf(buffer):
    """True for nl.sbuf."""
    return buffer is sbuf


def is_psum(buffer):
    """True for nl.psum."""
    return buffer is psum


def is_on_chip(buffer):
    """True for nl.sbuf and nl.psum."""
    return buffer in (sbuf, psum)


def is_hbm(buffer):
    """True for nl.hbm (private_hbm) and nl.shared_hbm."""
    return buffer in (private_hbm, shared_hbm)


def affine_range(start, stop=None, step=1):
    """range(); iterations are independent. Unrolled while tracing. Source: nki.language, NKI 0.6."""
    return range(start, stop, step) if stop is not None else range(0, start, step)


def sequential_range(start, stop=None, step=1):
    """range(); iterations run in order. Unrolled while tracing. Source: nki.language, NKI 0.6."""
    return affine_range(start, stop, step)


def static_range(start, stop=None, step=1):
    """range(); unrolled while tracing. Source: nki.language, NKI 0.6."""
    return affine_range(start, stop, step)


def ds(start, size):
    """The slice start : start + size. Source: nki.language.ds, NKI 0.6."""
    return slice(start, start + size)


def program_id(axis=0):
    """This program's index along an axis of the grid; 0 without a grid."""
    _, program = _core.current_grid()
    return program[axis] if program else 0


def num_programs(axes=0):
    """The number of programs along an axis of the grid, or the product over a tuple of axes; 1 without a grid."""
    grid, _ = _core.current_grid()
    total = 1
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        total *= grid[axis] if grid else 1
    return total


def program_ndim():
    """The number of axes of the grid; 0 without one."""
    return len(_core.current_grid()[0])


__all__ = [name for name in globals() if not name.startswith("_") and name not in ("np", "sys")]

# Names of nki.language in NKI 0.1 to 0.6 that nki-py does not have, and what to use meanwhile.
_ABSENT = {
    **dict.fromkeys(("sum", "max", "min", "mean", "prod", "var", "all"), "nisa.tensor_reduce"),
    **dict.fromkeys(("load", "store", "load_transpose2d"), "nisa.dma_copy"),
    **dict.fromkeys(("matmul", "transpose"), "nisa.nc_matmul and nisa.nc_transpose"),
    **dict.fromkeys(("softmax", "rms_norm"), "nisa.activation, nisa.tensor_reduce and nisa.tensor_scalar"),
    **dict.fromkeys(("broadcast_to", "expand_dims"), "the methods of the tensor"),
    **dict.fromkeys(("zeros_like", "empty_like"), "nl.zeros or nl.ndarray with its shape and dtype"),
    **dict.fromkeys(("negative", "cos", "tan", "ceil", "floor", "trunc", "fmod", "mod", "where", "logical_not"), ""),
    **dict.fromkeys(("dropout", "rand", "random_seed", "gather_flattened", "shared_identity_matrix"), ""),
    **dict.fromkeys(("device_print", "no_reorder"), ""),
    **dict.fromkeys(("average", "bypass", "prelu", "arange", "mgrid", "par_dim"), ""),
}


def __getattr__(name):
    if name in _ABSENT:
        advice = f"; use {_ABSENT[name]}" if _ABSENT[name] else ""
        raise AttributeError(f"nki.language.{name} is part of NKI, but nki-py does not have it yet{advice}", name=None)
    raise AttributeError(f"module 'nki.language' has no attribute {name!r}", name=name, obj=sys.modules[__name__])
