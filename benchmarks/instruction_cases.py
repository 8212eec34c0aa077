"""The cases of instructions_bench.py: each instruction on a tile, and the NumPy expression of it."""

import dataclasses
from collections.abc import Callable

import ml_dtypes
import nki.isa as nisa
import nki.language as nl
import numpy as np
from instruction_oracles import (
    BF16,
    COLUMN,
    INDEX,
    LARGEST,
    LOCAL,
    MASK,
    OUT,
    POSITIONS,
    RNG,
    SEGMENTS,
    SPARSE,
    STATS,
    A,
    B,
    X,
    Y,
    bounds,
    found,
    gathered_locally,
    joined,
    largest,
    moments,
    mx_product,
    nonzeros,
    quantized,
    replaced,
    scanned,
    shuffled,
)


@dataclasses.dataclass
class Case:
    """`body(tiles, results)` calls the instruction; `expected()` is what `results` then hold."""

    name: str
    inputs: list
    results: list  # (shape, dtype, buffer)
    body: Callable
    expected: Callable
    exact: bool = False
    checked: int | None = None  # how many of the results are compared; None: all; 0: where the tests in tests/ do


def sbuf(shape=(128, 512), dtype=nl.float32):
    """A result in SBUF."""
    return (shape, dtype, nl.sbuf)


def psum(shape, dtype=nl.float32):
    """A result in PSUM."""
    return (shape, dtype, nl.psum)


def quantize(tiles, results):
    """Quantizes the input; the scales' other partitions hold nothing."""
    nisa.memset(results[1], 0)
    nisa.quantize_mx(results[0], tiles[0], results[1])


def multiply_mx(tiles, results):
    """Quantizes the input and multiplies it with itself."""
    quantize(tiles, results)
    nisa.nc_matmul_mx(results[2], results[0], results[0], results[1], results[1], accumulate=False)


MX = [sbuf(dtype=nl.float8_e4m3fn_x4, shape=(128, 128)), sbuf(dtype=nl.uint8, shape=(128, 128))]

