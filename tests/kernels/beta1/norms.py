"""RMS and layer normalisation of rows."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np


@nki.jit
def rmsnorm(x, weight, epsilon=1e-6):
    """x / sqrt(mean(x * x) + epsilon) * weight, the weight one row that is broadcast to the partitions."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    i_p, i_f = nl.mgrid[0:128, 0:columns]
    factors = nl.load(weight.reshape((1, columns)))
    for tile in nl.affine_range((rows + 127) // 128):
        inside = tile * 128 + i_p < rows
        values = nl.load(x[tile * 128 + i_p, i_f], mask=inside, dtype=nl.float32)
        squares = nl.square(values)
        mean = nl.sum(squares, axis=[1]) / columns
        scale = nl.rsqrt(mean + epsilon)
        result = nl.multiply(values, scale)
        nl.store(out[tile * 128 + i_p, i_f], result * factors.broadcast_to((128, columns)), mask=inside)
    return out


def rmsnorm_reference(x, weight, epsilon=1e-6):
    """In float64."""
    x = x.astype(np.float64)
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + epsilon) * weight.astype(np.float64)


@nki.jit
def layernorm(x, gamma, beta, epsilon=1e-5):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta; mean and variance by bn_stats, 512 columns at a time."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    pieces = (columns + nl.tile_size.bn_stats_fmax - 1) // nl.tile_size.bn_stats_fmax
    i_p = nl.arange(128)[:, None]
    i_f = nl.arange(columns)[None, :]
    i_piece = nl.arange(nl.tile_size.bn_stats_fmax)[None, :]
    i_six = nl.arange(6)[None, :]
    gammas = nl.load(gamma.reshape((1, columns))).broadcast_to((128, columns))
    betas = nl.load(beta.reshape((1, columns))).broadcast_to((128, columns))
    for tile in nl.affine_range((rows + 127) // 128):
        row = tile * 128 + i_p
        values = nl.load(x[row, i_f], mask=row < rows, dtype=nl.float32)
        moments = nl.ndarray((128, 6 * pieces), dtype=nl.float32)
        for piece in nl.affine_range(pieces):
            column = piece * nl.tile_size.bn_stats_fmax + i_piece
            moments[i_p, piece * 6 + i_six] = nisa.bn_stats(values[i_p, column], mask=column < columns)
        mean_variance = nisa.bn_aggr(moments)
        scale = nl.rsqrt(mean_variance[i_p, 1] + epsilon)
        normal = nisa.tensor_scalar(
            values, op0=np.subtract, operand0=mean_variance[i_p, 0], op1=np.multiply, operand1=scale
        )
        nl.store(out[row, i_f], normal * gammas + betas, mask=row < rows)
    return out


def layernorm_reference(x, gamma, beta, epsilon=1e-5):
    """In float64."""
    x = x.astype(np.float64)
    centred = x - x.mean(axis=1, keepdims=True)
    normal = centred / np.sqrt((centred * centred).mean(axis=1, keepdims=True) + epsilon)
    return normal * gamma.astype(np.float64) + beta.astype(np.float64)
