"""The tutorial kernels against NumPy in float64 and torch, in float32 and bfloat16."""

import ml_dtypes
import numpy as np
import pytest

from tests.kernels import add, attention, layernorm, matmul, rmsnorm, softmax, transpose

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype(np.float32), BFLOAT16]

# Half a unit in the last place, relative to the value: what storing the result alone costs. Computation is in float32.
ROUNDING = {DTYPES[0]: 2.0**-24, BFLOAT16: 2.0**-8}


def random(rng, shape, dtype):
    return rng.standard_normal(shape, dtype=np.float32).astype(dtype)


def assert_near(result, expected, dtype, float32_steps, relative=False):
    """Within one rounding to dtype, plus `float32_steps` roundings of float32 for the sums on the way.

    Errors are measured against the largest value of each row, since sums cancel; against each value if `relative`.
    """
    assert result.dtype == dtype and result.shape == expected.shape
    scale = np.abs(expected) if relative else np.abs(expected).max(axis=-1, keepdims=True)
    limit = scale * (ROUNDING[dtype] + float32_steps * 2.0**-24) * 1.01
    error = np.abs(result.astype(np.float64) - expected)
    assert (error <= limit).all(), f"error {(error / scale).max():.3g} of the scale, limit {(limit / scale).max():.3g}"


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(128, 512), (256, 1024), (300, 700), (1, 1)])
def test_add(rng, shape, dtype):
    a, b = random(rng, shape, dtype), random(rng, shape, dtype)
    # One float32 addition, rounded once to dtype: for both dtypes this is what NumPy computes.
    np.testing.assert_array_equal(add.add(a, b), (a.astype(np.float32) + b.astype(np.float32)).astype(dtype))
    assert_near(add.add(a, b), add.reference(a, b), dtype, 1, relative=True)


def assert_product(result, lhs_t, rhs):
    # A sum of K float32 products in order: K roundings of partial sums, each at most |lhs|·|rhs|.
    k = lhs_t.shape[0]
    expected = matmul.reference(lhs_t, rhs)
    largest = matmul.reference(np.abs(lhs_t), np.abs(rhs))
    limit = ROUNDING[result.dtype] * np.abs(expected) * 1.01 + largest * k * 2.0**-24
    assert (np.abs(result.astype(np.float64) - expected) <= limit).all()


MATMULS = [
    (matmul.matmul_basic, (64, 512, 128), {}),
    (matmul.matmul_tiled, (128, 512, 128), {}),
    (matmul.matmul_tiled, (256, 1024, 384), {}),
    (matmul.matmul_hoisted, (256, 1024, 384), {}),
    (matmul.matmul_blocked_free, (512, 2048, 256), {}),
    (matmul.matmul_blocked_free, (384, 512, 256), {"tiles_in_block_m": 3, "tiles_in_block_n": 1}),
    (matmul.matmul_blocked, (512, 1024, 512), {"tiles_in_block_m": 2, "tiles_in_block_k": 2}),
    (matmul.matmul_blocked, (256, 2048, 768), {"tiles_in_block_m": 2, "tiles_in_block_n": 2, "tiles_in_block_k": 2}),
    (matmul.matmul_blocked, (128, 1024, 512), {"tiles_in_block_m": 1, "tiles_in_block_n": 2, "tiles_in_block_k": 4}),
    (matmul.matmul_blocked, (2048, 512, 2048), {}),
]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("kernel, sizes, blocks", MATMULS)
def test_matmul(rng, kernel, sizes, blocks, dtype):
    m, n, k = sizes
    lhs_t, rhs = random(rng, (k, m), dtype), random(rng, (k, n), dtype)
    result = kernel(lhs_t, rhs, **blocks)
    assert result.dtype == dtype and result.shape == (m, n)
    assert_product(result, lhs_t, rhs)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_blocked_matmul_of_2048_against_torch(rng, dtype):
    torch = pytest.importorskip("torch")
    lhs_t, rhs = random(rng, (2048, 2048), dtype), random(rng, (2048, 2048), dtype)
    result = torch.from_numpy(matmul.matmul_blocked(lhs_t, rhs).astype(np.float32))
    lhs, right = (torch.from_numpy(x.astype(np.float32)) for x in (lhs_t.T, rhs))
    # Both sum 2048 products of magnitude 1 in float32, in different orders; bfloat16 results add one rounding.
    torch.testing.assert_close(result, lhs @ right, rtol=2.0**-8 if dtype == BFLOAT16 else 0, atol=1e-3)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("kernel", [matmul.matmul_tiled, matmul.matmul_hoisted], ids=lambda kernel: kernel.__name__)
def test_matmul_steps_give_the_same_bits(rng, kernel, dtype):
    """Each step moves loads; the sums stay in the order of K."""
    lhs_t, rhs = random(rng, (256, 256), dtype), random(rng, (256, 1024), dtype)
    blocked = matmul.matmul_blocked(lhs_t, rhs, tiles_in_block_m=2, tiles_in_block_n=1, tiles_in_block_k=2)
    np.testing.assert_array_equal(kernel(lhs_t, rhs), blocked)
    np.testing.assert_array_equal(matmul.matmul_blocked_free(lhs_t, rhs), blocked)


