"""Matrix multiplication in the steps of AWS's tutorial, from one tile to blocks in every dimension.

All take the left-hand side transposed: lhs_t [K, M], rhs [K, N] give [M, N].
"""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

TILE_K = 128  # partitions: nl.tile_size.pmax
TILE_M = 128  # nl.tile_size.gemm_stationary_fmax
TILE_N = 512  # nl.tile_size.gemm_moving_fmax


def _load(source):
    tile = nl.ndarray(source.shape, dtype=source.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=source)
    return tile


def _store(destination, psum_tile):
    tile = nl.ndarray(psum_tile.shape, dtype=destination.dtype, buffer=nl.sbuf)
    nisa.tensor_copy(dst=tile, src=psum_tile)
    nisa.dma_copy(dst=destination, src=tile)


def _check(lhs_t, rhs, block_m, block_n, block_k):
    k, m = lhs_t.shape
    assert k == rhs.shape[0], f"lhs_t has {k} rows and rhs {rhs.shape[0]}; both are the contraction"
    n = rhs.shape[1]
    for name, size, block in (("M", m, block_m), ("N", n, block_n), ("K", k, block_k)):
        assert size % block == 0, f"{name} is {size}; it must be a multiple of {block}"
    return m, n, k


@nki.jit
def matmul_basic(lhs_t, rhs):
    """One tile: K = 128, M = 64, N = 512."""
    assert lhs_t.shape == (128, 64) and rhs.shape == (128, 512), "this kernel multiplies [128, 64] and [128, 512]"
    result = nl.ndarray((64, 512), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    psum_tile = nl.ndarray((64, 512), dtype=nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=psum_tile, stationary=_load(lhs_t), moving=_load(rhs))
    _store(result, psum_tile)
    return result


@nki.jit
def matmul_tiled(lhs_t, rhs):
    """Every tile is loaded where it is used."""
    m, n, k = _check(lhs_t, rhs, TILE_M, TILE_N, TILE_K)
    result = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    for i in nl.affine_range(0, m, TILE_M):
        for j in nl.affine_range(0, n, TILE_N):
            psum_tile = nl.ndarray((TILE_M, TILE_N), dtype=nl.float32, buffer=nl.psum)
            for p in nl.affine_range(0, k, TILE_K):
                stationary = _load(lhs_t[p : p + TILE_K, i : i + TILE_M])
                moving = _load(rhs[p : p + TILE_K, j : j + TILE_N])
                nisa.nc_matmul(dst=psum_tile, stationary=stationary, moving=moving)
            _store(result[i : i + TILE_M, j : j + TILE_N], psum_tile)
    return result


@nki.jit
def matmul_hoisted(lhs_t, rhs):
    """The tiles of a row of results are loaded once for the row."""
    m, n, k = _check(lhs_t, rhs, TILE_M, TILE_N, TILE_K)
    result = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    for i in nl.affine_range(0, m, TILE_M):
        stationary = [_load(lhs_t[p : p + TILE_K, i : i + TILE_M]) for p in nl.affine_range(0, k, TILE_K)]
        for j in nl.affine_range(0, n, TILE_N):
            moving = [_load(rhs[p : p + TILE_K, j : j + TILE_N]) for p in nl.affine_range(0, k, TILE_K)]
            psum_tile = nl.ndarray((TILE_M, TILE_N), dtype=nl.float32, buffer=nl.psum)
            for p in nl.affine_range(k // TILE_K):
                nisa.nc_matmul(dst=psum_tile, stationary=stationary[p], moving=moving[p])
            _store(result[i : i + TILE_M, j : j + TILE_N], psum_tile)
    return result


@nki.jit
def matmul_blocked_free(lhs_t, rhs, tiles_in_block_m=2, tiles_in_block_n=2):
    """Blocks of several tiles in M and N, so that each loaded tile serves a whole block."""
    block_m, block_n = TILE_M * tiles_in_block_m, TILE_N * tiles_in_block_n
    m, n, k = _check(lhs_t, rhs, block_m, block_n, TILE_K)
    result = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    for i in nl.affine_range(0, m, block_m):
        stationary = [_load(lhs_t[p : p + TILE_K, i : i + block_m]) for p in nl.affine_range(0, k, TILE_K)]
        for j in nl.affine_range(0, n, block_n):
            moving = [_load(rhs[p : p + TILE_K, j : j + block_n]) for p in nl.affine_range(0, k, TILE_K)]
            for bm in nl.affine_range(0, block_m, TILE_M):
                for bn in nl.affine_range(0, block_n, TILE_N):
                    psum_tile = nl.ndarray((TILE_M, TILE_N), dtype=nl.float32, buffer=nl.psum)
                    for left, right in zip(stationary, moving, strict=True):
                        nisa.nc_matmul(psum_tile, left[:, bm : bm + TILE_M], right[:, bn : bn + TILE_N])
                    _store(result[i + bm : i + bm + TILE_M, j + bn : j + bn + TILE_N], psum_tile)
    return result


def _load_block(source):
    """[tiles · 128, columns] in HBM as one [128, tiles, columns] tile, by one DMA."""
    return _load(source.reshape_dim(0, (source.shape[0] // TILE_K, TILE_K)).permute((1, 0, 2)))


def _multiply_blocks(lhs_block, rhs_block, bm, bn):
    """The [TILE_M, TILE_N] product at (bm, bn) of two loaded blocks, summed over their K tiles in PSUM."""
    psum_tile = nl.ndarray((TILE_M, TILE_N), dtype=nl.float32, buffer=nl.psum)
    for p in nl.affine_range(lhs_block.shape[1]):
        nisa.nc_matmul(psum_tile, lhs_block[:, p, bm : bm + TILE_M], rhs_block[:, p, bn : bn + TILE_N])
    return psum_tile


@nki.jit
def matmul_blocked(lhs_t, rhs, tiles_in_block_m=16, tiles_in_block_n=1, tiles_in_block_k=16):
    """Blocks in M, N and K. Sums of several K blocks wait in SBUF as float32, those of one go from PSUM to the result.

    Bytes per partition of SBUF with the default blocks of float32: 128 KiB of lhs_t, 32 KiB of rhs, 2 KiB of result.
    """
    block_m, block_n = TILE_M * tiles_in_block_m, TILE_N * tiles_in_block_n
    block_k = TILE_K * tiles_in_block_k
    m, n, k = _check(lhs_t, rhs, block_m, block_n, block_k)
    result = nl.ndarray((m, n), dtype=lhs_t.dtype, buffer=nl.shared_hbm)
    for i in nl.affine_range(0, m, block_m):
        sums = {}
        for p in nl.sequential_range(0, k, block_k):
            lhs_block = _load_block(lhs_t[p : p + block_k, i : i + block_m])
            for j in nl.affine_range(0, n, block_n):
                rhs_block = _load_block(rhs[p : p + block_k, j : j + block_n])
                for bm in nl.affine_range(0, block_m, TILE_M):
                    first, last = p == 0, p + block_k == k
                    row = nl.ndarray((TILE_M, block_n), result.dtype) if last else None
                    if first and not last:
                        sums[j, bm] = nl.ndarray((TILE_M, block_n), nl.float32)
                    for bn in nl.affine_range(0, block_n, TILE_N):
                        psum_tile = _multiply_blocks(lhs_block, rhs_block, bm, bn)
                        to = (row if last else sums[j, bm])[:, bn : bn + TILE_N]
                        if first:
                            nisa.tensor_copy(dst=to, src=psum_tile)
                        else:
                            before = sums[j, bm][:, bn : bn + TILE_N]
                            nisa.tensor_tensor(dst=to, data1=psum_tile, data2=before, op=nl.add)
                    if last:
                        nisa.dma_copy(dst=result[i + bm : i + bm + TILE_M, j : j + block_n], src=row)
    return result


def reference(lhs_t, rhs):
    return lhs_t.astype(np.float64).T @ rhs.astype(np.float64)
