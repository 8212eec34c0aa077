"""Random numbers. NumPy's side draws as many with its own generator; the results are those of the documented one."""

import functools

import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, RNG, Case, In, integers, out, tile

PSUM = nl.psum
GPSIMD, VECTOR = nisa.engine.gpsimd, nisa.engine.vector
SEED = np.array([[42]], np.int32)


def _states(seed, first, count):
    """Six words of generators `first` … of a seed, as the documentation of set_rng_seed has them."""
    stream = np.uint64(seed) * np.uint64(1024) + np.arange(first, first + count, dtype=np.uint64)
    z = stream[:, None] * np.uint64(8) + np.arange(6, dtype=np.uint64)
    z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(32)).astype(np.uint32)


def _drawn(states, count):
    """What XORWOW generators give in `count` steps, [generators, count]."""
    words, counter, numbers = list(states[:, :5].T), states[:, 5].copy(), []
    for _ in range(count):
        t = words[0] ^ (words[0] >> np.uint32(2))
        v = words[4]
        words = [*words[1:], v ^ (v << np.uint32(4)) ^ t ^ (t << np.uint32(1))]
        counter += np.uint32(362437)
        numbers.append(words[4] + counter)
    return np.stack(numbers, axis=1)


@functools.cache
def _vector(count):
    """The first `count` numbers of each partition of the Vector engine: its four generators take turns."""
    steps = _drawn(_states(0, 0, 512), -(-count // 4)).reshape(128, 4, -1)
    return steps.swapaxes(1, 2).reshape(128, -1)[:, :count]


def _uniform(count):
    return (_vector(count) >> np.uint32(8)) / 2.0**24


def _between(low, high, dtype):
    def oracle(a, o):
        value = RNG.random(o.dst.shape, F32) * F32.type(high - low) + F32.type(low)
        return np.rint(value).astype(dtype) if np.dtype(dtype).kind == "i" else value.astype(dtype, copy=False)

    def wanted(a, o):
        value = (low + _uniform(o.dst.shape[1])[: len(o.dst)] * (high - low)).astype(F32)
        return np.rint(value).astype(dtype) if np.dtype(dtype).kind == "i" else value.astype(dtype)

    return dict(numpy=oracle, wanted=wanted)


def _dropped(prob):
    """prob(a) is a constant or a column."""

    def oracle(a, o):
        return np.where(RNG.random(o.dst.shape, F32) < prob(a), o.dst.dtype.type(0), a.x.reshape(o.dst.shape))

    def wanted(a, o):
        keep = _uniform(o.dst.shape[1])[: len(o.dst)] >= prob(a)
        return np.where(keep, a.x.reshape(o.dst.shape), o.dst.dtype.type(0))

    return dict(numpy=oracle, wanted=wanted)


def _seeded(a, o):
    o.state[:] = _states(42, 0, 512).reshape(128, 24)
    return o.state


def _bits(dtype):
    return lambda a, o: RNG.integers(0, 2 ** (8 * dtype().itemsize), o.dst.shape, f"u{dtype().itemsize}").view(dtype)


GPSIMD_STATES, VECTOR_STATES = _states(0, 512, 128), _states(0, 0, 512).reshape(128, 24)

CASES = [
    Case(
        "dropout/0", dict(x=tile()), dict(dst=out()), lambda t: nisa.dropout(t.dst, t.x, 0.5),
        **_dropped(lambda a: F32.type(0.5)),
    ),
    Case(
        "dropout/1", dict(x=tile(dtype=BF16), p=In(integers(0, 5, 128, 1).array.astype(F32) / F32.type(4))),
        dict(dst=out(dtype=BF16)), lambda t: nisa.dropout(t.dst, t.x, t.p), **_dropped(lambda a: a.p),
    ),
    Case(
        "dropout/2", dict(x=integers(-9, 9, 64, 3, 11, dtype=np.int16)),
        dict(dst=out(64, 33, dtype=np.int16, buffer=PSUM)),
        lambda t: nisa.dropout(t.dst, t.x, 0.1), **_dropped(lambda a: F32.type(0.1)),
    ),
    Case(
        "rand2/0", {}, dict(dst=out()), lambda t: nisa.rand2(t.dst, 0.0, 1.0), target="trn3", **_between(0, 1, F32),
    ),
    Case(
        "rand2/1", {}, dict(dst=out(dtype=BF16)), lambda t: nisa.rand2(t.dst, -1.0, 1.0), target="trn3",
        **_between(-1, 1, BF16),
    ),
    Case(
        "rand2/2", {}, dict(dst=out(64, 33, dtype=np.int32, buffer=PSUM)), lambda t: nisa.rand2(t.dst, -100.0, 100.0),
        target="trn3", **_between(-100, 100, np.int32),
    ),
    Case(
        "rand_get_state/0", {}, dict(state=out(128, 6, dtype=np.uint32)),
        lambda t: nisa.rand_get_state(t.state, engine=GPSIMD),
        lambda a, o: (np.copyto(o.state, GPSIMD_STATES), o.state)[1],
    ),
    Case(
        "rand_get_state/1", {}, dict(state=out(128, 24, dtype=np.uint32, buffer=PSUM)),
        lambda t: nisa.rand_get_state(t.state, engine=VECTOR),
        lambda a, o: (np.copyto(o.state, VECTOR_STATES), o.state)[1], target="trn3",
    ),
    Case(
        "rand_set_state/0", dict(new=integers(0, 2**32, 128, 6, dtype=np.uint32)),
        dict(state=out(128, 6, dtype=np.uint32)),
        lambda t: nisa.rand_set_state(t.new, engine=GPSIMD),
        lambda a, o: (np.copyto(o.state, a.new), o.state)[1],
        finish=lambda t: nisa.rand_get_state(t.state, engine=GPSIMD),
    ),
    Case(
        "rand_set_state/1", dict(new=integers(0, 2**32, 128, 24, dtype=np.uint32)),
        dict(state=out(128, 24, dtype=np.uint32)),
        lambda t: nisa.rand_set_state(t.new, engine=VECTOR),
        lambda a, o: (np.copyto(o.state, a.new), o.state)[1], target="trn3",
        finish=lambda t: nisa.rand_get_state(t.state, engine=VECTOR),
    ),
    Case(
        "rng/0", {}, dict(dst=out(dtype=np.uint32)), lambda t: nisa.rng(t.dst), _bits(np.uint32),
        wanted=lambda a, o: _vector(512),
    ),
    Case(
        "rng/1", {}, dict(dst=out(64, 33, dtype=np.uint8, buffer=PSUM)), lambda t: nisa.rng(t.dst), _bits(np.uint8),
        wanted=lambda a, o: _vector(33)[:64].astype(np.uint8),
    ),
    Case(
        "rng/2", {}, dict(dst=out(dtype=np.int32)), lambda t: nisa.rng(t.dst, engine=GPSIMD), _bits(np.int32),
        wanted=lambda a, o: _drawn(GPSIMD_STATES, 512).view(np.int32),
    ),
    Case(
        "set_rng_seed/0", dict(seed=In(SEED)), dict(state=out(128, 24, dtype=np.uint32)),
        lambda t: nisa.set_rng_seed(t.seed), _seeded, target="trn3",
        finish=lambda t: nisa.rand_get_state(t.state, engine=VECTOR),
    ),
    Case(
        "set_rng_seed/1", dict(seed=In(SEED.view(np.uint32), PSUM)), dict(state=out(128, 24, dtype=np.uint32)),
        lambda t: nisa.set_rng_seed(t.seed), _seeded, target="trn3",
        finish=lambda t: nisa.rand_get_state(t.state, engine=VECTOR),
    ),
]
