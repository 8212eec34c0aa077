"""`if`, `assert`, float() and int() on tiles: values in nki.simulate, a clear refusal while a kernel is traced."""

import nki
import nki.language as nl
import numpy as np
import pytest

X = np.arange(1, 9, dtype=np.float32).reshape(2, 4)
ONES = np.ones((2, 4), np.float32)

# name: (question of a tile, whether it is true of ONES and of X)
QUESTIONS = {
    "greater": (lambda t: nl.greater(t, 5.0), False, False),
    "less": (lambda t: nl.less(t, 5.0), True, False),
    "equal": (lambda t: nl.equal(t, 1.0), True, False),
    "equal tiles": (lambda t: nl.equal(t, t), True, True),
    "a part": (lambda t: nl.greater(t, 3.0)[:, 3:4], False, True),
    "a view": (lambda t: nl.greater(t, 0.5).reshape((2, 2, 2)), True, True),
    "logical_and": (lambda t: nl.logical_and(nl.greater(t, 0.0), nl.less(t, 2.0)), True, False),
    "logical_not": (lambda t: nl.logical_not(nl.greater(t, 5.0)), True, False),
    "all": (lambda t: nl.all(nl.less(t, 5.0), axis=1), True, False),
    "one element": (lambda t: nl.greater(t, 5.0)[1:2, 3:4], False, True),
    "a value": (lambda t: nl.subtract(t, 1.0)[0:1, 0:1], False, False),
}


def asking(question):
    def kernel(x):
        tile = nl.load(x)
        if question(tile):
            tile = nl.multiply(tile, 100.0)
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, tile)
        return out

    return kernel


@pytest.mark.parametrize("name", QUESTIONS)
def test_simulate_knows_the_answer(name):
    question, of_ones, of_x = QUESTIONS[name]
    kernel = nki.simulate(asking(question))
    np.testing.assert_array_equal(kernel(ONES), 100 * ONES if of_ones else ONES)
    np.testing.assert_array_equal(kernel(X), 100 * X if of_x else X)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_trace_says_that_it_does_not_know_it(name):
    with pytest.raises(TypeError, match="truth value of tensor sbuf.* is not known while a kernel is traced.*simulate"):
        nki.jit(asking(QUESTIONS[name][0]))(ONES)


def test_asserts_are_checked_in_simulate():
    def kernel(x):
        assert nl.equal(nl.load(x), 1.0)
        return x

    np.testing.assert_array_equal(nki.simulate(kernel)(ONES), ONES)
    with pytest.raises(AssertionError):
        nki.simulate(kernel)(X)


@pytest.mark.parametrize("run", [nki.jit, nki.simulate])
def test_any_other_tile_of_several_elements_was_given(run):
    assert np.all(run(asking(lambda tile: nl.subtract(tile, tile)))(ONES) == 100)


def test_numbers_of_one_element():
    seen = []

    def kernel(x):
        tile = nl.load(x)
        seen.extend((float(tile[0:1, 1:2]), int(tile[1:2, 3:4]), float(nl.sum(tile[0:1, :], axis=1))))
        return x

    nki.simulate(kernel)(X + 0.5)
    assert seen == [2.5, 8, 12.0] and [*map(type, seen)] == [float, int, float]
    with pytest.raises(TypeError, match=r"float\(\) of tensor sbuf.*not known while a kernel is traced"):
        nki.jit(kernel)(X)


def test_numbers_of_several_elements():
    def kernel(x):
        return float(nl.load(x))

    with pytest.raises(TypeError, match=r"float\(\) of tensor sbuf.0: it has 8 elements; index one"):
        nki.simulate(kernel)(X)
