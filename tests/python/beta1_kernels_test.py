"""The tutorial kernels in the style of Beta 1 against NumPy in float64 and torch, in float32 and bfloat16."""

import ml_dtypes
import numpy as np
import pytest

from tests.kernels.beta1 import attention, convolution, mamba, matmul, norms, pooling, softmax, transpose

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype(np.float32), BFLOAT16]
# What an error may be, relative to the largest value of a row: sums in float32, and bfloat16's half unit in the last
# place for the result (and where a kernel keeps weights in the dtype of its inputs, for those).
LIMIT = {DTYPES[0]: 1e-5, BFLOAT16: 2.0**-7}

each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def random(shape, dtype, seed=0):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32).astype(dtype)


def assert_near(result, expected, factor=1):
    assert result.shape == expected.shape
    scale = np.abs(expected).max(axis=-1, keepdims=True) + 1e-30
    error = np.abs(result.astype(np.float64) - expected) / scale
    assert error.max() <= factor * LIMIT[result.dtype], error.max()


@each_dtype
@pytest.mark.parametrize("shape", [(128, 512), (1, 7), (300, 700)])
@pytest.mark.parametrize("kernel", [softmax.softmax, softmax.softmax_isa], ids=lambda kernel: kernel.__name__)
def test_softmax(kernel, shape, dtype):
    x = random(shape, dtype)
    result = kernel(x)
    assert result.dtype == dtype
    assert_near(result, softmax.reference(x))


@each_dtype
@pytest.mark.parametrize("shape", [(128, 512), (200, 96)])
def test_rmsnorm(shape, dtype):
    x, weight = random(shape, dtype), random(shape[1:], dtype, 1)
    assert_near(norms.rmsnorm(x, weight), norms.rmsnorm_reference(x, weight))


@each_dtype
@pytest.mark.parametrize("shape", [(128, 512), (200, 700), (3, 1024)])
def test_layernorm(shape, dtype):
    x, gamma, beta = random(shape, dtype), random(shape[1:], dtype, 1), random(shape[1:], dtype, 2)
    assert_near(norms.layernorm(x, gamma, beta), norms.layernorm_reference(x, gamma, beta), 2)


MATMULS = [
    (matmul.matmul_basic, (64, 512, 128)),
    (matmul.matmul_tiled, (128, 512, 128)),
    (matmul.matmul_tiled, (256, 1024, 384)),
    (matmul.matmul_hoisted, (256, 1024, 384)),
    (matmul.matmul_blocked, (512, 1024, 512)),
    (matmul.matmul_ragged, (200, 700, 300)),
    (matmul.matmul_ragged, (1, 1, 1)),
]


@each_dtype
@pytest.mark.parametrize("kernel, sizes", MATMULS)
def test_matmul(kernel, sizes, dtype):
    m, n, k = sizes
    lhs_t, rhs = random((k, m), dtype), random((k, n), dtype, 1)
    assert_near(kernel(lhs_t, rhs), matmul.reference(lhs_t, rhs), 4)


@pytest.mark.parametrize("dtype", [*DTYPES, np.dtype(np.int8)], ids=str)
def test_transposes_keep_bits(dtype):
    x = (100 * random((128, 12 * 20), np.float32)).astype(dtype)
    wanted = x.reshape(128, 12, 20).transpose(0, 2, 1).reshape(x.shape)
    np.testing.assert_array_equal(transpose.transpose_free(x, (12, 20)), wanted)
    if dtype != np.int8:  # the Tensor engine takes no integers
        y = random((300, 200), dtype)
        np.testing.assert_array_equal(transpose.transpose(y), y.T)


@each_dtype
def test_pooling(dtype):
    x = random((16, 24, 36), dtype)
    wide = x.astype(np.float64)
    assert_near(pooling.average_pool(x, 3), pooling.windows(wide, 3, 3).mean((3, 4)))
    np.testing.assert_array_equal(pooling.max_pool_overlapping(x, 3), pooling.windows(x, 3, 1).max((3, 4)))


@each_dtype
@pytest.mark.parametrize("pool", [1, 2])
def test_convolution_against_torch(dtype, pool):
    torch = pytest.importorskip("torch")
    image, weights, bias = random((2, 32, 18, 34), dtype), random((64, 32, 3, 3), dtype, 1), random((64,), dtype, 2)
    operands = [torch.from_numpy(each.astype(np.float64)) for each in (image, weights, bias)]
    wanted = torch.nn.functional.max_pool2d(torch.nn.functional.conv2d(*operands), pool)
    assert_near(convolution.conv2d_max_pool(image, weights, bias, pool=pool), wanted.numpy(), 2)


@each_dtype
def test_mamba(dtype):
    delta, u = np.abs(random((2, 128, 64), dtype)), random((2, 128, 64), dtype, 1)
    a, b, c = -np.abs(random((128, 4), np.float32, 2)), random((2, 4, 64), dtype, 3), random((2, 4, 64), dtype, 4)
    assert_near(mamba.mamba(delta, u, a, b, c), mamba.reference(delta, u, a, b, c), 4)


@each_dtype
@pytest.mark.parametrize("causal", [True, False])
def test_flash_attention_on_a_grid(dtype, causal):
    shape = (2, 2, 64, 1024)
    q, k = random(shape, dtype), random(shape, dtype, 1)
    v = random((2, 2, 1024, 64), dtype, 2)
    result = attention.flash_attention[2, 2](q, k, v, causal=causal)
    assert_near(result, attention.reference(q, k, v, causal), 2 if dtype == BFLOAT16 else 4)
