"""NkiTensor.rearrange against NumPy's reshape and transpose."""

import nki
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.language_calls import returned


def rearranged(array, *arguments, on_chip=True, **keywords):
    """array.rearrange(...) by a kernel, of a tile or of the tensor in HBM."""

    @nki.jit
    def kernel(x):
        view = (nl.load(x) if on_chip else x).rearrange(*arguments, **keywords)
        if on_chip:
            return returned(view)
        out = nl.ndarray(view.shape, view.dtype, buffer=nl.shared_hbm)
        nki.isa.dma_copy(out, view)
        return out

    return kernel(array)


def counting(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_the_example_of_the_manual():
    x = counting(128, 24)
    result = rearranged(x, ("b", ("h", "w")), ("b", "w", "h"), {"h": 4})
    np.testing.assert_array_equal(result, x.reshape(128, 4, 6).transpose(0, 2, 1))


@pytest.mark.parametrize("sizes", [{"h": 4}, {"w": 6}, {"h": 4, "w": 6}, {"h": 4, "w": 6, "b": 8}])
def test_sizes_that_are_enough(sizes):
    x = counting(8, 24)
    result = rearranged(x, src_pattern=["b", ["h", "w"]], dst_pattern=["b", "w", "h"], fixed_sizes=sizes)
    np.testing.assert_array_equal(result, x.reshape(8, 4, 6).transpose(0, 2, 1))


def test_joins():
    x = counting(8, 2, 3, 4)
    joined = rearranged(x, ("p", "a", "b", "c"), ("p", "a", ("b", "c")))
    np.testing.assert_array_equal(joined, x.reshape(8, 2, 12))
    across = rearranged(x, ("p", "a", "b", "c"), ("p", ("a", "b", "c")), None)
    np.testing.assert_array_equal(across, x.reshape(8, 24))
    in_hbm = rearranged(x, ("p", "a", "b", "c"), ("b", ("p", "a"), "c"), on_chip=False)
    np.testing.assert_array_equal(in_hbm, x.transpose(2, 0, 1, 3).reshape(3, 16, 4))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_random_splits_and_orders(data):
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=3, max_size=4))
    names = [f"axis{i}" for i in range(len(sizes))]
    order = [0, *data.draw(st.permutations(range(1, len(sizes))))]
    cut = data.draw(st.integers(1, len(sizes) - 1))
    x = counting(*sizes[:cut], int(np.prod(sizes[cut:])))
    source = (*names[:cut], tuple(names[cut:]))
    result = rearranged(x, source, tuple(names[i] for i in order), dict(zip(names[cut:], sizes[cut:], strict=True)))
    np.testing.assert_array_equal(result, x.reshape(sizes).transpose(order))


REFUSED = [
    ((("b",), ("b",)), "rearrange: src_pattern has 1 axes and the tensor 2"),
    ((("b", "c"), ("b",)), "rearrange: dst_pattern must name every axis of src_pattern once"),
    ((("b", "c"), ("b", "d")), "rearrange: dst_pattern must name every axis"),
    ((("b", "b"), ("b", "b")), "rearrange: src_pattern names 'b' twice"),
    ((("b", ("h", "w")), ("b", "w", "h")), "of the group that starts with 'h' all sizes but one must be in"),
    ((("b", ("h", "w")), ("b", "w", "h"), {"h": 5}), "reshape"),
    ((("b", ("h", "w")), ("b", "w", "h"), {"h": 4, "w": 5}), "reshape"),
    ((("b", "c"), ("b", "c"), {"c": 7}), "rearrange: fixed_sizes gives 'c' 7 elements; the axis has 24"),
    ((("b", "c"), ("b", "c"), {"d": 7}), "rearrange: fixed_sizes names 'd', which is no axis"),
    ((("b", "c"), ("c", "b")), "partition axis"),
    (("b c", ("b", "c")), "rearrange: src_pattern and dst_pattern are tuples of names, as in "),
    ((("b", "c"), ("b", 1)), "rearrange: dst_pattern must hold names and tuples of names, got 1"),
    ((("b", ("c", 1)), ("b", "c")), r"rearrange: src_pattern must hold names and tuples of names, got \('c', 1\)"),
    ((("b", ()), ("b",)), r"rearrange: src_pattern must hold names and tuples of names, got \(\)"),
    ((("b", "c"), ("b", "c"), 3), "rearrange: fixed_sizes must be a dict"),
    ((("b", "c"), ("b", "c"), {"c": "7"}), "rearrange: a fixed size must be an integer, got '7'"),
    ((("b", "c"), ("b", "c"), {1: 7}), "rearrange: fixed_sizes names 1, which is no axis"),
]


@pytest.mark.parametrize("arguments, message", REFUSED)
def test_refused(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        rearranged(counting(8, 24), *arguments)


def test_joining_what_does_not_lie_side_by_side_is_refused():
    with pytest.raises(ValueError, match="flatten_dims"):
        rearranged(counting(8, 2, 3), ("p", "a", "b"), ("p", ("b", "a")))
