"""nki.simulate: the sentences of AWS's guide (NKI CPU Simulator, 0.6), and the same bits as an ordinary call."""

import os
import pathlib
import subprocess
import sys
import warnings

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.kernels import add, attention, layernorm, matmul, rmsnorm, softmax, transpose
from tests.python import small_kernels
from tests.python.small_kernels import result_of, tile_of

ROOT = pathlib.Path(__file__).parents[2]
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype(np.float32), BFLOAT16]


def random(shape, dtype=np.float32, seed=3):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32).astype(dtype)


def assert_same_bits(a, b):
    assert type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape
    assert a.tobytes() == b.tobytes()


def matrices(*shapes):
    return lambda dtype: [random(shape, dtype, seed) for seed, shape in enumerate(shapes)]


KERNELS = {
    "add": (add.add, matrices((300, 700), (300, 700)), {}),
    "attention": (attention.attention, matrices((2, 200, 40), (2, 200, 40), (2, 200, 40)), {}),
    "causal attention": (attention.attention, matrices((1, 256, 64), (1, 256, 64), (1, 256, 64)), {"causal": True}),
    "layernorm": (layernorm.layernorm, matrices((200, 384), (384,), (384,)), {}),
    "matmul_basic": (matmul.matmul_basic, matrices((128, 64), (128, 512)), {}),
    "matmul_tiled": (matmul.matmul_tiled, matrices((384, 256), (384, 1024)), {}),
    "matmul_hoisted": (matmul.matmul_hoisted, matrices((384, 256), (384, 1024)), {}),
    "matmul_blocked_free": (matmul.matmul_blocked_free, matrices((256, 512), (256, 2048)), {}),
    "matmul_blocked": (matmul.matmul_blocked, matrices((256, 256), (256, 1024)), {"tiles_in_block_m": 2,
                                                                                 "tiles_in_block_n": 2,
                                                                                 "tiles_in_block_k": 2}),
    "rmsnorm": (rmsnorm.rmsnorm, matrices((200, 384), (384,)), {}),
    "softmax": (softmax.softmax, matrices((200, 384)), {}),
    "transpose": (transpose.transpose, matrices((256, 384)), {}),
    "transpose_free": (transpose.transpose_free, matrices((20, 35)), {"rows": 7, "columns": 5}),
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", KERNELS)
def test_the_bits_are_those_of_an_ordinary_call(name, dtype):
    kernel, make, options = KERNELS[name]
    arrays = make(dtype)
    assert_same_bits(nki.simulate(kernel)(*arrays, **options), kernel(*arrays, **options))


def random_kernel(seed):
    """A kernel of random instructions on random parts of tiles, legal by how it is made."""

    @nki.jit
    def kernel(a):
        rng = np.random.default_rng(seed)
        tiles = [tile_of(a) for _ in range(3)]
        psum = nl.ndarray((64, 64), dtype=nl.float32, buffer=nl.psum)
        summed = False
        for _ in range(60):
            x, y, z = (tiles[i] for i in rng.permutation(3))
            width = int(rng.integers(1, 65))
            at, to = (int(rng.integers(0, 65 - width)) for _ in range(2))
            source, other, target = x[:, at : at + width], y[:, to : to + width], z[:, to : to + width]
            match rng.integers(0, 7):
                case 0:
                    nisa.tensor_tensor(dst=target, data1=source, data2=other, op=nl.subtract)
                case 1:
                    nisa.tensor_scalar(dst=target, data=source, op0=nl.multiply, operand0=0.5)
                case 2:
                    nisa.activation(dst=target, op=nl.tanh, data=source)
                case 3:
                    nisa.tensor_reduce(dst=z[:, to : to + 1], op=nl.maximum, data=source, axis=1)
                case 4:
                    columns = psum[0:width, :] if not summed else psum
                    stationary = x if summed else x[:, 0:width]
                    nisa.nc_matmul(dst=columns, stationary=stationary, moving=y)
                    summed = summed or width == 64
                case 5 if summed:
                    nisa.tensor_scalar(dst=z, data=psum, op0=nl.multiply, operand0=2.0**-6)
                case _:
                    nisa.dma_copy(dst=target, src=source)
        return [result_of(tile) for tile in tiles]

    return kernel


@pytest.mark.parametrize("seed", range(20))
def test_random_kernels_give_the_same_bits(seed):
    kernel, a = random_kernel(seed), random((64, 64), seed=seed)
    for simulated, planned in zip(nki.simulate(kernel)(a), kernel(a), strict=True):
        assert_same_bits(simulated, planned)


# ---- what comes in and goes out ----


@nki.jit
def add_kernel(a_ptr, b_ptr):
    """The guide's first example."""
    a, b = nl.load(a_ptr), nl.load(b_ptr)
    result = nl.add(a, b)
    np.testing.assert_array_equal(result.numpy(), a.numpy() + b.numpy())
    out = nl.ndarray(a_ptr.shape, dtype=a_ptr.dtype, buffer=nl.shared_hbm)
    nl.store(out, value=result)
    return out


def test_the_guides_first_example():
    a, b = random((128, 512)), random((128, 512), seed=4)
    np.testing.assert_allclose(nki.simulate(add_kernel)(a, b), a + b, rtol=1e-5)


def test_a_plain_function_is_wrapped():
    def double(a):
        x = tile_of(a)
        nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=2.0)
        return result_of(x)

    a = random((16, 8))
    np.testing.assert_array_equal(nki.simulate(double)(a), a * 2)


