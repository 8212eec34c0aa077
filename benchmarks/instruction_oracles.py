"""What the cases of instructions_bench.py work on, and the longer NumPy expressions of what they compute."""

import ml_dtypes
import numpy as np

RNG = np.random.default_rng(0)
X, Y = (RNG.standard_normal((128, 512), dtype=np.float32) for _ in range(2))
COLUMN = RNG.standard_normal((128, 1), dtype=np.float32)
BF16 = X.astype(ml_dtypes.bfloat16)
INTS = RNG.integers(0, 1000, (128, 512)).astype(np.int32)
MASK = (X > 0).astype(np.uint8)
SPARSE = np.where(X > 1, 1, 0).astype(np.int32)
OUT = np.empty_like(X)
POSITIONS = np.arange(512, dtype=np.float32)[None, :]
SEGMENTS = np.sort(RNG.integers(1, 9, 512)).astype(np.float32)[None]


def shuffled():
    """nc_stream_shuffle: partitions in reverse order inside each group of 32."""
    return X.reshape(4, 32, 512)[:, ::-1].reshape(128, 512)


def scanned():
    """tensor_tensor_scan: state = state * x + y along the free axis."""
    result, state = np.empty_like(X), np.zeros(128, np.float32)
    decay = np.float32(0.5)
    for column in range(512):
        state = state * decay + Y[:, column]
        result[:, column] = state
    return result


def moments(array):
    """bn_stats: count, mean and variance * count of the even and the odd elements."""
    parts = [array[:, 0::2], array[:, 1::2]]
    rows = [(np.full(128, part.shape[1]), part.mean(1), part.var(1) * part.shape[1]) for part in parts]
    return np.stack([column for row in rows for column in row], axis=1).astype(np.float32)


def joined(stats):
    """bn_aggr: the mean and variance of what the triples describe."""
    count, mean, variance = (stats[:, part::3] for part in range(3))
    total = count.sum(1)
    average = (count * mean).sum(1) / total
    second = (variance + count * (mean - average[:, None]) ** 2).sum(1) / total
    return np.stack([average, second], axis=1)


def largest(array, count=8):
    """max8: the largest values, descending."""
    return -np.sort(-array, axis=1)[:, :count]


def found(values):
    """nc_find_index8: where the largest values are."""
    return np.argsort(-X, axis=1, kind="stable")[:, :8].astype(np.uint32)


def replaced():
    """nc_match_replace8: the largest values replaced."""
    result = X.copy()
    np.put_along_axis(result, np.argsort(-X, axis=1, kind="stable")[:, :8], np.float32(-9), axis=1)
    return result


def bounds():
    """sequence_bounds: first and end of each element's segment."""
    ids = SEGMENTS[0]
    return np.stack([np.searchsorted(ids, ids, "left"), np.searchsorted(ids, ids, "right")])[None].astype(np.float32)


def nonzeros():
    """nonzero_with_count of rows 0, 16, …"""
    rows = np.full((128, 513), -1, np.int32)
    for row in range(0, 128, 16):
        at = np.nonzero(SPARSE[row])[0]
        rows[row, : len(at)] = at
        rows[row, 512] = len(at)
    return rows


INDEX = RNG.integers(0, 512, (128, 512)).astype(np.uint32)
LOCAL = RNG.integers(0, 512, (128, 4)).astype(np.uint16)
LARGEST = largest(X)
STATS = moments(X)
A, B = (RNG.standard_normal((128, n)).astype(np.float32) for n in (128, 512))


def gathered_locally():
    """local_gather: each group of 16 partitions has one list of indices, down the partitions first."""
    lists = LOCAL.reshape(8, 16, 4).transpose(0, 2, 1).reshape(8, 64)
    return np.concatenate([X[16 * group : 16 * group + 16, lists[group]] for group in range(8)])


def quantized():
    """quantize_mx: groups of 8 partitions by 4 elements share a power of two."""
    groups = BF16.astype(np.float32).reshape(16, 8, 128, 4)
    exponents = np.frexp(np.abs(groups).max(axis=(1, 3), keepdims=True))[1] - 8
    return np.ldexp(groups, -exponents).astype(ml_dtypes.float8_e4m3fn), exponents


def mx_product():
    """quantize_mx and nc_matmul_mx: the product of what is quantized, over partitions and the elements of a word."""
    values, exponents = quantized()
    rows = np.ldexp(values.astype(np.float32), exponents).reshape(128, 128, 4).transpose(0, 2, 1).reshape(512, 128)
    return rows.T @ rows
