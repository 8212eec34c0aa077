"""Instructions of Beta 1 whose result has the shape of an operand: masks, data types, places, against NumPy."""

import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_isa_calls import BFLOAT16, BOXES, MASKS, assigned, converted, holds, mask_of, returned

P, F = 40, 24


def _data(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-4, 4, shape).astype(np.float32)


def _scan(a, b, start):
    states = np.empty_like(a)
    state = start
    for i in range(a.shape[1]):
        state = a[:, i] * state + b[:, i]
        states[:, i] = state
    return states


A, B, COLUMN = _data(P, F), _data(P, F, seed=1), _data(P, 1, seed=2)

# name: (call(tiles, mask=, dtype=), arrays, result)
CASES = {
    "activation": (
        lambda a, c, **k: nisa.activation(np.tanh, a, bias=c, scale=0.5, **k),
        (A, COLUMN),
        lambda a, c: np.tanh(a * np.float32(0.5) + c),
    ),
    "activation, scale [P, 1]": (
        lambda a, c, **k: nisa.activation(nl.copy, a, scale=c, **k),
        (A, COLUMN),
        lambda a, c: a * c,
    ),
    "reciprocal": (lambda a, **k: nisa.reciprocal(a, **k), (A,), lambda a: 1 / a),
    "tensor_copy": (lambda a, **k: nisa.tensor_copy(a, **k), (A,), lambda a: a),
    "tensor_scalar": (
        lambda a, c, **k: nisa.tensor_scalar(a, np.subtract, c, True, nl.multiply, 3.0, **k),
        (A, COLUMN),
        lambda a, c: (c - a) * 3,
    ),
    "tensor_tensor": (lambda a, b, **k: nisa.tensor_tensor(a, b, np.maximum, **k), (A, B), np.maximum),
    "scalar_tensor_tensor": (
        lambda a, b, c, **k: nisa.scalar_tensor_tensor(
            data=a, op0=np.multiply, operand0=c, op1=np.subtract, operand1=b, reverse1=True, **k
        ),
        (A, B, COLUMN),
        lambda a, b, c: b - a * c,
    ),
    "dropout": (lambda a, **k: nisa.dropout(a, 0.0, **k), (A,), lambda a: a),
    "dropout of all": (lambda a, **k: nisa.dropout(a, 1.0, **k), (A,), lambda a: 0 * a),
    "affine_select": (
        lambda a, **k: nisa.affine_select(
            2 * nl.arange(P)[:, None] + 3 > 5 * nl.arange(F)[None, :], a, on_false_value=-7.0, **k
        ),
        (A,),
        lambda a: np.where(2 * np.arange(P)[:, None] + 3 > 5 * np.arange(F), a, -7),
    ),
    "affine_select, two comparisons": (
        lambda a, **k: nisa.affine_select(
            (nl.arange(P)[:, None] >= nl.arange(F)[None, :])
            & (nl.arange(P)[:, None] - nl.arange(F)[None, :] <= 6),
            a, -1.0, **k,
        ),
        (A,),
        lambda a: np.where(np.abs(np.arange(P)[:, None] - np.arange(F) - 3) <= 3, a, -1),
    ),
    "affine_select, ==": (
        lambda a, **k: nisa.affine_select(nl.arange(P)[:, None] == nl.arange(F)[None, :], a, 9.0, **k),
        (A,),
        lambda a: np.where(np.arange(P)[:, None] == np.arange(F), a, 9),
    ),
    "iota": (
        lambda **k: nisa.iota(nl.arange(P)[:, None] * 3 - 2 * nl.arange(F)[None, :] + 5, **{"dtype": nl.float32, **k}),
        (),
        lambda: np.float32(3) * np.arange(P)[:, None] - 2 * np.arange(F) + 5,
    ),
    "memset": (
        lambda **k: nisa.memset((P, F), 2.5, **{"dtype": nl.float32, **k}), (), lambda: np.full((P, F), 2.5, np.float32)
    ),
}  # fmt: skip
# Whose elements depend on those before them: a mask leaves columns out at their end alone.
SCAN = (
    lambda a, b, c, **k: nisa.tensor_tensor_scan(a, b, c, np.multiply, np.add, **k),
    (A / 4, B, COLUMN),
    lambda a, b, c: _scan(a, b, c[:, 0]),
)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("case", CASES)
def test_masked(case, mask):
    call, arrays, oracle = CASES[case]
    background = _data(P, F, seed=3)
    got = assigned(lambda *t: call(*t, mask=mask_of(mask, (P, F))), arrays, background=background, place=...)
    want = np.where(holds(mask, (P, F)), oracle(*arrays), background)
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("mask", ["none", "rows", "columns"])
def test_scan(mask):
    call, arrays, oracle = SCAN
    background = _data(P, F, seed=3)
    got = assigned(lambda *t: call(*t, mask=mask_of(mask, (P, F))), arrays, background=background, place=...)
    want = np.where(holds(mask, (P, F)), oracle(*arrays), background)
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("mask", BOXES)
@pytest.mark.parametrize("case", CASES)
def test_what_a_mask_leaves_out_is_undefined(case, mask):
    call, arrays, oracle = CASES[case]
    got = returned(lambda *t: call(*t, mask=mask_of(mask, (P, F))), arrays)
    want = np.where(holds(mask, (P, F)), oracle(*arrays), np.nan)
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("into", ["sbuf", "psum"])
@pytest.mark.parametrize("mask", ["none", "inner", "triangle"])
@pytest.mark.parametrize("case", CASES)
def test_assigned_to_a_part_of_a_tile(case, mask, into):
    call, arrays, oracle = CASES[case]
    background = _data(64 + P, 2 * F + 3, seed=4)
    got = assigned(
        lambda *t: call(*t, mask=mask_of(mask, (P, F))), arrays, background=background,
        place=(slice(64, 64 + P), slice(3, 3 + 2 * F, 2)), into=into,
    )  # fmt: skip
    want = background.copy()
    part = want[64:, 3::2]
    part[...] = np.where(holds(mask, (P, F)), oracle(*arrays), part)
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("mask", ["none", "inner", "triangle"])
@pytest.mark.parametrize("held", [np.float32, BFLOAT16, np.int32])
@pytest.mark.parametrize("made", [None, BFLOAT16, np.int32])
@pytest.mark.parametrize("case", CASES)
def test_converted_to_the_data_type_of_the_tile(case, made, held, mask):
    """The instruction rounds to dtype=, the assignment to that of the tile."""
    call, arrays, oracle = CASES[case]
    background = converted(_data(P, F, seed=5), held)
    options = {} if made is None else {"dtype": made}
    if made is np.int32 and case == "memset":
        pytest.skip("2.5 is no integer")
    got = assigned(lambda *t: call(*t, mask=mask_of(mask, (P, F)), **options), arrays, background=background, place=...)
    value = oracle(*arrays) if made is None else converted(oracle(*arrays), made)
    want = np.where(holds(mask, (P, F)), converted(value, held), background)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got.astype(np.float64), want.astype(np.float64), rtol=2e-6 if made is None else 0.01)
