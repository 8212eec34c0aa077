"""Matrix multiplication, lhs_t [K, M] and rhs [K, N]: the steps from one tile to blocks."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np

K = M = 128
N = 512


@nki.jit
def matmul_basic(lhs_t, rhs):
    """One tile: [64, 128] x [128, 512]."""
    out = nl.ndarray((64, 512), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    i_lhs_p, i_lhs_f = nl.mgrid[0:128, 0:64]
    i_rhs_p, i_rhs_f = nl.mgrid[0:128, 0:512]
    i_out_p, i_out_f = nl.mgrid[0:64, 0:512]
    product = nl.matmul(nl.load(lhs_t[i_lhs_p, i_lhs_f]), nl.load(rhs[i_rhs_p, i_rhs_f]), transpose_x=True)
    nl.store(out[i_out_p, i_out_f], value=nl.copy(product, dtype=out.dtype))
    return out


@nki.jit
def matmul_tiled(lhs_t, rhs):
    """Tile by tile, contracted in PSUM."""
    k, m = lhs_t.shape
    n = rhs.shape[1]
    out = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    i_lhs, i_rhs, i_out = nl.mgrid[0:K, 0:M], nl.mgrid[0:K, 0:N], nl.mgrid[0:M, 0:N]
    for m_tile in nl.affine_range(m // M):
        for n_tile in nl.affine_range(n // N):
            total = nl.zeros((M, N), nl.float32, buffer=nl.psum)
            for k_tile in nl.affine_range(k // K):
                left = nl.load(lhs_t[k_tile * K + i_lhs.p, m_tile * M + i_lhs.x])
                right = nl.load(rhs[k_tile * K + i_rhs.p, n_tile * N + i_rhs.x])
                total += nisa.nc_matmul(left[i_lhs.p, i_lhs.x], right[i_rhs.p, i_rhs.x])
            nl.store(out[m_tile * M + i_out.p, n_tile * N + i_out.x], value=nl.copy(total, dtype=out.dtype))
    return out


@nki.jit
def matmul_ragged(lhs_t, rhs):
    """Any sizes: ragged tiles are masked, and what a mask leaves out of a contraction is zero."""
    k, m = lhs_t.shape
    n = rhs.shape[1]
    out = nl.ndarray((m, n), dtype=nl.float32, buffer=nl.shared_hbm)
    i_lhs, i_rhs, i_out = nl.mgrid[0:K, 0:M], nl.mgrid[0:K, 0:N], nl.mgrid[0:M, 0:N]
    for m_tile in nl.affine_range((m + M - 1) // M):
        for n_tile in nl.affine_range((n + N - 1) // N):
            total = nl.zeros((nl.par_dim(M), N), nl.float32, buffer=nl.psum)
            for k_tile in nl.affine_range((k + K - 1) // K):
                left = nl.zeros((K, M), dtype=lhs_t.dtype)
                right = nl.zeros((K, N), dtype=rhs.dtype)
                row, column = k_tile * K + i_lhs.p, m_tile * M + i_lhs.x
                left[i_lhs.p, i_lhs.x] = nl.load(lhs_t[row, column], mask=(row < k) & (column < m))
                row, column = k_tile * K + i_rhs.p, n_tile * N + i_rhs.x
                right[i_rhs.p, i_rhs.x] = nl.load(rhs[row, column], mask=(row < k) & (column < n))
                total[...] += nisa.nc_matmul(left, right)
            row, column = m_tile * M + i_out.p, n_tile * N + i_out.x
            nl.store(out[row, column], value=total, mask=(row < m) & (column < n))
    return out


@nki.jit
def matmul_hoisted(lhs_t, rhs):
    """As matmul_tiled, with the loads outside the loops that do not need them anew."""
    k, m = lhs_t.shape
    n = rhs.shape[1]
    out = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    i_lhs, i_rhs, i_out = nl.mgrid[0:K, 0:M], nl.mgrid[0:K, 0:N], nl.mgrid[0:M, 0:N]
    for m_tile in nl.affine_range(m // M):
        left = nl.ndarray((k // K, nl.par_dim(K), M), dtype=lhs_t.dtype, buffer=nl.sbuf)
        for k_tile in nl.affine_range(k // K):
            left[k_tile, i_lhs.p, i_lhs.x] = nl.load(lhs_t[k_tile * K + i_lhs.p, m_tile * M + i_lhs.x])
        for n_tile in nl.affine_range(n // N):
            right = nl.ndarray((k // K, nl.par_dim(K), N), dtype=rhs.dtype, buffer=nl.sbuf)
            for k_tile in nl.affine_range(k // K):
                right[k_tile, i_rhs.p, i_rhs.x] = nl.load(rhs[k_tile * K + i_rhs.p, n_tile * N + i_rhs.x])
            total = nl.zeros((M, N), nl.float32, buffer=nl.psum)
            for k_tile in nl.affine_range(k // K):
                total[...] += nisa.nc_matmul(left[k_tile, i_lhs.p, i_lhs.x], right[k_tile, i_rhs.p, i_rhs.x])
            nl.store(out[m_tile * M + i_out.p, n_tile * N + i_out.x], value=nl.copy(total, dtype=out.dtype))
    return out


@nki.jit
def matmul_blocked(lhs_t, rhs, block_m=2, block_n=1, block_k=2):
    """Blocks of tiles; partial sums of the blocks of K are added in SBUF."""
    k, m = lhs_t.shape
    n = rhs.shape[1]
    assert k % (block_k * K) == 0 and m % (block_m * M) == 0 and n % (block_n * N) == 0
    out = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    i_lhs, i_rhs, i_out = nl.mgrid[0:K, 0 : block_m * M], nl.mgrid[0:K, 0 : block_n * N], nl.mgrid[0:M, 0:N]
    i_tile = nl.mgrid[0:K, 0:M]
    for n_block in nl.affine_range(n // (block_n * N)):
        sums = nl.zeros((m // (block_m * M), block_m, block_n, nl.par_dim(M), N), dtype=nl.float32, buffer=nl.sbuf)
        for k_block in nl.sequential_range(k // (block_k * K)):
            right = nl.ndarray((block_k, nl.par_dim(K), block_n * N), dtype=rhs.dtype, buffer=nl.sbuf)
            for kb in nl.affine_range(block_k):
                right[kb, i_rhs.p, i_rhs.x] = nl.load(
                    rhs[(k_block * block_k + kb) * K + i_rhs.p, n_block * block_n * N + i_rhs.x]
                )
            for m_block in nl.affine_range(m // (block_m * M)):
                left = nl.ndarray((block_k, nl.par_dim(K), block_m * M), dtype=lhs_t.dtype, buffer=nl.sbuf)
                for kb in nl.affine_range(block_k):
                    left[kb, i_lhs.p, i_lhs.x] = nl.load(
                        lhs_t[(k_block * block_k + kb) * K + i_lhs.p, m_block * block_m * M + i_lhs.x]
                    )
                for nb in nl.affine_range(block_n):
                    for mb in nl.affine_range(block_m):
                        part = nl.zeros((M, N), dtype=nl.float32, buffer=nl.psum)
                        for kb in nl.affine_range(block_k):
                            part += nisa.nc_matmul(
                                left[kb, i_tile.p, mb * M + i_tile.x], right[kb, i_out.p, nb * N + i_out.x]
                            )
                        sums[m_block, mb, nb, i_out.p, i_out.x] += part[i_out.p, i_out.x]
        for m_block in nl.affine_range(m // (block_m * M)):
            for mb in nl.affine_range(block_m):
                for nb in nl.affine_range(block_n):
                    row = (m_block * block_m + mb) * M + i_out.p
                    column = (n_block * block_n + nb) * N + i_out.x
                    nl.store(out[row, column], value=sums[m_block, mb, nb, i_out.p, i_out.x])
    return out


def reference(lhs_t, rhs):
    """In float64."""
    return lhs_t.astype(np.float64).T @ rhs.astype(np.float64)