def test_other_things_are_refused():
    with pytest.raises(TypeError, match="nki.simulate: takes a kernel, kernel\\[grid\\] or a function, got 3"):
        nki.simulate(3)


@nki.jit
def rows_by_program(a):
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    rows = a.shape[0] // nl.num_programs()
    part = nl.ds(nl.program_id() * rows, rows)
    x = tile_of(a[part, :])
    nisa.tensor_scalar(dst=x, data=x, op0=nl.add, operand0=float(nl.program_id()))
    nisa.dma_copy(dst=out[part, :], src=x)
    return out


def test_a_grid():
    a = random((256, 8))
    expected = a + np.repeat([[0], [1]], 128, axis=0).astype(np.float32)
    np.testing.assert_array_equal(nki.simulate(rows_by_program[2])(a), expected)
    np.testing.assert_array_equal(nki.simulate(rows_by_program)[2](a), expected)


def test_inputs_are_updated_in_place():
    total, a = random((16, 8)), random((16, 8), seed=4)
    expected = total + a
    assert nki.simulate(small_kernels.add_into)(total, a) is total
    np.testing.assert_array_equal(total, expected)


def test_written_inputs_of_any_layout():
    a = np.asfortranarray(random((16, 8)))
    expected = a + 1
    assert nki.simulate(small_kernels.increment)(a) is a
    np.testing.assert_array_equal(a, expected)


def test_a_read_only_input_may_not_be_written():
    a = random((16, 8))
    before = a.copy()
    a.flags.writeable = False
    with pytest.raises(ValueError, match="increment: the kernel writes its argument 'a', but that array is read-only"):
        nki.simulate(small_kernels.increment)(a)
    np.testing.assert_array_equal(a, before)


def test_arguments_that_are_no_arrays_pass_unchanged():
    class Configuration:
        pass

    given, seen = Configuration(), []

    def kernel(a, configuration, names=("x", "y")):
        seen.append((configuration, names))
        return result_of(tile_of(a))

    nki.simulate(kernel)(random((4, 4)), given)
    assert seen[0][0] is given and seen[0][1] == ("x", "y")


def test_arrays_come_as_tensors_in_hbm():
    def kernel(a):
        assert isinstance(a, nl.NkiTensor) and nl.is_hbm(a.buffer)
        return result_of(tile_of(a))

    nki.simulate(kernel)(random((4, 4)))


def test_any_result():
    def kernel(a):
        return {"sum": (result_of(tile_of(a)), 3), "name": "x"}

    a = random((4, 4))
    result = nki.simulate(kernel)(a)
    np.testing.assert_array_equal(result["sum"][0], a)
    assert result["sum"][1] == 3 and result["name"] == "x"
    assert nki.simulate(lambda a: None)(a) is None


def test_the_target_is_that_of_the_variable(monkeypatch):
    seen = []

    def kernel(a):
        seen.append(nl.tile_size.sbuf_fmax_bytes)
        return result_of(tile_of(a))

    for target in ("trn1", "trn2", "gen4"):
        monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", target)
        nki.simulate(kernel)(random((4, 4)))
    assert seen[0] < seen[1] <= seen[2]


