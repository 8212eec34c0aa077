"""kernel.with_schedule, by the programs of the guide: edges are checked and change no result."""

import copy

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

X = np.arange(1, 9, dtype=np.float32).reshape(2, 4)


@nki.jit
def kernel(t):
    x = nl.load(t)
    a, b, c = (nl.ndarray(t.shape, t.dtype, buffer=nl.sbuf) for _ in range(3))
    nisa.reciprocal(dst=a, data=x, name="recip")
    nisa.tensor_scalar(dst=b, data=x, op0=nl.add, operand0=1, name="plus1")
    nisa.tensor_tensor(dst=c, data1=a, data2=b, op=nl.add)
    out = nl.ndarray(t.shape, t.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=c)
    return out


@pytest.mark.parametrize("edges", [[], [("plus1", "recip")], [("plus1", ["recip"])], (("recip", ["plus1"]),)])
def test_a_schedule_changes_no_result(edges):
    scheduled = kernel.with_schedule(edges)
    np.testing.assert_array_equal(scheduled(X), 1 / X + (X + 1))
    np.testing.assert_array_equal(nki.simulate(scheduled)(X), kernel(X))
    assert scheduled.graph(X).text() == kernel.graph(X).text()
    assert copy.copy(scheduled) is not None and scheduled.__name__ == "kernel"


def test_a_schedule_of_a_launch():
    for scheduled in (kernel[1].with_schedule([("plus1", "recip")]), kernel.with_schedule([("plus1", "recip")])[1]):
        np.testing.assert_array_equal(scheduled(X), kernel(X))
    with pytest.raises(nki.VerifyError, match="schedule-name"):
        kernel[1].with_schedule([("plus1", "minus1")])(X)


def test_names_that_are_not_there():
    scheduled = kernel.with_schedule([("plus1", ["recip", "reciprocal"]), ("plus2", "recip")])
    with pytest.raises(nki.VerifyError) as caught:
        scheduled(X)
    first, second = caught.value.diagnostics
    text = "kernel.with_schedule: no instruction is called 'reciprocal' (name=...); there are plus1, recip"
    assert first["message"] == text and first["rule"] == "schedule-name" and "'plus2'" in second["message"]
    np.testing.assert_array_equal(kernel(X), 1 / X + (X + 1))


def test_a_kernel_without_names():
    unnamed = nki.jit(lambda t: nki.jit(kernel.function)(t)).with_schedule([("a", "b")])
    assert "there are plus1, recip" in str(pytest.raises(nki.VerifyError, unnamed, X).value)


CIRCLES = {
    "itself": ([("a", "a")], "'a' waits for 'a'"),
    "two": ([("a", "b"), ("b", ["c", "a"])], "'[ab]' waits for '[ab]' waits for '[ab]'"),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_circles(name):
    edges, message = CIRCLES[name]
    with pytest.raises(ValueError, match=f"kernel.with_schedule: the edges have no order: {message}"):
        kernel.with_schedule(edges)


@pytest.mark.parametrize("edges", ["ab", [("a",)], [("a", 1)], [("a", ["b", 2])], [(1, "a")], None, [nisa.memset]])
def test_what_is_no_schedule(edges):
    with pytest.raises(TypeError, match="kernel.with_schedule: "):
        kernel.with_schedule(edges)
