"""Arrays of every layout and dtype into kernels; the caller's arrays stay as they are."""

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


@nki.jit
def copied(x):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=x)
    return out


BASE = np.arange(-24, 24, dtype=np.float32).reshape(4, 12)
LAYOUTS = {
    "columns": BASE[:, ::3],
    "reversed": BASE[::-1, ::-1],
    "transposed": BASE.T,
    "fortran": np.asfortranarray(BASE),
    "broadcast": np.broadcast_to(BASE[:1], (5, 12)),
    "big endian": BASE.astype(">f4"),
    "unaligned": np.frombuffer(b"\0" + BASE.tobytes(), np.uint8)[1:].view(np.float32).reshape(4, 12),
    "subclass": BASE.view(np.matrix),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name):
    array = LAYOUTS[name]
    before = array.copy()
    result = copied(array)
    np.testing.assert_array_equal(np.asarray(result), np.asarray(array))
    np.testing.assert_array_equal(array, before)
    assert result.flags.c_contiguous and result.dtype.isnative


def test_read_only_arrays_can_be_read():
    array = BASE.copy()
    array.flags.writeable = False
    np.testing.assert_array_equal(copied(array), array)


DTYPES = [np.bool_, np.int8, np.int16, np.int32, np.uint8, np.uint16, np.uint32, np.float16, np.float32]
SMALL_FLOATS = ["bfloat16", "float8_e4m3", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu"]


@pytest.mark.parametrize(
    "dtype", DTYPES + [getattr(ml_dtypes, name) for name in SMALL_FLOATS], ids=lambda d: d.__name__
)
def test_dtypes_keep_every_bit(dtype):
    size = np.dtype(dtype).itemsize
    words = np.random.default_rng(3).integers(0, 256, (6, 8 * size), np.uint8)
    if dtype is np.bool_:
        words &= 1
    array = words.view(dtype)
    result = copied(array)
    assert result.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(result.view(np.uint8), words)


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint64, np.complex64, object, "U3", "M8[s]"])
def test_dtypes_that_nki_does_not_have(dtype):
    with pytest.raises(TypeError, match="copied: argument 'x' has dtype .*, which NKI does not have"):
        copied(np.zeros((2, 2), dtype))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 4, 2)])
def test_arrays_of_nothing(shape):
    with pytest.raises(ValueError, match=r"copied: argument 'x' has shape \("):
        copied(np.zeros(shape, np.float32))


def test_arrays_without_an_axis_or_with_six():
    with pytest.raises(ValueError, match="at least one axis"):
        copied(np.zeros((), np.float32))
    with pytest.raises(ValueError, match="6 axes; a tensor has at most 5"):
        copied(np.zeros((1,) * 6, np.float32))
    np.testing.assert_array_equal(copied(np.ones((1,) * 5, np.float32)), np.ones((1,) * 5))


def test_one_array_as_two_arguments():
    @nki.jit
    def add_into(x, y):
        a, b = nl.ndarray(x.shape, x.dtype), nl.ndarray(x.shape, x.dtype)
        nisa.dma_copy(dst=a, src=x)
        nisa.dma_copy(dst=b, src=y)
        nisa.tensor_tensor(dst=a, data1=a, data2=b, op=nl.add)
        nisa.dma_copy(dst=x, src=a)
        return x

    array = BASE.copy()
    with pytest.raises(ValueError, match="writes its argument 'x', which shares memory with its argument 'y'"):
        add_into(array, array)
    np.testing.assert_array_equal(array, BASE)
    assert add_into(array, array.copy()) is array
    np.testing.assert_array_equal(array, BASE * 2)


def test_results_are_new_arrays_each_time():
    first = copied(BASE)
    second = copied(BASE)
    first[:] = 0
    np.testing.assert_array_equal(second, BASE)