def test_any_python_runs():
    """AWS's guide: the simulator accepts classes, closures and dynamic control flow; a kernel may ask what came out."""

    def kernel(a):
        x = tile_of(a)
        passes = 0
        while x.numpy().max() > 1:
            nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=0.5)
            passes += 1
        return result_of(x), passes

    a = np.full((4, 4), 5, np.float32)
    result, passes = nki.simulate(kernel)(a)
    assert passes == 3
    np.testing.assert_array_equal(result, a / 8)


def test_a_kernel_that_calls_kernels():
    def kernel(a):
        small_kernels.increment(a)
        return nki.simulate(small_kernels.scaled)(a)

    a = random((4, 4))
    expected = (a + 1) * 2
    np.testing.assert_array_equal(nki.simulate(kernel)(a), expected)
    np.testing.assert_array_equal(a * 2, expected)


# ---- what is checked ----


def test_uninitialised_memory_is_nan_and_4():
    def kernel(a):
        floats = nl.ndarray((4, 8), dtype=nl.float32, buffer=nl.sbuf)
        halves = nl.ndarray((4, 8), dtype=nl.bfloat16, buffer=nl.psum)
        integers = nl.ndarray((4, 8), dtype=nl.int16, buffer=nl.sbuf)
        hbm = nl.ndarray((4, 8), dtype=nl.uint8, buffer=nl.private_hbm)
        placed = nl.ndarray((4, 8), dtype=nl.float16, buffer=nl.sbuf, address=(32, 64))
        for tensor in (floats, halves, placed):
            assert np.isnan(tensor.numpy().astype(np.float32)).all()
        for tensor in (integers, hbm):
            assert (tensor.numpy() == 4).all()
        return result_of(tile_of(a))

    nki.simulate(kernel)(random((4, 8)))


def reads_unwritten(a):
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x[:, 0:4], src=a[:, 0:4])
    nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=2.0)
    return result_of(x)


def test_computing_on_unwritten_memory_gives_nan_and_a_warning():
    a = random((4, 8))
    with pytest.warns(
        nki.NkiWarning, match=r"data reads partition 0, byte 16 of sbuf.0 .*\[uninitialised-read\]"
    ) as seen:
        result = nki.simulate(reads_unwritten)(a)
    np.testing.assert_array_equal(result[:, :4], a[:, :4] * 2)
    assert np.isnan(result[:, 4:]).all()
    first = reads_unwritten.__code__.co_firstlineno
    assert [(w.filename, w.lineno) for w in seen] == [(__file__, first + 3)]


def test_the_warning_can_be_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error", nki.NkiWarning)
        with pytest.raises(nki.NkiWarning, match="uninitialised-read"):
            nki.simulate(reads_unwritten)(random((4, 8)))


def test_a_result_that_nothing_wrote():
    def kernel(a):
        return nl.ndarray(a.shape, dtype=nl.int32, buffer=nl.shared_hbm)

    with pytest.warns(nki.NkiWarning, match=r"never writes it \[output-unwritten\]"):
        result = nki.simulate(kernel)(random((4, 8)))
    assert (result == 4).all()


def test_each_warning_once_a_line():
    def kernel(a):
        for _ in range(5):
            x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
            nisa.tensor_copy(dst=x, src=x)
        return result_of(x)

    with pytest.warns(nki.NkiWarning) as seen:
        nki.simulate(kernel)(random((4, 8)))
    assert len(seen) == 1


def test_the_guides_bad_kernel():
    def bad_kernel(a):
        return nl.ndarray((256, 512), dtype=nl.float32, buffer=nl.sbuf)

    with pytest.raises(ValueError, match=r"256 partitions; sbuf of trn1 has 128"):
        nki.simulate(bad_kernel)(random((4, 8)))


def test_a_broken_rule_raises_before_its_instruction_runs():
    reached = []

    def kernel(a):
        x = tile_of(a)
        try:
            nisa.tensor_copy(dst=x[:, 0:3], src=x)
        except nki.VerifyError as error:
            reached.append(error)
        nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=2.0)
        return result_of(x)

    a = random((4, 8))
    np.testing.assert_array_equal(nki.simulate(kernel)(a), a * 2)
    [error] = reached
    assert isinstance(error, nisa.NkiValidationError)
    assert error.diagnostics[0]["file"] == __file__
    assert error.diagnostics[0]["line"] == kernel.__code__.co_firstlineno + 3
    assert "src has 8 elements per partition and dst has 3" in str(error)


