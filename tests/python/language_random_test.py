"""nl.rand, nl.random_seed and nl.dropout: the bits are ours, but a seed repeats them and the numbers are uniform."""

import nki
import nki.language as nl
import numpy as np
import pytest

from tests.python.language_calls import call, returned


def randoms(seeds, target, shape=(128, 64), dtype=nl.float32, buffer=nl.sbuf):
    """The tiles that nl.rand gives after each seed; a seed of None is not set."""

    @nki.jit(platform_target=target)
    def kernel(x):
        tiles = []
        for seed in seeds:
            if seed is not None:
                nl.random_seed(nl.full((1, 1), seed, nl.int32))
            tile = nl.rand(shape, dtype, buffer)
            tiles.append(returned(tile) if nl.is_on_chip(buffer) else tile)
        return tuple(tiles)

    return kernel(np.zeros((1, 1), np.float32))


@pytest.mark.parametrize("target", ["trn1", "trn3"])
def test_R01_a_seed_repeats_its_numbers(target):
    first, second, again, other = randoms([42, None, 42, 43], target)
    np.testing.assert_array_equal(first, again)
    assert (first != second).mean() > 0.9 and (first != other).mean() > 0.9


@pytest.mark.parametrize("target", ["trn1", "trn3"])
@pytest.mark.parametrize("buffer", [nl.sbuf, nl.psum, nl.shared_hbm])
def test_R01_numbers_are_uniform(target, buffer):
    (numbers,) = randoms([7], target, (128, 300), buffer=buffer)
    assert 0 <= numbers.min() < 1e-3 and 0.999 < numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 0.01 and abs(numbers.var() - 1 / 12) < 0.005
    assert np.unique(numbers).size > 0.9 * numbers.size


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_R01_dropout(rate):
    x = np.random.default_rng(0).uniform(1, 2, (128, 400)).astype(np.float32)
    result = call(nl.dropout, x, rate=rate)
    kept = result != 0
    np.testing.assert_array_equal(result[kept], x[kept])
    assert abs(1 - kept.mean() - rate) < 0.01
    assert call(nl.dropout, x, rate=rate, dtype=nl.bfloat16).dtype.name == "bfloat16"


def test_dropout_by_partition():
    x, rates = np.ones((128, 400), np.float32), np.linspace(0, 1, 128, dtype=np.float32).reshape(128, 1)
    dropped = (call(nl.dropout, x, rates) == 0).mean(1)
    assert np.abs(dropped - rates[:, 0]).max() < 0.15


def test_a_seed_is_a_tile():
    with pytest.raises(TypeError, match=r"nl.random_seed: seed must be a tile \[1, 1\], got 42; say nl.full"):
        call(lambda x: nl.random_seed(42), np.ones((2, 2), np.float32))
