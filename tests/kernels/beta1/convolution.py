"""A convolution with bias, followed by max pooling, as matrix products over channels."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np


@nki.jit
def conv2d_max_pool(image, weights, bias, pool=2):
    """image [B, C <= 128, H, W], weights [O <= 128, C, KH, KW], bias [O]: [B, O, (H - KH + 1) / pool, ...].

    One output row of the convolution is a sum of KH * KW products of [C, O] with [C, columns].
    """
    batches, channels, height, width = image.shape
    outputs, _, kernel_h, kernel_w = weights.shape
    rows, columns = height - kernel_h + 1, width - kernel_w + 1
    assert rows % pool == 0 and columns % pool == 0 and columns <= nl.tile_size.gemm_moving_fmax
    out = nl.ndarray((batches, outputs, rows // pool, columns // pool), dtype=image.dtype, buffer=nl.shared_hbm)
    filters = nl.ndarray((kernel_h, kernel_w, nl.par_dim(channels), outputs), dtype=weights.dtype, buffer=nl.sbuf)
    by_output = nl.load(weights.reshape((outputs, channels, kernel_h * kernel_w)))
    i_o, i_c = nl.mgrid[0:outputs, 0:channels]
    for i in nl.affine_range(kernel_h):
        for j in nl.affine_range(kernel_w):
            one = nl.copy(by_output[i_o, i_c, i * kernel_w + j])
            filters[i, j] = nl.copy(nisa.nc_transpose(one, engine=nisa.tensor_engine))
    biases = nl.load(bias.reshape((outputs, 1)), dtype=nl.float32)
    i_k, i_w = nl.mgrid[0:channels, 0:columns]
    i_y, i_x, i_py, i_px = nl.mgrid[0:outputs, 0 : columns // pool, 0:pool, 0:pool]
    for b in nl.affine_range(batches):
        tile = nl.load(image[b])
        for y in nl.affine_range(rows // pool):
            lines = nl.ndarray((outputs, pool * columns), dtype=nl.float32, buffer=nl.sbuf)
            for line in nl.affine_range(pool):
                total = nl.zeros((nl.par_dim(outputs), columns), nl.float32, buffer=nl.psum)
                for i in nl.affine_range(kernel_h):
                    for j in nl.affine_range(kernel_w):
                        total += nisa.nc_matmul(filters[i, j], tile[i_k, y * pool + line + i, i_w + j])
                lines[:, nl.ds(line * columns, columns)] = nisa.tensor_scalar(total, np.add, biases)
            largest = nl.max(lines[i_y, i_py * columns + i_x * pool + i_px], axis=[2, 3])
            nl.store(out[b, :, y, :], value=largest)
    return out