BROKEN = {
    "overlap": lambda x: nisa.tensor_scalar(dst=x[:, 1:8], data=x[:, 0:7], op0=nl.add, operand0=1.0),
    "register-unset": lambda x: nisa.register_store(nl.ndarray((1, 1), nl.int32), nisa.register_alloc()),
    "sbuf-capacity": lambda x: nl.ndarray((128, 1 << 20), dtype=nl.float32, buffer=nl.sbuf),
    "psum-capacity": lambda x: nl.ndarray((16, 4096), dtype=nl.float32, buffer=nl.psum, address=(0, 2048)),
    "psum-bank": lambda x: nisa.nc_matmul(
        dst=nl.ndarray((8, 1024), dtype=nl.float32, buffer=nl.psum)[:, 508:516], stationary=x, moving=x
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_rules_that_take_more_than_the_instruction(rule):
    def kernel(a):
        x = tile_of(a)
        BROKEN[rule](x)
        return result_of(x)

    with pytest.raises(nki.VerifyError, match=rf"\[{rule}\]"):
        nki.simulate(kernel)(random((4, 8)))


def test_a_tensor_of_a_loop_does_not_exist_outside():
    def kernel(a):
        for _ in nl.dynamic_range(2):
            x = tile_of(a)
        return result_of(x)

    with pytest.raises(nki.VerifyError, match=r"made inside the loop at line \d+ .*\[loop-tensor\]"):
        nki.simulate(kernel)(random((4, 8)))


def test_after_an_error_all_is_as_before():
    def kernel(a):
        small_kernels.increment(a)
        raise ZeroDivisionError("mine")

    a = random((4, 8))
    before = a.copy()
    with pytest.raises(ZeroDivisionError, match="mine"):
        nki.simulate(kernel)(a)
    np.testing.assert_array_equal(a, before)
    np.testing.assert_array_equal(small_kernels.add(a, a), a + a)
    np.testing.assert_array_equal(nki.simulate(small_kernels.add)(a, a), a + a)


def test_results_are_checked():
    with pytest.raises(nki.VerifyError, match="results must be in shared HBM"):
        nki.simulate(tile_of)(random((4, 8)))


def test_a_data_error_names_the_line():
    def kernel(a):
        register = nisa.register_alloc(7)
        x = nl.ndarray((1, 8), dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=x, src=a.ap([[8, 1], [1, 8]], scalar_offset=register))
        return result_of(x)

    line = kernel.__code__.co_firstlineno + 3
    with pytest.raises(nki.RunError, match=rf"simulate_test\.py:{line}: error: dma_copy: scalar_offset is 7"):
        nki.simulate(kernel)(random((4, 8)))


# ---- tensors that share an address ----


def test_tensors_with_one_address_share_their_bytes():
    def kernel(a):
        x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf, address=(0, 256))
        nisa.dma_copy(dst=x, src=a)
        y = nl.ndarray(a.shape, dtype=nl.int32, buffer=nl.sbuf, address=(0, 256))
        np.testing.assert_array_equal(y.numpy().view(np.float32), x.numpy())
        return result_of(y)

    a = random((4, 8))
    np.testing.assert_array_equal(nki.simulate(kernel)(a).view(np.float32), a)
    assert_same_bits(nki.simulate(kernel)(a), nki.jit(_without_numpy)(a))


def _without_numpy(a):
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf, address=(0, 256))
    nisa.dma_copy(dst=x, src=a)
    return result_of(nl.ndarray(a.shape, dtype=nl.int32, buffer=nl.sbuf, address=(0, 256)))


# ---- NKI_SIMULATOR and NKI_PRECISE_FP ----


def test_the_variable_sends_every_kernel_to_the_simulator(monkeypatch):
    seen = []

    @nki.jit
    def kernel(a):
        x = tile_of(a)
        seen.append(x.numpy().sum())
        return result_of(x)

    a = random((4, 8))
    monkeypatch.setenv("NKI_SIMULATOR", "1")
    np.testing.assert_array_equal(kernel(a), a)
    np.testing.assert_array_equal(kernel(a), a)
    assert seen == [a.sum()] * 2
    monkeypatch.setenv("NKI_SIMULATOR", "0")
    with pytest.raises(TypeError, match="has no values while a kernel is traced; call the kernel with nki.simulate"):
        kernel(a)


