"""Attention, forward: in blocks of keys with a running maximum and sum, so that no row of scores is ever whole."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

QUERIES = 128  # of a block: the partitions of the scores
KEYS = 512  # of a block: the free elements of one nc_matmul
CHUNK = 128  # keys that one contraction with the values takes
MASKED = -1e30  # added to a score that must not count; its exponential is 0


def _load(source):
    tile = nl.ndarray(source.shape, dtype=source.dtype)
    nisa.dma_copy(dst=tile, src=source)
    return tile


def _transposed_into(dst, tile):
    psum_tile = nl.ndarray(dst.shape, dtype=tile.dtype, buffer=nl.psum)
    nisa.nc_transpose(dst=psum_tile, data=tile)
    nisa.tensor_copy(dst=dst, src=psum_tile)


def _load_transposed(source):
    """[rows, depth] of HBM as a tile [depth, rows]."""
    rows, depth = source.shape
    tile = nl.ndarray((depth, rows), dtype=source.dtype)
    for row in nl.affine_range(0, rows, CHUNK):
        end = min(row + CHUNK, rows)
        _transposed_into(tile[:, row:end], _load(source[row:end]))
    return tile


def _column(rows, value):
    tile = nl.ndarray((rows, 1), dtype=nl.float32)
    nisa.memset(dst=tile, value=value)
    return tile


def _mask_future(scores, first_query, first_key):
    """Adds MASKED where the key comes after the query; returns a tile in SBUF."""
    distance, penalty, masked = (nl.ndarray(scores.shape, dtype=nl.float32) for _ in range(3))
    nisa.iota(distance, [[1, scores.shape[1]]], offset=first_key - first_query, channel_multiplier=-1)
    nisa.tensor_scalar(penalty, distance, op0=nl.greater, operand0=0.0, op1=nl.multiply, operand1=MASKED)
    nisa.tensor_tensor(dst=masked, data1=scores, data2=penalty, op=nl.add)
    return masked


class _Block:
    """What is known of a block of queries after some blocks of keys: sums relative to the maximum so far."""

    def __init__(self, rows, depth):
        self.minus_max = _column(rows, 3e38)
        self.total = _column(rows, 0.0)
        self.weighted = nl.ndarray((rows, depth), dtype=nl.float32)
        nisa.memset(dst=self.weighted, value=0.0)

    def add(self, scores, scale, values):
        rows = scores.shape[0]
        minus_max, shrink, total = (nl.ndarray((rows, 1), dtype=nl.float32) for _ in range(3))
        nisa.tensor_reduce(dst=minus_max, op=nl.maximum, data=scores, axis=1, negate=True)
        nisa.tensor_scalar(minus_max, minus_max, nl.multiply, scale, op1=nl.minimum, operand1=self.minus_max)
        weights = nl.ndarray(scores.shape, dtype=values[0].dtype)
        nisa.activation(
            dst=weights,
            op=nl.exp,
            data=scores,
            bias=minus_max,
            scale=scale,
            reduce_op=nl.add,
            reduce_res=total,
            reduce_cmd=nisa.reduce_cmd.reset_reduce,
        )
        # exp(old maximum - new maximum): what the sums so far count for now.
        nisa.activation(dst=shrink, op=nl.exp, data=self.minus_max, bias=minus_max, scale=-1.0)
        product = _weighted_sum(weights, values)
        nisa.scalar_tensor_tensor(self.total, self.total, nl.multiply, shrink, nl.add, total)
        nisa.scalar_tensor_tensor(self.weighted, self.weighted, nl.multiply, shrink, nl.add, product)
        self.minus_max = minus_max

    def store(self, destination):
        inverse = nl.ndarray(self.total.shape, dtype=nl.float32)
        nisa.reciprocal(dst=inverse, data=self.total)
        tile = nl.ndarray(destination.shape, dtype=destination.dtype)
        nisa.tensor_scalar(dst=tile, data=self.weighted, op0=nl.multiply, operand0=inverse)
        nisa.dma_copy(dst=destination, src=tile)


def _weighted_sum(weights, values):
    """weights [queries, keys] times the values, in chunks of keys summed in PSUM."""
    rows = weights.shape[0]
    product = nl.ndarray((rows, values[0].shape[1]), dtype=nl.float32, buffer=nl.psum)
    for i, chunk in enumerate(values):
        turned = nl.ndarray((chunk.shape[0], rows), dtype=weights.dtype)
        _transposed_into(turned, weights[:, i * CHUNK : i * CHUNK + chunk.shape[0]])
        nisa.nc_matmul(dst=product, stationary=turned, moving=chunk)
    return product


@nki.jit
def attention(q, k, v, causal=False):
    """softmax(q kᵀ / sqrt(depth)) v of q [heads, queries, depth], k and v [heads, keys, depth]; depth at most 128."""
    heads, queries, depth = q.shape
    keys = k.shape[1]
    assert k.shape == v.shape == (heads, keys, depth), f"k {k.shape} and v {v.shape} don't go with q {q.shape}"
    assert depth <= nl.tile_size.pmax, f"depth {depth} is more than {nl.tile_size.pmax}"
    scale = 1.0 / depth**0.5
    result = nl.ndarray(q.shape, dtype=q.dtype, buffer=nl.shared_hbm)
    for head in nl.affine_range(heads):
        blocks = []
        for key in nl.affine_range(0, keys, KEYS):
            end = min(key + KEYS, keys)
            chunks = [_load(v[head, at : min(at + CHUNK, end)]) for at in range(key, end, CHUNK)]
            blocks.append((key, _load_transposed(k[head, key:end]), chunks))
        for query in nl.affine_range(0, queries, QUERIES):
            end = min(query + QUERIES, queries)
            q_turned = _load_transposed(q[head, query:end])
            state = _Block(end - query, depth)
            for key, k_turned, chunks in blocks:
                if causal and key >= end:
                    continue
                scores = nl.ndarray((end - query, k_turned.shape[1]), dtype=nl.float32, buffer=nl.psum)
                nisa.nc_matmul(dst=scores, stationary=q_turned, moving=k_turned)
                if causal and key + k_turned.shape[1] - 1 > query:
                    scores = _mask_future(scores, query, key)
                state.add(scores, scale, chunks)
            state.store(result[head, query:end])
    return result


def reference(q, k, v, causal=False):
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.arange(k.shape[1]) > np.arange(q.shape[1])[:, None], -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v
