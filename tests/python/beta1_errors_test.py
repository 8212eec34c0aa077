"""What kernels of Beta 1 are told when something is wrong; each text names what, where and what to do."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import nki as today
import nki.isa as today_isa
import nki.language as today_nl
import numpy as np
import pytest

X = np.zeros((100, 64), np.float32)
ROWS, COLUMNS = nl.arange(100)[:, None], nl.arange(64)[None, :]


def stored(a, tile):
    out = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
    nl.store(out, tile)
    return out


REFUSED = {
    "mask of another shape": (
        lambda a: nl.load(a[ROWS, COLUMNS], mask=nl.arange(33)[:, None] < 5),
        ValueError,
        r"mask: its shape \(33, 1\) does not fit \(100, 64\)",
    ),
    "mask that is none": (lambda a: nl.load(a, mask=3), TypeError, "mask: must be a comparison of index expressions"),
    "masks joined by and": (
        lambda a: nl.load(a[ROWS, COLUMNS], mask=(ROWS < 5) and (COLUMNS < 3)),
        TypeError,
        "a mask has no truth value.* Join masks by & and not by `and`",
    ),
    "no mask at a ragged edge": (
        lambda a: nl.load(a[nl.arange(128)[:, None], COLUMNS]),
        IndexError,
        r"index: 127 on axis 0 of a\[100, 64\] .* out of bounds; the axis has 100 elements. Give .* a mask=",
    ),
    "indices without a pattern": (
        lambda a: nl.load(a[ROWS, (COLUMNS * COLUMNS) % 61]),
        ValueError,
        r"index: these indices of a\[100, 64\] .* can't be expressed as an access pattern",
    ),
    "arange without axes": (
        lambda a: nl.load(a[nl.arange(100), 0]),
        ValueError,
        r"index: axis 0 of a.* nl.arange without axes; say nl.arange\(...\)\[:, None\]",
    ),
    "indices and slices": (
        lambda a: nl.load(a[ROWS, 0:4]),
        TypeError,
        "index: one subscript of a.* has both index expressions .* and slices",
    ),
    "an array": (
        lambda a: nl.load(X),
        TypeError,
        "nl.load: src must be a tensor in HBM, got a numpy.ndarray; pass arrays to the kernel as arguments",
    ),
    "truth of a tile": (lambda a: nl.load(a) and 1, TypeError, "tile sbuf.0 has no truth value"),
    "a function of NumPy": (lambda a: np.exp(nl.load(a)), TypeError, "np.exp can't compute with tiles: use nl.exp"),
    "reduced partitions": (lambda a: nl.sum(nl.load(a), axis=0), ValueError, "nl.sum: axis is 0 .* not the partition"),
    "an element of HBM": (
        lambda a: a.__setitem__((0, 0), 1.0),
        TypeError,
        "assignment to a, which is in shared_hbm: write it by nl.store",
    ),
    "a tensor of today's nki": (
        lambda a: nl.load(today_nl.ndarray((4, 4), today_nl.float32, buffer=today_nl.shared_hbm)),
        TypeError,
        "nl.load: src must be .* a tensor of nki, and this is neuronxcc.nki: a kernel uses the functions of one",
    ),
}


@pytest.mark.parametrize("function, kind, text", REFUSED.values(), ids=REFUSED.keys())
def test_refused(function, kind, text):
    kernel = nki.jit(lambda a: stored(a, function(a)))
    with pytest.raises(kind, match=text):
        kernel(X)
    assert np.array_equal(nki.jit(lambda a: stored(a, nl.load(a)))(X), X)  # the next call works


def test_results_must_be_stored():
    with pytest.raises(today.VerifyError, match="returned sbuf.0 .* results must be .* write it with nl.store"):
        nki.jit(lambda a: nl.load(a))(X)


def test_calls_outside_a_kernel():
    make = lambda: nl.ndarray((1, 1), "int8")  # noqa: E731
    for call in (lambda: nl.load(X), lambda: nl.add(X, X), lambda: nisa.tensor_copy(X), make):
        with pytest.raises(today.NkiError, match="was called outside a kernel; call it inside a function"):
            call()


def test_today_says_who_has_a_name_of_beta1():
    with pytest.raises(AttributeError, match="nki.language.arange .* find it in neuronxcc.nki.language$"):
        _ = today_nl.arange
    with pytest.raises(AttributeError, match="nki.benchmark was removed .* find it in neuronxcc.nki$"):
        _ = today.benchmark
    with pytest.raises(TypeError, match="tensor_copy: src is required and missing"):
        today.jit(lambda a: today_isa.tensor_copy(today_nl.load(a)))(X)


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda a: nisa.tensor_copy(dst=a, src=a), "nisa.tensor_copy: no argument is called 'dst'"),
        (lambda a: nisa.activation(dst=a, op=nl.exp, data=a), r"write tile\[...\] = nisa.activation\(...\)"),
        (lambda a: nl.exp(a, dst=a), "nl.exp: no argument is called 'dst'"),
    ],
)
def test_a_destination_as_today_has_it(call, says):
    with pytest.raises(TypeError, match=says):
        nki.jit(lambda a: stored(a, call(nl.load(a))))(X)


def test_arguments_that_beta1_ignores_are_said():
    kernel = nki.jit(lambda a: stored(a, nl.add(nl.load(a, maks=True), 1.0, egnine=3, name="sum")))
    with pytest.warns(today.NkiWarning) as said:
        assert np.array_equal(kernel(X), X + 1)
    texts = [str(each.message) for each in said]
    assert texts == [
        "nl.load: no argument is called 'maks', and Beta 1 ignores it",
        "nl.add: no argument is called 'egnine', and Beta 1 ignores it",
    ]
    assert {each.filename for each in said} == {__file__}
