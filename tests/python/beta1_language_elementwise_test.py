"""Functions of Beta 1's nki.language element by element, against NumPy and torch."""

import operator

import ml_dtypes
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_calls import call, trace

RNG = np.random.default_rng(7)
A, B = RNG.standard_normal((2, 16, 24)).astype(np.float32)
POSITIVE = RNG.random((16, 24), np.float32) + 0.5
INTEGERS = RNG.integers(1, 100, (16, 24)).astype(np.int32)


def wide_gelu(x):
    import torch

    return torch.nn.functional.gelu(torch.from_numpy(x)).numpy()


def torch_function(name):
    def compute(x):
        import torch

        return getattr(torch.nn.functional, name)(torch.from_numpy(x)).numpy()

    return compute


UNARY = {
    "abs": np.abs, "negative": np.negative, "sign": np.sign, "square": np.square, "exp": np.exp, "sin": np.sin,
    "cos": np.cos, "tan": np.tan, "arctan": np.arctan, "tanh": np.tanh, "ceil": np.ceil, "floor": np.floor,
    "trunc": np.trunc, "relu": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": torch_function("silu"), "gelu": torch_function("gelu"), "mish": torch_function("mish"),
    "softplus": torch_function("softplus"), "copy": np.copy,
}  # fmt: skip
OF_POSITIVE = {
    "sqrt": np.sqrt, "log": np.log, "reciprocal": np.reciprocal, "rsqrt": lambda x: 1 / np.sqrt(x),
}  # fmt: skip
BINARY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, "mod": np.mod, "fmod": np.fmod, "power": np.power, "equal": np.equal,
    "not_equal": np.not_equal, "less": np.less, "less_equal": np.less_equal, "greater": np.greater,
    "greater_equal": np.greater_equal, "logical_and": np.logical_and, "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
}  # fmt: skip
ON_BITS = {
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
    "left_shift": np.left_shift, "right_shift": np.right_shift,
}  # fmt: skip


def close(result, expected, rtol=2e-5):
    assert result.shape == expected.shape
    np.testing.assert_allclose(result.astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=1e-5)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tile(name):
    pytest.importorskip("torch") if name in ("silu", "gelu", "mish", "softplus") else None
    result = call(getattr(nl, name), A)
    assert result.dtype == np.float32
    close(result, UNARY[name](A), 1e-4)


@pytest.mark.parametrize("name", OF_POSITIVE)
def test_functions_of_positive_elements(name):
    close(call(getattr(nl, name), POSITIVE), OF_POSITIVE[name](POSITIVE))


@pytest.mark.parametrize("name", ["exp", "negative", "sin", "floor", "copy"])
def test_the_dtype_of_one_tile_is_kept_or_asked_for(name):
    half = A.astype(np.float16)
    assert call(getattr(nl, name), half).dtype == np.float16
    wide = call(lambda x: getattr(nl, name)(x, dtype=nl.float32), half)
    assert wide.dtype == np.float32
    close(wide, UNARY[name](half.astype(np.float32)), 2e-3)


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_tiles(name):
    x, y = (POSITIVE, B) if name == "power" else (A, B)
    expected = BINARY[name](x, y)
    result = call(getattr(nl, name), x, y)
    assert result.dtype == expected.dtype  # comparisons and logic: bool
    close(result, expected, 1e-4)


@pytest.mark.parametrize("name", BINARY)
def test_numbers_on_either_side(name):
    function, expected = getattr(nl, name), BINARY[name]
    close(call(lambda x: function(x, 1.5), POSITIVE), expected(POSITIVE, np.float32(1.5)), 1e-4)
    close(call(lambda x: function(1.5, x), POSITIVE), expected(np.float32(1.5), POSITIVE), 1e-4)


@pytest.mark.parametrize("name", ON_BITS)
def test_functions_on_bits(name):
    function, expected = getattr(nl, name), ON_BITS[name]
    few = INTEGERS % 5
    result = call(function, INTEGERS, few)
    assert result.dtype == np.int32
    assert np.array_equal(result, expected(INTEGERS, few))
    assert np.array_equal(call(lambda x: function(x, 3), INTEGERS), expected(INTEGERS, 3))
    assert np.array_equal(call(nl.invert, INTEGERS), ~INTEGERS)


