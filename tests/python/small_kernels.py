"""Kernels of a few instructions that the tests of all doors call."""

import nki
import nki.isa as nisa
import nki.language as nl


def tile_of(x):
    """A tile in SBUF with the contents of `x`."""
    tile = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=x)
    return tile


def result_of(tile):
    """A tensor in shared HBM with the contents of `tile`."""
    result = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=tile)
    return result


@nki.jit(platform_target="trn1")
def add(a, b):
    """a + b, for any number of rows."""
    assert a.shape == b.shape, f"shapes {a.shape} and {b.shape} differ"
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    for start in range(0, a.shape[0], 128):
        rows = slice(start, min(start + 128, a.shape[0]))
        x, y = tile_of(a[rows]), tile_of(b[rows])
        z = nl.ndarray(x.shape, dtype=a.dtype, buffer=nl.sbuf)
        nisa.tensor_tensor(dst=z, data1=x, data2=y, op=nl.add)
        nisa.dma_copy(dst=c[rows], src=z)
    return c


@nki.jit(platform_target="trn1")
def scaled(a, factor=2.0, op=nl.multiply, offsets=(0, 0)):
    """a times (factor + offsets[0]), or another operation of the two."""
    x = tile_of(a)
    nisa.tensor_scalar(dst=x, data=x, op0=op, operand0=float(factor) + offsets[0])
    return result_of(x)


@nki.jit(platform_target="trn1")
def through_sbuf(a):
    """a, copied."""
    return result_of(tile_of(a))


@nki.jit(platform_target="trn1")
def unchanged(a):
    """The argument itself."""
    return a


@nki.jit(platform_target="trn1")
def increment(a):
    """Adds 1 to `a` in place and returns it."""
    x = tile_of(a)
    nisa.tensor_scalar(dst=x, data=x, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=a, src=x)
    return a


@nki.jit(platform_target="trn1")
def add_into(total, a):
    """Adds `a` to `total` in place and returns it."""
    x, y = tile_of(total), tile_of(a)
    nisa.tensor_tensor(dst=x, data1=x, data2=y, op=nl.add)
    nisa.dma_copy(dst=total, src=x)
    return total


@nki.jit(platform_target="trn1")
def accumulate(a, total):
    """Adds `a` to `total` in place; returns it and a copy of `a`."""
    return add_into(total, a), through_sbuf(a)


@nki.jit(platform_target="trn1")
def bump_row(x, row):
    """Adds 1 to one row of x; prints the row between reading and writing it."""
    tile = tile_of(x[row : row + 1])
    nl.device_print("row", tile)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=x[row : row + 1], src=tile)
    return x


def row_at(x, index):
    """The row of x that a value in memory names."""
    place = tile_of(index)
    return x.ap([[x.shape[1], 1], [1, x.shape[1]]], scalar_offset=place, indirect_dim=0)


@nki.jit(platform_target="trn1")
def write_then_fail(x, y, index):
    """Writes x, a column of y and a row of y, then reads outside of y if the index says so."""
    ones = nl.ndarray((4, 8), x.dtype)
    nisa.memset(dst=ones, value=1.0)
    nisa.dma_copy(dst=x, src=ones)
    nisa.dma_copy(dst=y[:, 3:4], src=ones[:, :1])
    nisa.dma_copy(dst=y[1:2], src=ones[:1])
    nisa.dma_copy(dst=ones[:1], src=row_at(y, index))
