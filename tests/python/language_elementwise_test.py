"""nl.add … nl.right_shift and nl.copy on tiles, against NumPy."""

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.language_calls import call, on_chip, returned

ARITHMETIC = ["add", "subtract", "multiply", "divide", "maximum", "minimum"]
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
LOGIC = ["logical_and", "logical_or", "logical_xor"]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"]
SHAPES = [(128, 512), (1, 1), (77, 3, 5), (32, 2, 3, 4), (4, 2, 1, 2, 3)]


def normal(shape, seed=0, dtype=np.float32):
    return (3 * np.random.default_rng(seed).normal(size=shape)).astype(dtype)


def integers(shape, dtype, seed=0, low=None, high=None):
    limits = np.iinfo(dtype)
    low, high = limits.min if low is None else low, limits.max if high is None else high
    return np.random.default_rng(seed).integers(low, high, shape, endpoint=True).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ARITHMETIC + COMPARISONS)
def test_two_tiles(name, shape):
    x, y = normal(shape), normal(shape, 1)
    y.flat[::3] = x.flat[::3]  # some are equal
    np.testing.assert_array_equal(call(getattr(nl, name), x, y), getattr(np, name)(x, y).astype(np.float32))


@pytest.mark.parametrize("name", ARITHMETIC + COMPARISONS)
def test_a_tile_and_a_number_in_either_order(name):
    x = np.array([[-2.0, 1.5, 3.0, 0.25]], np.float32)
    function, expected = getattr(nl, name), getattr(np, name)
    np.testing.assert_array_equal(call(function, x, 1.5), expected(x, np.float32(1.5)).astype(np.float32))
    np.testing.assert_array_equal(call(function, 1.5, x), expected(np.float32(1.5), x).astype(np.float32))


@pytest.mark.parametrize("memories", [("psum", "sbuf"), ("sbuf", "psum"), ("psum", "psum")])
@pytest.mark.parametrize("name", ["add", "maximum", "less"])
def test_operands_in_psum(name, memories):
    x, y = normal((64, 100)), normal((64, 100), 1)
    expected = getattr(np, name)(x, y).astype(np.float32)
    np.testing.assert_array_equal(call(getattr(nl, name), x, y, memories=memories), expected)


@pytest.mark.parametrize(
    "shapes", [((128, 1), (128, 9)), ((5, 1, 4), (5, 3, 1)), ((7, 6), (7, 1)), ((2, 1, 1, 3), (2, 4, 1, 1))]
)
def test_free_axes_of_one_element_repeat(shapes):
    x, y = normal(shapes[0]), normal(shapes[1], 1)
    np.testing.assert_array_equal(call(nl.subtract, x, y), x - y)


@pytest.mark.parametrize("shapes", [((128, 4), (64, 4)), ((1, 4), (8, 4)), ((8, 4), (8, 5)), ((8, 4), (8, 4, 1))])
def test_shapes_that_do_not_fit(shapes):
    with pytest.raises(ValueError, match=r"nl.add: shapes \(\d+, 4\) and .* don't fit"):
        call(nl.add, normal(shapes[0]), normal(shapes[1]))


@pytest.mark.parametrize(
    "x, y, expected",
    [
        ("float32", "bfloat16", "float32"),
        ("float16", "bfloat16", "float32"),
        ("float8_e5m2", "float16", "float16"),
        ("float8_e4m3", "float8_e5m2", "bfloat16"),
        ("int32", "bfloat16", "bfloat16"),
        ("int8", "uint8", "int16"),
        ("uint16", "int8", "int32"),
        ("uint32", "int32", "float32"),
        ("bool", "int8", "int8"),
        ("int8", "int32", "int32"),
        ("uint8", "int16", "int16"),
        ("uint16", "uint8", "uint16"),
    ],
)
def test_dtype_of_two_tiles(x, y, expected):
    ones = [np.ones((2, 2), ml_dtypes.float8_e5m2 if d == "float8_e5m2" else _dtype(d)) for d in (x, y)]
    assert call(nl.add, *ones).dtype.name == call(nl.add, *ones[::-1]).dtype.name == expected


def _dtype(name):
    return getattr(ml_dtypes, name) if hasattr(ml_dtypes, name) else np.dtype(name)


