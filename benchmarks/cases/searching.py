"""Instructions that search and count."""

import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, Case, In, integers, out, tile, wide

PSUM = nl.psum
DISTINCT = tile().array
PLACES = np.random.default_rng(2).permuted(np.tile(np.arange(512), (128, 1)), axis=1)[:, :8]
VALUES = np.take_along_axis(DISTINCT, PLACES, axis=1)
BYTES = np.random.default_rng(3).permuted(np.tile(np.arange(-66, 66), (32, 1)), axis=1).astype(np.int8)
BYTE_VALUES = BYTES[:, 17:25].astype(BF16)
SMALL = np.random.default_rng(4).permuted(np.tile(np.arange(66), (32, 1)), axis=1).astype(F32)
RUNS = np.sort(np.random.default_rng(5).integers(0, 9, (1, 512)), axis=1).astype(np.int32)


def _largest(a, o):
    part = np.partition(a.x.reshape(len(a.x), -1), -8, axis=1)[:, -8:]
    return np.sort(part, axis=1)[:, ::-1]


def _places(x, values):
    return np.argmax(x[:, None, :] == values[:, :, None], axis=2)


def _replaced(a, o):
    places = _places(a.x, a.vals)
    np.copyto(o.dst, a.x)
    np.put_along_axis(o.dst, places, np.float32(-1e30), axis=1)
    return o.dst, places.astype(np.uint32)


def _replaced_small(a, o):
    x = a.x.reshape(32, 66)
    np.copyto(o.dst, x)
    np.put_along_axis(o.dst, _places(x, wide(a.vals)), BF16.type(0), axis=1)
    return o.dst


def _nonzero(a, o, offset=0, padding=-1):
    x = a.x.reshape(len(a.x), -1)
    result = o.dst.reshape(len(x), -1)
    for row in range(0, len(x), 16):
        places = np.flatnonzero(x[row])
        result[row, : len(places)] = places + offset
        result[row, len(places) : -1] = padding
        result[row, -1] = len(places)
    return o.dst


def _bounds(a, o):
    ids = a.x[0]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(ids)) + 1, [len(ids)]])
    run = np.repeat(np.arange(1, len(edges)), np.diff(edges))
    o.dst[0, 0] = np.where(ids == 0, len(ids), edges[run - 1])
    o.dst[0, 1] = np.where(ids == 0, -1, edges[run])
    return o.dst


def _topk(a, o, n, k):
    """Every 16 partitions are a snake: down the partitions, column after column."""
    for group in range(0, len(a.x), 16):
        snake = wide(a.x[group : group + 16]).T.reshape(-1)[:n]
        order = np.argsort(-snake, kind="stable")[k - 1 :: -1]
        columns = -(-k // 16)
        for dst, found in ((o.values, snake[order]), (o.indices, order)):
            part = np.zeros(16 * columns, dst.dtype)
            part[:k] = found
            dst[group : group + 16, :columns] = part.reshape(columns, 16).T
    return o.values, o.indices


CASES = [
    Case("max8/0", dict(x=tile()), dict(dst=out(128, 8)), lambda t: nisa.max8(t.dst, t.x), _largest),
    Case(
        "max8/1", dict(x=tile(32, 4, 33, dtype=BF16)), dict(dst=out(32, 8, dtype=BF16)),
        lambda t: nisa.max8(t.dst, t.x),
        lambda a, o: _largest(type(a)(x=wide(a.x)), o).astype(BF16),
    ),
    Case(
        "max8/2", dict(x=integers(-99, 99, 64, 8, dtype=F32, buffer=PSUM)), dict(dst=out(64, 8, dtype=np.int32)),
        lambda t: nisa.max8(t.dst, t.x),
        lambda a, o: np.sort(a.x, axis=1)[:, ::-1].astype(np.int32),
    ),
    Case(
        "nc_find_index8/0", dict(x=In(DISTINCT), vals=In(VALUES)), dict(dst=out(128, 8, dtype=np.uint32)),
        lambda t: nisa.nc_find_index8(t.dst, t.x, t.vals),
        lambda a, o: _places(a.x, a.vals).astype(np.uint32),
    ),
    Case(
        "nc_find_index8/1", dict(x=In(BYTES.reshape(32, 4, 33)), vals=In(BYTE_VALUES.reshape(32, 2, 4), PSUM)),
        dict(dst=out(32, 8, dtype=np.uint16)),
        lambda t: nisa.nc_find_index8(t.dst, t.x, t.vals),
        lambda a, o: _places(wide(a.x.reshape(32, 132)), wide(a.vals.reshape(32, 8))).astype(np.uint16),
    ),
    Case(
        "nc_match_replace8/0", dict(x=In(DISTINCT), vals=In(VALUES)),
        dict(dst=out(), places=out(128, 8, dtype=np.uint32)),
        lambda t: nisa.nc_match_replace8(t.dst, t.x, t.vals, -1e30, t.places),
        _replaced,
    ),
    Case(
        "nc_match_replace8/1", dict(x=In(SMALL.reshape(32, 2, 33), PSUM), vals=In(SMALL[:, 9:17].astype(np.int16))),
        dict(dst=out(32, 66, dtype=BF16)),
        lambda t: nisa.nc_match_replace8(t.dst, t.x, t.vals, 0.0),
        _replaced_small,
    ),
    Case(
        "nonzero_with_count/0", dict(x=integers(0, 2, dtype=F32)), dict(dst=out(128, 513, dtype=np.int32)),
        lambda t: nisa.nonzero_with_count(t.dst, t.x),
        _nonzero,
    ),
    Case(
        "nonzero_with_count/1", dict(x=integers(0, 2, 17, 3, 4)), dict(dst=out(17, 1, 13, dtype=np.int32)),
        lambda t: nisa.nonzero_with_count(t.dst, t.x, 1000, 0),
        lambda a, o: _nonzero(a, o, 1000, 0),
    ),
    Case(
        "sequence_bounds/0", dict(x=In(RUNS)), dict(dst=out(1, 2, 512, dtype=np.int32)),
        lambda t: nisa.sequence_bounds(t.dst, t.x),
        _bounds,
    ),
    Case(
        "sequence_bounds/1", dict(x=In(RUNS[:, ::15][:, :33].astype(F32))), dict(dst=out(1, 2, 33)),
        lambda t: nisa.sequence_bounds(t.dst, t.x),
        _bounds,
    ),
    Case(
        "topk/0", dict(x=tile(dtype=BF16)),
        dict(values=out(128, 64, dtype=BF16), indices=out(128, 64, dtype=np.uint32)),
        lambda t: nisa.topk(t.values, t.indices, t.x, 8192),
        lambda a, o: _topk(a, o, 8192, 64),
    ),
    Case(
        "topk/1", dict(x=tile(32, 3, dtype=BF16)),
        dict(values=out(32, 8, dtype=BF16), indices=out(32, 8, dtype=np.uint32)),
        lambda t: nisa.topk(t.values, t.indices, t.x, 42),
        lambda a, o: _topk(a, o, 42, 8),
    ),
]
