"""The Tensor engine, and the packed values of trn3."""

import ml_dtypes
import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, Case, In, Out, integers, normal, out, tile, wide

FP8 = np.dtype(ml_dtypes.float8_e4m3)
E4M3 = np.dtype(ml_dtypes.float8_e4m3fn)
E5M2 = np.dtype(ml_dtypes.float8_e5m2)
FP4 = np.dtype(ml_dtypes.float4_e2m1fn)
SCALE = np.dtype(ml_dtypes.float8_e8m0fnu)
PSUM = nl.psum
DOUBLE_ROW = nisa.matmul_perf_mode.double_row


def _product(a, o):
    return np.matmul(a.s.T, a.x, out=o.dst)


def _wide_product(a, o):
    return np.matmul(wide(a.s).reshape(-1, a.s.shape[-1]).T, wide(a.x).reshape(-1, o.dst.shape[1]), out=o.dst)


def _packed(partitions, columns, dtype):
    """Random values, four to an element."""
    values = normal(partitions, columns, 4).astype(dtype)
    if dtype == FP4:
        nibbles = values.view(np.uint8).astype(np.uint16)
        return sum(nibbles[..., j] << 4 * j for j in range(4)).astype(np.uint16)
    return values.view(np.uint32)[..., 0]


def _scale_rows(partitions):
    """Where the scale of each partition's group of 8 is."""
    p = np.arange(partitions)
    return p // 32 * 32 + p % 32 // 8


def _unpacked(packed, scales, dtype):
    """float32 [4 K, N]."""
    if dtype == FP4:
        shifts = np.arange(0, 16, 4, dtype=np.uint16)
        values = (packed[..., None] >> shifts & np.uint16(15)).astype(np.uint8).view(FP4)
    else:
        values = packed[..., None].view(dtype)
    rows = _scale_rows(len(packed)) if len(scales) == len(packed) else np.arange(len(packed)) // 8
    factor = np.exp2(scales[rows].astype(np.int32) - 127, dtype=F32)
    return (values.astype(F32) * factor[..., None]).transpose(0, 2, 1).reshape(-1, packed.shape[1])


def _mx_product(s_dtype, x_dtype):
    return lambda a, o: _unpacked(a.s, a.s_scale, s_dtype).T @ _unpacked(a.x, a.x_scale, x_dtype)


def _quantized(member, top, first=0):
    def oracle(a, o):
        k = len(a.x)
        groups = wide(a.x).reshape(k // 8, 8, -1, 4)
        largest = np.abs(groups).max(axis=(1, 3))
        exponent = np.frexp(largest)[1] - 1 - (top - 1)
        values = np.ldexp(groups, -exponent[:, None, :, None]).astype(member)
        o.scale[_scale_rows(k)[::8] + first] = exponent + 127
        return values.reshape(k, -1).view(np.uint32), o.scale

    return oracle


def _scales(*shape):
    return integers(120, 134, *shape, dtype=np.uint8)


CASES = [
    Case(
        "nc_matmul/0", dict(s=tile(128, 128), x=tile()), dict(dst=out(buffer=PSUM)),
        lambda t: nisa.nc_matmul(t.dst, t.s, t.x, accumulate=False),
        _product, tolerance=1e-5,
    ),
    Case(
        "nc_matmul/1", dict(s=tile(128, 128, dtype=BF16), x=tile(128, 4, 128, dtype=BF16)), dict(dst=out(buffer=PSUM)),
        lambda t: nisa.nc_matmul(t.dst, t.s, t.x, accumulate=False),
        _wide_product, tolerance=1e-5,
    ),
    Case(
        "nc_matmul/2", dict(s=tile(128, 2, 64, dtype=FP8), x=tile(128, 2, 512, dtype=FP8)),
        dict(dst=out(64, 512, buffer=PSUM)),
        lambda t: nisa.nc_matmul(t.dst, t.s, t.x, accumulate=False, perf_mode=DOUBLE_ROW),
        _wide_product, tolerance=1e-5,
    ),
    Case(
        "nc_matmul_mx/0",
        dict(s=In(_packed(128, 128, E4M3)), x=In(_packed(128, 512, E4M3)),
             s_scale=_scales(128, 128), x_scale=_scales()),
        dict(dst=out(buffer=PSUM)),
        lambda t: nisa.nc_matmul_mx(
            t.dst, t.s.view(nl.float8_e4m3fn_x4), t.x.view(nl.float8_e4m3fn_x4), t.s_scale, t.x_scale, accumulate=False
        ),
        _mx_product(E4M3, E4M3), target="trn3", tolerance=1e-5,
    ),
    Case(
        "nc_matmul_mx/1",
        dict(s=In(_packed(32, 64, FP4)), x=In(_packed(32, 100, E4M3)), s_scale=_scales(4, 64), x_scale=_scales(4, 100)),
        dict(dst=out(64, 100, dtype=BF16, buffer=PSUM)),
        lambda t: nisa.nc_matmul_mx(
            t.dst, t.s.view(nl.float4_e2m1fn_x4), t.x.view(nl.float8_e4m3fn_x4), t.s_scale, t.x_scale,
            (32, 0), (32, 128), False,
        ),
        lambda a, o: _mx_product(FP4, E4M3)(a, o).astype(BF16), target="trn3", tolerance=4e-3,
    ),
    Case(
        "quantize_mx/0", dict(x=tile(128, 2048, dtype=BF16)),
        dict(dst=Out((128, 512), np.uint32), scale=Out((128, 512), np.uint8)),
        lambda t: nisa.quantize_mx(t.dst.view(nl.float8_e4m3fn_x4), t.x, t.scale),
        _quantized(E4M3, 8), target="trn3",
    ),
    Case(
        "quantize_mx/1", dict(x=tile(32, 16, 4, dtype=np.float16)),
        dict(dst=Out((32, 16), np.uint32), scale=Out((4, 16), np.uint8)),
        lambda t: nisa.quantize_mx(t.dst.view(nl.float8_e5m2_x4), t.x, t.scale),
        _quantized(E5M2, 15), target="trn3",
    ),
    Case(
        "quantize_mx/2", dict(x=tile(128, 256, dtype=BF16)),
        dict(dst=Out((128, 64), np.uint32), scale=Out((128, 64), np.uint8)),
        lambda t: nisa.quantize_mx(t.dst.view(nl.float8_e5m2_x4), t.x, t.scale[4:128]),
        _quantized(E5M2, 15, 4), target="trn3",
    ),
]