@pytest.mark.parametrize(
    "dtype, number, expected",
    [
        ("bfloat16", 2.5, "bfloat16"),
        ("float32", 2, "float32"),
        ("int16", 2, "int16"),
        ("int16", np.int64(2), "int16"),
        ("uint8", 0.5, "float32"),
        ("int32", np.float32(0.5), "float32"),
    ],
)
def test_a_number_takes_the_dtype_of_the_tile(dtype, number, expected):
    x = np.full((2, 2), 6, _dtype(dtype))
    result = call(nl.multiply, x, number)
    assert result.dtype.name == expected
    np.testing.assert_array_equal(result.astype(np.float32), np.full((2, 2), 6 * float(number)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int32", "int8", "float8_e4m3"])
def test_the_dtype_that_is_asked_for(dtype):
    x = np.array([[0.5, 1.5, 2.5, -1.5, 100.25]], np.float32)
    result = call(nl.add, x, x, dtype=dtype)
    expected = np.rint(x + x).clip(-128, 127) if dtype.startswith("int8") else x + x
    assert result.dtype.name == dtype
    np.testing.assert_array_equal(result, expected.astype(_dtype(dtype)))


def test_a_comparison_has_the_dtype_of_the_tile():
    x = integers((4, 8), np.int16, low=-2, high=2)
    for other in (0.5, x, 1):
        result = call(nl.greater, x, other)
        assert result.dtype == np.int16
        np.testing.assert_array_equal(result, (x > other).astype(np.int16))
    assert call(nl.equal, x, x, dtype=nl.uint8).dtype == np.uint8


def test_int32_is_exact_between_tiles():
    x, y = integers((16, 33), np.int32), integers((16, 33), np.int32, 1)
    for name in ("add", "subtract", "multiply", "maximum", "less"):
        with np.errstate(over="ignore"):
            expected = getattr(np, name)(x, y).astype(np.int32)
        np.testing.assert_array_equal(call(getattr(nl, name), x, y), expected)


def test_integers_divide_to_float32():
    x, y = integers((8, 8), np.int32, low=-50, high=50), integers((8, 8), np.int32, 1, low=1, high=9)
    result = call(nl.divide, x, y)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, (x.astype(np.float32) / y.astype(np.float32)))
    np.testing.assert_array_equal(call(nl.divide, x, 4), x.astype(np.float32) / 4)


def test_power():
    x = np.random.default_rng(0).uniform(0.1, 4, (128, 20)).astype(np.float32)
    y = normal((128, 20), 1)
    np.testing.assert_allclose(call(nl.power, x, y), x.astype(np.float64) ** y, rtol=3e-7)
    np.testing.assert_allclose(call(nl.power, x, 2), x.astype(np.float64) ** 2, rtol=3e-7)


@pytest.mark.parametrize("name, keeps", [("abs_max", np.greater), ("abs_min", np.less)])
def test_magnitudes(name, keeps):
    x, y = normal((32, 40)), normal((32, 1), 1)
    x[:, 0] = -y[:, 0]  # a tie gives y
    expected = np.where(keeps(np.abs(x), np.abs(y)), x, y)
    np.testing.assert_array_equal(call(getattr(nl, name), x, y, target="trn3"), expected)
    with pytest.raises(nki.VerifyError, match="abs-max-min"):
        call(getattr(nl, name), x, y, target="trn2")


@pytest.mark.parametrize("name", LOGIC)
def test_R11_logic(name):
    for x, y in [
        (np.array([[0, 0, 1, 1, 2.5]], np.float32), np.array([[0, 1, 0, 1, -3]], np.float32)),
        (np.array([[0, 0, 1, 1, 7]], np.uint8), np.array([[0, 1, 0, 1, 8]], np.uint8)),
        (np.array([[0, 0, 1, 1, 7]], np.int32), np.array([[0, 1, 0, 1, 8]], np.int32)),
    ]:
        result = call(getattr(nl, name), x, y)
        assert result.dtype == x.dtype
        np.testing.assert_array_equal(result, getattr(np, name)(x, y).astype(x.dtype))
        np.testing.assert_array_equal(call(getattr(nl, name), x, 1), getattr(np, name)(x, 1).astype(x.dtype))


def test_logical_not():
    for dtype in (np.float32, np.uint8, np.int32):
        x = np.array([[0, 1, 0, 1]], dtype)
        np.testing.assert_array_equal(call(nl.logical_not, x), 1 - x)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
@pytest.mark.parametrize("name", BITS)
def test_bits(name, dtype):
    x, y = integers((20, 30), dtype), integers((20, 30), dtype, 1)
    if name.endswith("shift"):
        y = integers((20, 30), dtype, 1, low=0, high=np.iinfo(dtype).bits - 1)
    unsigned = x.view(f"uint{np.iinfo(dtype).bits}")  # a shift to the right fills with zeros
    expected = getattr(np, name)(unsigned, y.view(unsigned.dtype)).view(dtype)
    np.testing.assert_array_equal(call(getattr(nl, name), x, y), expected)
    number = 3
    expected = getattr(np, name)(unsigned, unsigned.dtype.type(number)).view(dtype)
    np.testing.assert_array_equal(call(getattr(nl, name), x, number), expected)


def test_bits_of_two_dtypes_and_as_another():
    x, y = integers((4, 4), np.uint8), integers((4, 4), np.int32, 1, low=0, high=1000)
    result = call(nl.bitwise_or, x, y)
    assert result.dtype == np.int32
    np.testing.assert_array_equal(result, x | y)
    np.testing.assert_array_equal(call(nl.bitwise_and, x, 15, dtype=nl.float32), (x & 15).astype(np.float32))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.uint32])