SHAPES = [
    ((128, 512), (128, 1)), ((1, 512), (128, 1)), ((128, 1), (1, 512)), ((1, 1), (16, 8)), ((16, 4, 8), (16, 1, 8)),
    ((16, 4, 8), (16, 4, 1)), ((4, 3, 8), (3, 8)), ((4, 3, 8), (1, 8)), ((3, 8), (4, 3, 8)), ((2, 3, 4, 5), (3, 1, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SHAPES)
@pytest.mark.parametrize("name", ["add", "divide", "less"])
def test_shapes_are_broadcast_as_in_numpy(a, b, name):
    x, y = RNG.standard_normal(a).astype(np.float32), RNG.standard_normal(b).astype(np.float32)
    close(call(getattr(nl, name), x, y), BINARY[name](x, y))


def test_one_number_for_each_partition_beside_a_tile_of_more_axes():
    x, y = RNG.random((16, 4, 8), np.float32), RNG.random((16, 1), np.float32)
    close(call(nl.add, x, y), x + y[:, :, None])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"nl.add: shapes \(16, 24\) and \(16, 7\) do not fit: sizes must be equal"):
        call(nl.add, A, np.zeros((16, 7), np.float32))


PROMOTED = [  # nki.api.shared, "NKI Type Promotion", NKI 2.26
    ("int32", "float16", "float16"), ("float32", "bfloat16", "float32"), ("float16", "bfloat16", "float32"),
    ("float8_e4m3", "float16", "float16"), ("float8_e4m3", "bfloat16", "bfloat16"),
    ("float8_e4m3", "float8_e5m2", "bfloat16"), ("int16", "int32", "int32"), ("uint8", "uint16", "uint16"),
    ("uint16", "int32", "int32"), ("int8", "uint8", "int16"), ("int8", "uint16", "int32"),
    ("int32", "uint32", "float32"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "result"), PROMOTED)
@pytest.mark.parametrize("function", [nl.add, nl.divide, nl.maximum])
def test_types_are_promoted(a, b, result, function):
    x, y = (np.full((4, 4), 2).astype(np.dtype(getattr(ml_dtypes, name, name))) for name in (a, b))
    computed = call(function, x, y)
    assert computed.dtype == np.dtype(getattr(ml_dtypes, result, result))
    assert np.all(computed.astype(np.float32) == {nl.add: 4, nl.divide: 1, nl.maximum: 2}[function])
    assert call(lambda x, y: function(x, y, dtype=nl.bfloat16), x, y).dtype == ml_dtypes.bfloat16


NUMBERS = [
    ("int8", 2, "int32"), ("float16", 1.5, "float32"), ("float16", 2, "float16"), ("int32", 1.5, "float32"),
    ("int8", True, "int16"), ("float16", np.float16(1.5), "float16"), ("int8", np.int8(2), "int8"),
    ("uint32", 2, "uint32"), ("float32", np.float64(1.5), "float32"), ("int32", np.int64(2), "int32"),
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "number", "result"), NUMBERS)
def test_numbers_have_a_type(dtype, number, result):
    x = np.full((4, 4), 3, dtype)
    for function in (nl.add, operator.add, lambda x, y: operator.add(y, x), nl.divide):
        computed = call(lambda x, function=function: function(x, number), x)
        assert computed.dtype == result
    assert np.all(call(lambda x: number + x, x) == 3 + number)


OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.lt, operator.le, operator.gt,
    operator.ge, operator.eq, operator.ne,
]  # fmt: skip


