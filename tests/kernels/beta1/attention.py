"""Flash attention, forward: blocks of keys with a running maximum; a program for each head."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np

QUERIES = 128
KEYS = 512
MASKED = -1e30


@nki.jit
def flash_attention(q, k, v, causal=True):
    """q, k [B, H, D, L]; v [B, H, L, D]; out [B, H, L, D]: softmax(q^T k / sqrt(D)) v. Launch on the grid [B, H]."""
    batch, head = nl.program_id(0), nl.program_id(1)
    depth, length = q.shape[2:]
    out = nl.ndarray((*q.shape[:2], length, depth), dtype=q.dtype, buffer=nl.shared_hbm)
    i_q, i_k = nl.mgrid[0:QUERIES, 0:KEYS]
    for q_block in nl.affine_range(length // QUERIES):
        query = nl.load(q[batch, head, :, nl.ds(q_block * QUERIES, QUERIES)])
        scaled = nl.multiply(query, 1.0 / np.sqrt(depth), dtype=q.dtype)
        largest = nl.full((QUERIES, 1), MASKED, dtype=nl.float32)
        total = nl.zeros((QUERIES, 1), dtype=nl.float32)
        weighted = nl.zeros((QUERIES, depth), dtype=nl.float32)
        for k_block in nl.sequential_range(length // KEYS):
            if causal and k_block * KEYS > (q_block + 1) * QUERIES - 1:
                continue
            key = nl.load(k[batch, head, :, nl.ds(k_block * KEYS, KEYS)])
            scores = nisa.nc_matmul(scaled, key)
            if causal:
                scores = nisa.affine_select(
                    pred=(q_block * QUERIES + i_q >= k_block * KEYS + i_k),
                    on_true_tile=scores,
                    on_false_value=MASKED,
                    dtype=nl.float32,
                )
            highest = nl.maximum(largest, nl.max(scores, axis=1, keepdims=True))
            correction = nisa.activation(np.exp, largest, bias=-1.0 * highest)
            largest[...] = nl.copy(highest)
            sums = nl.ndarray((QUERIES, 1), dtype=nl.float32)
            weights = nisa.activation_reduce(
                np.exp, scores, bias=-1.0 * highest, reduce_op=np.add, reduce_res=sums, dtype=q.dtype
            )
            total[...] = nl.add(total * correction, sums)
            product = nl.zeros((nl.par_dim(QUERIES), depth), nl.float32, buffer=nl.psum)
            for part in nl.affine_range(KEYS // 128):
                turned = nisa.nc_transpose(weights[:, nl.ds(part * 128, 128)], engine=nisa.tensor_engine)
                values = nl.load(v[batch, head, nl.ds(k_block * KEYS + part * 128, 128), :])
                product += nisa.nc_matmul(nl.copy(turned), values)
            weighted[...] = nl.add(weighted * correction, product)
        nl.store(out[batch, head, nl.ds(q_block * QUERIES, QUERIES), :], weighted * nl.reciprocal(total))
    return out


def reference(q, k, v, causal=True):
    """In float64."""
    q, k, v = (each.astype(np.float64) for each in (q, k, v))
    scores = np.einsum("bhdq,bhdk->bhqk", q, k) / np.sqrt(q.shape[2])
    if causal:
        scores = np.where(np.tril(np.ones(scores.shape[2:], bool)), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v