def test_invert(dtype):
    x = integers((20, 30), dtype)
    np.testing.assert_array_equal(call(nl.invert, x), ~x)


def test_operators_on_bits_want_integers():
    with pytest.raises(TypeError, match="nl.bitwise_and: x is float32; operators on bits need integers"):
        call(nl.bitwise_and, normal((2, 2)), integers((2, 2), np.int32))
    with pytest.raises(TypeError, match="nl.left_shift: y is float; operators on bits need integers"):
        call(nl.left_shift, integers((2, 2), np.int32), 1.5)
    with pytest.raises(TypeError, match="nl.invert: x is float32"):
        call(nl.invert, normal((2, 2)))


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bfloat16", "float32"])
@pytest.mark.parametrize("memory", ["sbuf", "psum"])
def test_copy_keeps_every_bit(dtype, memory):
    x = integers((64, 24), np.uint8).view(_dtype(dtype) if dtype != "uint8" else np.uint8)
    result = call(nl.copy, x, memories=[memory])
    np.testing.assert_array_equal(result.view(np.uint8), x.view(np.uint8))


def test_copy_to_another_dtype():
    x = np.array([[0.5, 1.5, -2.5, 300, -300, 7.25]], np.float32)
    np.testing.assert_array_equal(call(nl.copy, x, dtype=nl.int8), [[0, 2, -2, 127, -128, 7]])  # R17


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda x, hbm: nl.add(1, 2), "nl.add: x and y are numbers; one must be a tile"),
        (lambda x, hbm: nl.add(x, "1"), "nl.add: y must be a tile .*, got '1'"),
        (lambda x, hbm: nl.add(None, x), "nl.add: x must be a tile .*, got None"),
        (lambda x, hbm: nl.add(2, None), "nl.add: y must be a tile"),
        (lambda x, hbm: nl.maximum(hbm, x), "nl.maximum: x is x in shared_hbm, and tiles are in SBUF or PSUM"),
        (lambda x, hbm: nl.add(x, x, dtype="float23"), "float23 is not an NKI data type"),
        (lambda x, hbm: nl.add(x), "missing 1 required positional argument: 'y'"),
        (lambda x, hbm: nl.add(x, x, out=x), "unexpected keyword argument 'out'"),
        (lambda x, hbm: nl.copy([[1]]), "nl.copy: x must be a tile"),
    ],
)
def test_bad_operands(wrong, message):
    def kernel(x):
        wrong(nl.load(x), x)

    with pytest.raises((TypeError, ValueError), match=message):
        nki.jit(kernel)(normal((2, 2)))


def test_operators_are_values_of_op():
    """The same function is called, and passed as op=."""

    @nki.jit
    def kernel(x, y):
        a, b = on_chip(x, "sbuf"), on_chip(y, "sbuf")
        out = nl.ndarray(a.shape, a.dtype)
        nisa.tensor_tensor(out, a, b, nl.multiply)
        nisa.activation(out, nl.square, out)
        return returned(nl.subtract(out, nl.square(nl.multiply(a, b))))

    np.testing.assert_array_equal(kernel(normal((8, 8)), normal((8, 8), 1)), np.zeros((8, 8)))


def test_a_function_that_is_no_operator_is_refused():
    @nki.jit
    def kernel(x):
        nisa.activation(nl.ndarray(x.shape, x.dtype), nl.softmax, nl.load(x))

    with pytest.raises(TypeError, match="activation: op must be an activation function such as nl.exp, got"):
        kernel(normal((2, 2)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_random_shapes_and_dtypes(data):
    names = st.sampled_from(ARITHMETIC[:3] + ARITHMETIC[4:] + COMPARISONS)
    name, dtype = data.draw(names), data.draw(st.sampled_from(["float32", "float16", "bfloat16", "int8", "uint16"]))
    shape = tuple(data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=4)))
    other = shape[:1] + tuple(size if data.draw(st.booleans()) else 1 for size in shape[1:])
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, y = (rng.integers(0, 10, one).astype(_dtype(dtype)) for one in (shape, other))
    if name == "subtract":
        x = np.maximum(x, np.broadcast_to(y, shape))  # unsigned results saturate on the device and wrap in NumPy
    expected = getattr(np, name)(x.astype(np.float32), y.astype(np.float32)).astype(_dtype(dtype))
    np.testing.assert_array_equal(call(getattr(nl, name), x, y), expected)
