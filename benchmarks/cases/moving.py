"""Instructions that move or make elements: DMA, transposes, gathers, shuffles, constants."""

import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, Case, In, integers, out, tile, wide

PSUM, HBM = nl.psum, nl.shared_hbm
ROTATE = [(i + 31) % 32 for i in range(32)]
SWAP = [255 if i % 4 == 3 else i ^ 16 for i in range(32)]
MOVED, SWAPPED = (list(part) for part in zip(*[(i, j) for i, j in enumerate(SWAP) if j != 255]))
ROWS, COLUMNS = np.arange(128, dtype=np.int32)[:, None], np.arange(512, dtype=np.int32)
SUM = dict(x=tile(64, 100), y=tile(64, 100, dtype=BF16, buffer=HBM))


def _copied(dst, src):
    np.copyto(dst, src)
    return dst


def _copied_where_skipped(a, o):
    o.dst.reshape(2, 32, 64)[:, MOVED] = a.x.reshape(2, 32, 64)[:, SWAPPED]
    return o.dst


def _shuffled(a, o):
    return np.take(a.x.reshape(4, 32, 512), ROTATE, axis=1, out=o.dst.reshape(4, 32, 512))


def _scattered(a, o):
    o.dst[a.index[:, 0]] = a.x
    return o.dst


def _sum_of_three(a, o):
    return (a.x + a.y + a.z.reshape(256, 256)).astype(BF16)


def _gathered(a, o):
    """Every 16 partitions have a list of indices of their own."""
    width = a.width
    table, result = a.table.reshape(len(a.table), -1), o.dst.reshape(len(o.dst), -1)
    for core in range(0, len(table), 16):
        chosen = a.index[core : core + 16].ravel(order="F")[: a.count, None] + np.arange(width, dtype=np.uint16)
        result[core : core + 16] = np.take(table[core : core + 16], chosen.ravel(), axis=1)
    return o.dst


def _local_gather(sample, table, columns, most, result, width=1, count=None):
    partitions = table.array.shape[0]
    index = integers(0, most, partitions, columns, dtype=np.uint16)
    total = count or 16 * columns

    def oracle(a, o):
        a.width, a.count = width, total
        return _gathered(a, o)

    return Case(
        sample, dict(table=table, index=index), dict(dst=result),
        lambda t: nisa.local_gather(t.dst, t.table, t.index, width, count),
        oracle,
    )


def _iota_4_32(a, o):
    return (7 + COLUMNS[:4, None] * -32 + COLUMNS[:32] + np.zeros((64, 1, 1), np.int32)).astype(F32)


