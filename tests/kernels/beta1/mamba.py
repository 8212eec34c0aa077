"""The selective scan of Mamba, fused: one state at a time, channels on the partitions."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np


@nki.jit
def mamba(delta, u, a, b, c):
    """delta, u [B, C, L]; a [C, S]; b, c [B, S, L]: y [B, C, L], where for each state s

    h_t = exp(delta_t a_s) h_(t-1) + delta_t u_t b_(s,t), and y_t is the sum of h_t c_(s,t) over s.
    """
    batches, channels, length = delta.shape
    states = a.shape[1]
    out = nl.ndarray(delta.shape, dtype=delta.dtype, buffer=nl.shared_hbm)
    for batch in nl.affine_range(batches):
        for group in nl.affine_range(channels // 128):
            first = group * 128
            delta_tile = nl.load(delta[batch, first : first + 128, 0:length])
            inputs = nisa.tensor_tensor(delta_tile, nl.load(u[batch, first : first + 128, 0:length]), op=nl.multiply)
            total = nl.zeros((nl.par_dim(128), length), dtype=nl.float32)
            for state in nl.affine_range(states):
                decay = nisa.activation(nl.exp, delta_tile, scale=nl.load(a[first : first + 128, state]))
                driven = nl.load(b[batch, state : state + 1, 0:length]).broadcast_to((128, length))
                scanned = nisa.tensor_tensor_scan(
                    decay, nisa.tensor_tensor(inputs, driven, np.multiply), initial=0, op0=np.multiply, op1=np.add
                )
                read = nl.load(c[batch, state : state + 1, 0:length]).broadcast_to((128, length))
                total[0:128, 0:length] += nl.multiply(scanned, read)
            nl.store(out[batch, first : first + 128, 0:length], total)
    return out


def reference(delta, u, a, b, c):
    """Step by step, in float64."""
    delta, u, a, b, c = (each.astype(np.float64) for each in (delta, u, a, b, c))
    batches, channels, length = delta.shape
    state = np.zeros((batches, channels, a.shape[1]))
    out = np.empty(delta.shape)
    for t in range(length):
        step = delta[:, :, t, None]
        state = np.exp(step * a) * state + step * u[:, :, t, None] * b[:, None, :, t]
        out[:, :, t] = (state * c[:, None, :, t]).sum(axis=2)
    return out