CASES = [
    Case(
        "tensor_tensor",
        [X, Y],
        [sbuf()],
        lambda t, r: nisa.tensor_tensor(r[0], t[0], t[1], nl.multiply),
        lambda: np.multiply(X, Y, out=OUT),
        exact=True,
    ),
    Case(
        "tensor_scalar",
        [X, COLUMN],
        [sbuf()],
        lambda t, r: nisa.tensor_scalar(r[0], t[0], nl.multiply, t[1], op1=nl.add, operand1=1.0),
        lambda: np.add(np.multiply(X, COLUMN, out=OUT), np.float32(1), out=OUT),
        exact=True,
    ),
    Case(
        "scalar_tensor_tensor",
        [X, COLUMN, Y],
        [sbuf()],
        lambda t, r: nisa.scalar_tensor_tensor(r[0], t[0], nl.multiply, t[1], nl.add, t[2]),
        lambda: np.add(np.multiply(X, COLUMN, out=OUT), Y, out=OUT),
        exact=True,
    ),
    Case(
        "tensor_copy",
        [X],
        [sbuf()],
        lambda t, r: nisa.tensor_copy(r[0], t[0]),
        lambda: np.copyto(OUT, X) or OUT,
        exact=True,
    ),
    Case(
        "tensor_copy to bfloat16",
        [X],
        [sbuf(dtype=nl.bfloat16)],
        lambda t, r: nisa.tensor_copy(r[0], t[0]),
        lambda: X.astype(ml_dtypes.bfloat16),
        exact=True,
    ),
    Case("reciprocal", [X], [sbuf()], lambda t, r: nisa.reciprocal(r[0], t[0]), lambda: np.divide(1, X, out=OUT)),
    Case("memset", [X], [sbuf()], lambda t, r: nisa.memset(r[0], 1.5), lambda: OUT.fill(1.5) or OUT, exact=True),
    Case(
        "iota",
        [X],
        [sbuf(dtype=nl.int32)],
        lambda t, r: nisa.iota(r[0], [[1, 512]], 0, 512),
        lambda: np.arange(65536, dtype=np.int32).reshape(128, 512),
        exact=True,
    ),
    Case(
        "tensor_reduce",
        [X],
        [sbuf((128, 1))],
        lambda t, r: nisa.tensor_reduce(r[0], nl.add, t[0], 1),
        lambda: X.sum(1, keepdims=True),
    ),
    Case(
        "tensor_partition_reduce",
        [X],
        [sbuf((1, 512))],
        lambda t, r: nisa.tensor_partition_reduce(r[0], nl.add, t[0]),
        lambda: X.sum(0, keepdims=True),
    ),
    Case("activation", [X], [sbuf()], lambda t, r: nisa.activation(r[0], nl.exp, t[0]), lambda: np.exp(X, out=OUT)),
    Case(
        "activation tanh", [X], [sbuf()], lambda t, r: nisa.activation(r[0], nl.tanh, t[0]), lambda: np.tanh(X, out=OUT)
    ),
    Case(
        "activation_reduce",
        [X],
        [sbuf(), sbuf((128, 1))],
        lambda t, r: nisa.activation_reduce(r[0], nl.exp, t[0], nl.add, r[1]),
        lambda: (np.exp(X, out=OUT), OUT.sum(1, keepdims=True)),
    ),
    Case(
        "exponential",
        [X],
        [sbuf()],
        lambda t, r: nisa.exponential(r[0], t[0], max_value=1.0),
        lambda: np.exp(np.subtract(X, 1, out=OUT), out=OUT),
    ),
    Case(
        "activate2",
        [X],
        [sbuf()],
        lambda t, r: nisa.activate2(r[0], nl.relu, t[0], 2.0, 1.0, nl.multiply, nl.add),
        lambda: np.maximum(np.add(np.multiply(X, 2, out=OUT), 1, out=OUT), 0, out=OUT),
    ),
    Case(
        "tensor_scalar_reduce",
        [X, COLUMN],
        [sbuf(), sbuf((128, 1))],
        lambda t, r: nisa.tensor_scalar_reduce(r[0], t[0], nl.multiply, t[1], nl.add, r[1]),
        lambda: (np.multiply(X, COLUMN, out=OUT), OUT.sum(1, keepdims=True)),
    ),
    Case(
        "tensor_scalar_cumulative",
        [X],
        [sbuf()],
        lambda t, r: nisa.tensor_scalar_cumulative(r[0], t[0], nl.multiply, nl.add, 2.0),
        lambda: np.cumsum(np.multiply(X, 2, out=OUT), axis=1),
    ),
    Case(
        "tensor_tensor_scan",
        [X * 0 + np.float32(0.5), Y],
        [sbuf()],
        lambda t, r: nisa.tensor_tensor_scan(r[0], t[0], t[1], 0.0, nl.multiply, nl.add),
        scanned,
    ),
    Case(
        "affine_select",
        [X],
        [sbuf()],
        lambda t, r: nisa.affine_select(r[0], [[-1, 512]], 1, t[0], -9.0, cmp_op=nl.greater_equal),
        lambda: np.where(np.arange(128)[:, None] - np.arange(512) >= 0, X, np.float32(-9)),
        exact=True,
    ),
    Case(
        "range_select",
        [X, COLUMN * 0 + 100, COLUMN * 0 + 300],
        [sbuf(), sbuf((128, 1))],
        lambda t, r: nisa.range_select(r[0], t[0], nl.greater_equal, nl.less, t[1], t[2], reduce_res=r[1]),
        lambda: (
            np.where((POSITIONS >= 100) & (POSITIONS < 300), X, np.finfo(np.float32).min),
            X[:, 100:300].max(1, keepdims=True),
        ),
        checked=1,
    ),
    Case(
        "select_reduce",
        [MASK, X, COLUMN],
        [sbuf()],
        lambda t, r: nisa.select_reduce(r[0], t[0], t[1], t[2]),
        lambda: np.where(MASK, X, COLUMN),
        exact=True,
    ),
    Case(
        "tensor_copy_predicated",
        [X, MASK, Y],
        [sbuf()],
        lambda t, r: (nisa.tensor_copy(r[0], t[2]), nisa.tensor_copy_predicated(r[0], t[0], t[1])),
        lambda: (np.copyto(OUT, Y), np.copyto(OUT, X, where=MASK.view(bool)), OUT)[2],
        exact=True,
    ),
    Case("max8", [X], [sbuf((128, 8))], lambda t, r: nisa.max8(r[0], t[0]), lambda: largest(X), exact=True),
    Case(
        "nc_find_index8",
        [X, LARGEST],
        [sbuf((128, 8), nl.uint32)],
        lambda t, r: nisa.nc_find_index8(r[0], t[0], t[1]),
        lambda: found(LARGEST),
        exact=True,
    ),
    Case(
        "nc_match_replace8",
        [X, LARGEST],
        [sbuf()],
        lambda t, r: nisa.nc_match_replace8(r[0], t[0], t[1], -9.0),
        replaced,
        exact=True,
    ),
    Case("bn_stats", [X], [sbuf((128, 6))], lambda t, r: nisa.bn_stats(r[0], t[0]), lambda: moments(X)),
    Case("bn_aggr", [STATS], [sbuf((128, 2))], lambda t, r: nisa.bn_aggr(r[0], t[0]), lambda: joined(STATS)),
    Case(
        "sequence_bounds",
        [SEGMENTS],
        [sbuf((1, 2, 512))],
        lambda t, r: nisa.sequence_bounds(r[0], t[0]),
        bounds,
        exact=True,
    ),
    Case(
        "nonzero_with_count",
        [SPARSE],
        [sbuf((128, 513), nl.int32)],
        lambda t, r: nisa.nonzero_with_count(r[0], t[0]),
        nonzeros,
        checked=0,
    ),
    Case(
        "local_gather",
        [X, LOCAL],
        [sbuf((128, 64))],
        lambda t, r: nisa.local_gather(r[0], t[0], t[1]),
        gathered_locally,
        exact=True,
    ),
    Case(
        "nc_n_gather",
        [X, INDEX],
        [sbuf()],
        lambda t, r: nisa.nc_n_gather(r[0], t[0], t[1]),
        lambda: np.take_along_axis(X, INDEX, axis=1),
        exact=True,
    ),
    Case(
        "nc_stream_shuffle",
        [X],
        [sbuf()],
        lambda t, r: nisa.nc_stream_shuffle(r[0], t[0], list(range(31, -1, -1))),
        shuffled,
        exact=True,
    ),
    Case(
        "nc_transpose",
        [X[:, :128]],
        [psum((128, 128))],
        lambda t, r: nisa.nc_transpose(r[0], t[0]),
        lambda: np.ascontiguousarray(X[:, :128].T),
        exact=True,
    ),
    Case(
        "nc_matmul",
        [A, B],
        [psum((128, 512))],
        lambda t, r: nisa.nc_matmul(r[0], t[0], t[1], accumulate=False),
        lambda: A.T @ B,
    ),
    Case(
        "dma_transpose",
        [BF16],
        [sbuf((128, 4, 128), nl.bfloat16)],
        lambda t, r: [nisa.dma_transpose(r[0][:, i], t[0][:, 128 * i : 128 * i + 128]) for i in range(4)],
        lambda: np.ascontiguousarray(BF16.reshape(128, 4, 128).transpose(2, 1, 0)),
        exact=True,
    ),
    Case(
        "dma_copy", [X], [sbuf()], lambda t, r: nisa.dma_copy(r[0], t[0]), lambda: np.copyto(OUT, X) or OUT, exact=True
    ),
    Case(
        "dma_compute",
        [X, Y],
        [sbuf()],
        lambda t, r: nisa.dma_compute(r[0], [t[0], t[1]], nl.add),
        lambda: np.add(X, Y, out=OUT),
        exact=True,
    ),
    Case("quantize_mx", [BF16], MX, quantize, quantized, checked=0),
    Case("quantize_mx, nc_matmul_mx", [BF16], [*MX, psum((128, 128))], multiply_mx, mx_product, checked=0),
    Case(
        "topk",
        [BF16],
        [sbuf((128, 64), nl.bfloat16), sbuf((128, 64), nl.uint32)],
        lambda t, r: nisa.topk(r[0], r[1], t[0], 8192),
        lambda: np.sort(BF16.reshape(8, 8192).astype(np.float32), axis=1)[:, -64:],
        checked=0,
    ),
    Case(
        "dropout",
        [X],
        [sbuf()],
        lambda t, r: nisa.dropout(r[0], t[0], 0.5),
        lambda: np.where(RNG.random((128, 512), np.float32) < 0.5, 0, X),
        checked=0,
    ),
    Case(
        "rng",
        [X],
        [sbuf(dtype=nl.uint32)],
        lambda t, r: nisa.rng(r[0]),
        lambda: RNG.integers(0, 1 << 32, (128, 512), np.uint32),
        checked=0,
    ),
    Case(
        "rand2",
        [X],
        [sbuf()],
        lambda t, r: nisa.rand2(r[0], 0.0, 1.0),
        lambda: RNG.random((128, 512), np.float32),
        checked=0,
    ),
]