CASES = [
    Case(
        "dma_compute/0", dict(x=tile(buffer=HBM), y=tile(buffer=HBM)), dict(dst=out()),
        lambda t: nisa.dma_compute(t.dst, [t.x, t.y], nl.add),
        lambda a, o: np.add(a.x, a.y, out=o.dst),
    ),
    Case(
        "dma_compute/1", dict(x=tile(256, 256, buffer=HBM), y=tile(256, 256, buffer=HBM), z=tile()),
        dict(dst=out(256, 256, dtype=BF16, buffer=HBM)),
        lambda t: nisa.dma_compute(t.dst, [t.x, t.y, t.z], nl.add, [1.0, 1.0, 1.0]),
        _sum_of_three,
    ),
    Case(
        "dma_compute/2", SUM, dict(dst=out(64, 100)),
        lambda t: nisa.dma_compute(t.dst, [t.dst, t.y], nl.add),
        lambda a, o: np.add(o.dst, wide(a.y), out=o.dst),
    ),
    Case(
        "dma_copy/0", dict(x=tile(256, 2048, buffer=HBM)), dict(dst=out()),
        lambda t: nisa.dma_copy(t.dst, t.x[128:256, 512:1024]),
        lambda a, o: _copied(o.dst, a.x[128:256, 512:1024]),
    ),
    Case(
        "dma_copy/1", dict(x=tile()), dict(dst=out(dtype=BF16, buffer=HBM)),
        lambda t: nisa.dma_copy(t.dst, t.x),
        lambda a, o: a.x.astype(BF16),
    ),
    Case(
        "dma_copy/2", dict(x=tile(512, buffer=HBM)), dict(dst=out(128, 4)),
        lambda t: nisa.dma_copy(t.dst, t.x),
        lambda a, o: _copied(o.dst, a.x.reshape(128, 4)),
    ),
    Case(
        "dma_copy/3", dict(x=tile(64, 64)), dict(dst=out(32, 64)),
        lambda t: nisa.dma_copy(t.dst, t.x[3:35]),
        lambda a, o: _copied(o.dst, a.x[3:35]),
    ),
    Case(
        "dma_copy/4", dict(x=tile(600, buffer=HBM)), dict(dst=out(6, 100, buffer=HBM)),
        lambda t: nisa.dma_copy(t.dst, t.x),
        lambda a, o: _copied(o.dst, a.x.reshape(6, 100)),
    ),
    Case(
        "dma_transpose/0", dict(x=tile(512, 128, buffer=HBM)), dict(dst=out()),
        lambda t: nisa.dma_transpose(t.dst, t.x),
        lambda a, o: _copied(o.dst, a.x.T),
    ),
    Case(
        "dma_transpose/1", dict(x=tile(128, 128, dtype=BF16)), dict(dst=out(128, 128, dtype=BF16)),
        lambda t: nisa.dma_transpose(t.dst, t.x),
        lambda a, o: _copied(o.dst, a.x.T),
    ),
    Case(
        "dma_transpose/2", dict(x=tile(16, 8, 128, dtype=BF16, buffer=HBM)), dict(dst=out(128, 8, 16, dtype=BF16)),
        lambda t: nisa.dma_transpose(t.dst, t.x, dge_mode=nisa.dge_mode.hwdge),
        lambda a, o: _copied(o.dst, a.x.T),
    ),
    Case(
        "dma_transpose/3", dict(x=tile(100, 3, 2, 64, buffer=HBM)), dict(dst=out(64, 3, 2, 100)),
        lambda t: nisa.dma_transpose(t.dst, t.x, (3, 1, 2, 0)),
        lambda a, o: _copied(o.dst, a.x.transpose(3, 1, 2, 0)),
    ),
    Case(
        "iota/0", {}, dict(dst=out(dtype=np.int32)),
        lambda t: nisa.iota(t.dst, [[1, 512]], 0, 512),
        lambda a, o: np.add(ROWS * 512, COLUMNS, out=o.dst),
    ),
    Case("iota/1", {}, dict(dst=out(64, 4, 32)), lambda t: nisa.iota(t.dst, [[-32, 4], [1, 32]], 7, 0), _iota_4_32),
    Case(
        "iota/2", {}, dict(dst=out(128, 1, dtype=np.uint32)),
        lambda t: nisa.iota(t.dst, [[1, 1]], 0, 1),
        lambda a, o: np.arange(128, dtype=np.uint32),
    ),
    _local_gather("local_gather/0", tile(), 32, 512, out()),
    _local_gather("local_gather/1", tile(128, 512, 4), 4, 2045, out(128, 4, 16, 4), 4, 64),
    _local_gather(
        "local_gather/2", tile(32, 256, dtype=BF16), 4, 255, out(32, 100, dtype=BF16), 2, 50
    ),
    Case(
        "memset/0", {}, dict(dst=out()),
        lambda t: nisa.memset(t.dst, 0.0),
        lambda a, o: (o.dst.fill(0), o.dst)[1],
    ),
    Case(
        "memset/1", {}, dict(dst=out(buffer=PSUM)),
        lambda t: nisa.memset(t.dst, -1.25),
        lambda a, o: (o.dst.fill(-1.25), o.dst)[1],
    ),
    Case(
        "memset/2", {}, dict(dst=out(64, 33, dtype=np.int8)),
        lambda t: nisa.memset(t.dst, -7, engine=nisa.engine.gpsimd),
        lambda a, o: (o.dst.fill(-7), o.dst)[1],
    ),
    Case(
        "nc_n_gather/0", dict(x=tile(), index=integers(0, 512, dtype=np.uint32)), dict(dst=out()),
        lambda t: nisa.nc_n_gather(t.dst, t.x, t.index),
        lambda a, o: np.take_along_axis(a.x, a.index, axis=1),
    ),
    Case(
        "nc_n_gather/1", dict(x=tile(64, 3, 100, dtype=BF16), index=integers(0, 300, 64, 64, dtype=np.uint32)),
        dict(dst=out(64, 4, 16, dtype=BF16)),
        lambda t: nisa.nc_n_gather(t.dst, t.x, t.index),
        lambda a, o: np.take_along_axis(a.x.reshape(64, 300), a.index, axis=1),
    ),
    Case(
        "nc_stream_shuffle/0", dict(x=tile()), dict(dst=out()),
        lambda t: nisa.nc_stream_shuffle(t.dst, t.x, ROTATE),
        _shuffled,
    ),
    Case(
        "nc_stream_shuffle/1", dict(x=tile(1, 512, dtype=BF16)), dict(dst=out(32, 512, dtype=BF16)),
        lambda t: nisa.nc_stream_shuffle(t.dst, t.x, [0] * 32),
        lambda a, o: _copied(o.dst, a.x),
    ),
    Case(
        "nc_stream_shuffle/2", dict(x=tile(64, 64)), dict(dst=out(64, 4, 16, buffer=PSUM)),
        lambda t: nisa.nc_stream_shuffle(t.dst, t.x, SWAP),
        _copied_where_skipped,
    ),
    Case(
        "nc_transpose/0", dict(x=tile(128, 128)), dict(dst=out(128, 128, buffer=PSUM)),
        lambda t: nisa.nc_transpose(t.dst, t.x),
        lambda a, o: _copied(o.dst, a.x.T),
    ),
    Case(
        "nc_transpose/1", dict(x=tile(128, 64, dtype=BF16)), dict(dst=out(64, 128, dtype=BF16, buffer=PSUM)),
        lambda t: nisa.nc_transpose(t.dst, t.x, engine=nisa.engine.tensor),
        lambda a, o: _copied(o.dst, a.x.T),
    ),
    Case(
        "nc_transpose/2", dict(x=tile(32, 4, 8)), dict(dst=out(32, 32)),
        lambda t: nisa.nc_transpose(t.dst, t.x, engine=nisa.engine.vector),
        lambda a, o: _copied(o.dst, a.x.reshape(32, 32).T),
    ),
]

# DMA through a vector_offset: rows of HBM that a column of indices names. No sample has one.
ROW_INDEX = In(np.random.default_rng(1).permutation(1000)[:128].astype(np.uint32).reshape(128, 1))
CASES += [
    Case(
        "dma_copy/gather", dict(x=tile(1000, 512, buffer=HBM), index=ROW_INDEX), dict(dst=out()),
        lambda t: nisa.dma_copy(t.dst, t.x.ap([[512, 128], [1, 512]], vector_offset=t.index, indirect_dim=0)),
        lambda a, o: np.take(a.x, a.index[:, 0], axis=0, out=o.dst),
    ),
    Case(
        "dma_copy/scatter", dict(x=tile(), index=ROW_INDEX), dict(dst=out(1000, 512, buffer=HBM)),
        lambda t: nisa.dma_copy(t.dst.ap([[512, 128], [1, 512]], vector_offset=t.index, indirect_dim=0), t.x),
        _scattered,
    ),
]