@pytest.mark.parametrize("op", OPERATORS)
def test_operators(op):
    close(call(op, A, B), op(A, B), 1e-4)
    close(call(lambda x: op(x, 0.5), A), op(A, np.float32(0.5)), 1e-4)
    close(call(lambda x: op(0.5, x), A), op(np.float32(0.5), A), 1e-4)
    close(call(lambda x: op(np.float32(0.5), x), A), op(np.float32(0.5), A), 1e-4)
    close(call(op, A, B[:, :1]), op(A, B[:, :1]), 1e-4)


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift])
def test_operators_on_bits(op):
    few = INTEGERS % 5
    assert np.array_equal(call(op, INTEGERS, few), op(INTEGERS, few))
    assert np.array_equal(call(lambda x: op(x, 2), INTEGERS), op(INTEGERS, 2))


def test_operators_of_one_tile_and_powers():
    close(call(lambda x: -x, A), -A)
    close(call(abs, A), np.abs(A))
    close(call(operator.invert, INTEGERS).astype(np.float32), (~INTEGERS).astype(np.float32))
    close(call(lambda x: x**2, POSITIVE), POSITIVE**2, 1e-4)
    close(call(lambda x: 2.0**x, POSITIVE), 2**POSITIVE, 1e-4)


def changed(op):
    def function(x, *others):
        kept = x
        x = op(x, *others)
        assert x is kept
        return x

    return function


@pytest.mark.parametrize("op", [operator.iadd, operator.isub, operator.imul, operator.itruediv])
def test_operators_in_place(op):
    plain = getattr(operator, op.__name__[1:])
    close(call(changed(op), A, B), plain(A, B), 1e-4)
    close(call(changed(lambda x: op(x, 2.5)), A), plain(A, np.float32(2.5)), 1e-4)
    close(call(changed(op), A, B[:, :1]), plain(A, B[:, :1]), 1e-4)

    def part(x):
        x[0:5, 3:9] = op(x[0:5, 3:9], 2)
        return x

    expected = A.copy()
    expected[0:5, 3:9] = plain(A[0:5, 3:9], 2)
    close(call(part, A), expected)


def test_large_integers_are_added_exactly():
    x = np.full((4, 4), 2**24 + 1, np.int32)
    assert np.array_equal(call(nl.add, x, x), 2 * x)
    assert np.array_equal(call(nl.subtract, 3 * x, x), 2 * x)


def test_masks_leave_out_what_they_do_not_hold_for():
    def function(x, y):
        i_p, i_f = nl.mgrid[0:100, 0:24]
        result = nl.zeros((100, 24), nl.float32)
        result[i_p, i_f] = nl.add(x, y, mask=(i_p < 10) & (i_f >= 4))
        result[i_p, i_f] = nl.exp(x, mask=i_p >= 96)
        result[i_p, i_f] = nl.divide(x, y[:, 0:1], mask=(i_p == 32) & (i_f < 2))
        return result

    x, y = RNG.random((2, 100, 24), np.float32)
    expected = np.zeros_like(x)
    expected[:10, 4:], expected[96:], expected[32, :2] = (x + y)[:10, 4:], np.exp(x[96:]), x[32, :2] / y[32, 0]
    close(call(function, x, y), expected)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: nl.add(1, 2), "nl.add: x and y are numbers; one must be a tile"),
        (lambda x: nl.divide(1, 2), "nl.divide: x and y are numbers; one must be a tile"),
        (lambda x: nl.exp(3.0), r"nl.exp: x must be a tile .*, got 3.0"),
        (lambda x: nl.add(nl.load(x), "3"), r"nl.add: y must be a tile or a number, got '3'"),
        (lambda x: nl.less(nl.load(x), None), r"nl.less: y must be a tile or a number, got None"),
        (lambda x: nl.copy(None), "nl.copy: src must be a tile"),
        (lambda x: nl.load(x) & nl.load(x), "operators on bits need integers"),
    ],
)
def test_what_is_no_operand_is_refused(function, message):
    with pytest.raises(TypeError, match=message):
        trace(function, A)


def test_tensors_in_hbm_are_refused():
    with pytest.raises(ValueError, match=r"nl.add: x is arrays\[0\] in .*hbm; load it first, by nl.load"):
        trace(lambda x: nl.add(x, 1), A)