@pytest.mark.parametrize("file", ["kernels_test.py", "loops_test.py", "two_cores_test.py"])
def test_the_tests_of_kernels_hold_in_the_simulator(file):
    """Against their own oracles; but for what is about traces, slow, or a warning here."""
    others = "not one_trace and not mistakes and not the_graph and not 2048 and not not_initialised and not warned_of"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-k", others, f"tests/python/{file}"]
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NKI_SIMULATOR": "1"}, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stdout


@nki.jit
def through_bfloat16(a):
    x = nl.ndarray(a.shape, dtype=nl.bfloat16, buffer=nl.sbuf)
    nisa.tensor_copy(dst=x, src=tile_of(a))
    return result_of(x)


def test_precise_by_default_and_float32_if_not(monkeypatch):
    a = random((4, 8))
    assert_same_bits(nki.simulate(through_bfloat16)(a), a.astype(BFLOAT16))
    monkeypatch.setenv("NKI_PRECISE_FP", "0")
    assert_same_bits(nki.simulate(through_bfloat16)(a), a)
    monkeypatch.setenv("NKI_PRECISE_FP", "1")
    assert_same_bits(nki.simulate(through_bfloat16)(a), a.astype(BFLOAT16))


def test_a_precision_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("NKI_PRECISE_FP", "yes")
    with pytest.raises(ValueError, match="NKI_PRECISE_FP is 'yes'; it must be 0 or 1"):
        nki.simulate(through_bfloat16)(random((4, 8)))


def test_without_precision_written_inputs_keep_their_dtype(monkeypatch):
    monkeypatch.setenv("NKI_PRECISE_FP", "0")
    a = random((4, 8), BFLOAT16)
    expected = (a.astype(np.float32) + 1).astype(BFLOAT16)
    assert nki.simulate(small_kernels.increment)(a) is a
    assert_same_bits(a, expected)


def test_without_precision_constants_are_float32(monkeypatch):
    values = random((4, 8), BFLOAT16)

    def kernel(a):
        constant = nl.shared_constant(values)
        assert constant.dtype == ("float32" if os.environ["NKI_PRECISE_FP"] == "0" else "bfloat16")
        return result_of(tile_of(constant))

    for precise, dtype in (("0", np.float32), ("1", BFLOAT16)):
        monkeypatch.setenv("NKI_PRECISE_FP", precise)
        assert_same_bits(nki.simulate(kernel)(random((4, 8))), values.astype(dtype))


# ---- memory ----


def test_a_long_loop_runs_in_bounded_memory():
    """20,000 tiles of 64 kB that nobody keeps would take 1.3 GB."""
    script = """
import resource
import nki, nki.isa as nisa, nki.language as nl, numpy as np
def kernel(a):
    for i in range(20_000):
        x = nl.ndarray((128, 128), dtype=nl.float32, buffer=nl.sbuf)
        if i % 1000 == 0:
            nisa.dma_copy(dst=x, src=a)
    for i in nl.dynamic_range(2000):
        y = nl.ndarray((128, 64), dtype=nl.float32, buffer=nl.sbuf)
        nisa.dma_copy(dst=y, src=a.ap([[64, 128], [1, 64]], scalar_offset=nisa.register_alloc(0)))
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=a)
    return out
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
nki.simulate(kernel)(np.zeros((128, 128), np.float32))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 64  # MB


def test_inputs_are_in_hbm_and_results_may_be():
    """As in AWS's simulator; on the device results in private HBM are lost, which a warning says."""

    def copy(a):
        assert a.buffer == nl.hbm
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.hbm)
        nisa.dma_copy(dst=out, src=a)
        return out

    a = np.arange(8, dtype=np.float32).reshape(2, 4)
    with pytest.warns(nki.NkiWarning, match=r"results must be in shared HBM.*\[result-space\]"):
        np.testing.assert_array_equal(nki.simulate(copy)(a), a)
    with pytest.raises(AssertionError):
        nki.jit(copy)(a)


def test_kernels_without_instructions():
    x = np.ones((4, 4), np.float32)
    np.testing.assert_array_equal(nki.simulate(nki.jit(lambda x: x))(x), x)


def test_a_result_made_after_the_last_instruction():
    @nki.jit
    def kernel(x):
        tile = nl.load(x)
        nl.store(x, tile)
        return [nl.ndarray((2, 2), nl.float32, buffer=nl.shared_hbm) for _ in range(100)]

    with pytest.warns(nki.NkiWarning, match="never writes"):
        assert np.isnan(nki.simulate(kernel)(np.ones((4, 4), np.float32))[99]).all()