def test_matmul_asserts_are_the_users(rng):
    a = random(rng, (128, 100), DTYPES[0])
    with pytest.raises(AssertionError, match="M is 100; it must be a multiple of 128"):
        matmul.matmul_tiled(a, random(rng, (128, 512), DTYPES[0]))
    with pytest.raises(AssertionError, match="lhs_t has 128 rows and rhs 256"):
        matmul.matmul_tiled(a, random(rng, (256, 512), DTYPES[0]))


ROWS = [(128, 512), (256, 1000), (77, 33), (1, 2048)]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", ROWS)
def test_softmax(rng, shape, dtype):
    x = random(rng, shape, dtype) * dtype.type(4)
    # exp is within 2 steps, its argument (below 50) is rounded to 2^-19 of itself; the sum takes a rounding per column.
    assert_near(softmax.softmax(x), softmax.reference(x), dtype, 40 + shape[1], relative=True)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_softmax_of_large_values(dtype):
    x = np.array([[1e4, 1e4, -1e4], [-3e38, 0, 0]], dtype=dtype)
    np.testing.assert_array_equal(softmax.softmax(x).astype(np.float32), [[0.5, 0.5, 0], [0, 0.5, 0.5]])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", ROWS)
def test_rmsnorm(rng, shape, dtype):
    x, weight = random(rng, shape, dtype), random(rng, shape[1], dtype)
    # The sum of squares takes a rounding per column; the inverse root and two products a few more.
    assert_near(rmsnorm.rmsnorm(x, weight), rmsnorm.reference(x, weight), dtype, shape[1] + 8, relative=True)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", ROWS)
def test_layernorm(rng, shape, dtype):
    x, gamma, beta = random(rng, shape, dtype), random(rng, shape[1], dtype), random(rng, shape[1], dtype)
    assert_near(layernorm.layernorm(x, gamma, beta), layernorm.reference(x, gamma, beta), dtype, 2 * shape[1] + 8)


def test_norms_against_torch(rng):
    torch = pytest.importorskip("torch")
    x, gamma, beta = (torch.from_numpy(random(rng, shape, DTYPES[0])) for shape in ((200, 384), 384, 384))
    ours, theirs = layernorm.layernorm(x, gamma, beta), torch.nn.functional.layer_norm(x, (384,), gamma, beta)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)  # torch's own float32 tolerance is 1.3e-6, per step
    theirs = torch.nn.functional.rms_norm(x, (384,), gamma, eps=1e-6)
    torch.testing.assert_close(rmsnorm.rmsnorm(x, gamma), theirs, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(softmax.softmax(x), torch.softmax(x, -1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [*DTYPES, np.dtype(np.int8), np.dtype(np.int32)], ids=str)
@pytest.mark.parametrize("shape", [(128, 128), (256, 384), (100, 200), (1, 130)])
def test_transpose(rng, shape, dtype):
    x = (random(rng, shape, DTYPES[0]) * 30).astype(dtype)
    np.testing.assert_array_equal(transpose.transpose(x), transpose.reference(x))


@pytest.mark.parametrize("dtype", [*DTYPES, np.dtype(np.int8), np.dtype(np.int32)], ids=str)
@pytest.mark.parametrize("partitions, rows, columns", [(128, 16, 32), (20, 7, 5), (1, 64, 1)])
def test_transpose_free(rng, partitions, rows, columns, dtype):
    x = (random(rng, (partitions, rows * columns), DTYPES[0]) * 30).astype(dtype)
    np.testing.assert_array_equal(
        transpose.transpose_free(x, rows, columns), transpose.reference_free(x, rows, columns)
    )


@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("sizes", [(1, 128, 512, 64), (2, 256, 1024, 128), (2, 200, 200, 40), (1, 1, 700, 16)])
def test_attention(rng, sizes, dtype, causal):
    heads, queries, keys, depth = sizes
    q, k, v = (random(rng, (heads, n, depth), dtype) for n in (queries, keys, keys))
    result = attention.attention(q, k, v, causal=causal)
    expected = attention.reference(q, k, v, causal=causal)
    # Scores below 8 in float32 give weights within 1e-5; bfloat16 weights are off by 2^-8 each, which adds up to
    # at most that share of the largest value, and the result is rounded once more.
    limit = (2e-5 if dtype == DTYPES[0] else 2 * 2.0**-8) * np.abs(v.astype(np.float64)).max()
    assert result.dtype == dtype
    assert np.abs(result.astype(np.float64) - expected).max() <= limit


@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
def test_attention_against_torch(rng, causal):
    torch = pytest.importorskip("torch")
    q, k, v = (torch.from_numpy(random(rng, (2, 640, 64), DTYPES[0])) for _ in range(3))
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    torch.testing.assert_close(attention.attention(q, k, v, causal=causal), theirs, rtol=1e-4, atol=2e-5)
