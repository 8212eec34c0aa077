"""The ways to run kernels of neuronxcc.nki: jit and its modes, trace, baremetal, benchmark, profile."""

import warnings

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import nki as todays
import numpy as np
import pytest
from nki._beta1 import latency

A, B = np.random.default_rng(0).random((2, 128, 512), np.float32)


def add(a, b):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nl.store(c, nl.load(a) + nl.load(b))
    return c


@pytest.mark.parametrize("mode", ["auto", "jax", "torchxla", "baremetal", "benchmark", "simulation", "trace"])
def test_every_mode_runs(mode):
    assert np.array_equal(nki.jit(add, mode=mode)(A, B), A + B)
    assert np.array_equal(nki.jit(mode=mode)(add)(A, B), A + B)


OPTIONS = {
    "debug_kernel": True,
    "show_compiler_tb": True,
    "experimental_flags": "x",
    "enable_out_of_bound_check": False,
    "additional_compile_opt": "-O1",
    "kernel_return": False,
    "disable_allocation_opt": True,
    "artifacts_dir": "debug",
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_the_compiler_are_accepted(name):
    for decorator in (nki.jit, nki.trace, nki.baremetal, nki.benchmark):
        with pytest.warns(DeprecationWarning, match=f"{name} has no meaning in nki-py") as told:
            kernel = decorator(**{name: OPTIONS[name]})(add)
        assert [warning.filename for warning in told] == [__file__]
        assert np.array_equal(kernel(A, B), A + B)


def test_the_target_is_that_of_the_option():
    @nki.jit(platform_target="trn2")
    def version(a):
        assert nisa.get_nc_version() == nisa.nc_version.gen3
        return add(a, a)

    assert np.array_equal(version(A), 2 * A)
    assert nki.jit(version).platform_target == "trn2"
    assert nki.jit(version) is version
    assert nki.jit(version, platform_target="trn1").platform_target == "trn1"
    assert nki.benchmark(version).platform_target == "trn2"


def test_the_grid_of_the_option_is_that_of_plain_calls():
    @nki.jit(grid=(2, nl.nc(2)))
    def kernel(a):
        c = nl.ndarray((2, 2, 1, 1), dtype=nl.int32, buffer=nl.shared_hbm)
        nl.store(c[nl.program_id(0), nl.program_id(1)], nl.full((1, 1), nl.num_programs(), nl.int32))
        return c

    assert (kernel(A) == 4).all()


REFUSED = [
    (
        lambda: nki.jit(add, colour=1),
        TypeError,
        "nki.jit: no option is called 'colour'; there are additional_compile_opt",
    ),
    (lambda: nki.trace(add, colour=1), TypeError, "nki.trace: no option is called 'colour'"),
    (lambda: nki.benchmark(add, loops=1), TypeError, "nki.benchmark: no option is called 'loops'"),
    (lambda: nki.jit(add, warmup=1), TypeError, "nki.jit: no option is called 'warmup'"),
    (lambda: nki.jit(add, mode="cuda"), ValueError, "nki.jit: mode must be one of auto, jax, .*, got 'cuda'"),
    (lambda: nki.jit(3), TypeError, "nki.jit: takes a function or a kernel, got 3"),
    (lambda: nki.baremetal(nki.jit(add)[2]), TypeError, "nki.baremetal: takes add itself; the grid comes after"),
    (lambda: nki.jit(todays.jit(add)), TypeError, "nki.jit: add is a kernel of today's nki.jit"),
    (lambda: nki.simulate_kernel(todays.jit(add), A, B), TypeError, "add is a kernel of today's nki.jit"),
    (lambda: nki.simulate_kernel(3), TypeError, "nki.simulate_kernel: takes a function or a kernel, got 3"),
    (lambda: nki.jit(add, platform_target="trn9"), ValueError, "target 'trn9' is not known; there are trn1"),
    (lambda: nki.jit(add, platform_target=2), TypeError, "nki.jit: platform_target must be a string .*, got 2"),
    (lambda: nki.jit(add, grid=0), ValueError, r"takes positive integers, .* got kernel\[0\]"),
    (lambda: nki.benchmark(add, iters=0), ValueError, "nki.benchmark: iters must be at least 1, got 0"),
    (lambda: nki.benchmark(add, warmup=-1), ValueError, "nki.benchmark: warmup must be at least 0, got -1"),
    (lambda: nki.benchmark(add, iters="5"), TypeError, "nki.benchmark: iters must be an integer, got '5'"),
    (lambda: nki.benchmark(add, save_neff_name=3), TypeError, "nki.benchmark: save_neff_name must be a path, got 3"),
    (
        lambda: nki.baremetal(add, save_neff_name="a.neff", save_trace_name="b.ntff"),
        ValueError,
        "nki.baremetal: beside save_trace_name, save_neff_name must be 'file.neff', got 'a.neff'",
    ),
    (lambda: nki.profile(add), ValueError, "nki.profile: working_directory must be an absolute path, got None"),
    (lambda: nki.profile(add, working_directory="here"), ValueError, "absolute path, got 'here'"),
    (lambda: nki.profile(add, working_directory=3), TypeError, "nki.profile: working_directory must be a path, got 3"),
    (lambda: nki.profile(add, working_directory="/x", profile_nth=0), ValueError, "profile_nth must be at least 1"),
    (
        lambda: nki.profile(add, working_directory="/x", overwrite=1),
        TypeError,
        "overwrite must be True or False, got 1",
    ),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("call, error, message", REFUSED)
def test_refusals_name_the_argument(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_simulate_kernel_takes_kernels_launches_and_functions():
    kernel = nki.jit(add)
    for each in (kernel, kernel[1], kernel[2, 1], nki.trace(add), add):
        assert np.array_equal(nki.simulate_kernel(each, A, b=B), A + B)


def test_baremetal_returns_the_outputs():
    with pytest.warns(DeprecationWarning, match="nki.baremetal: save_neff_name has no meaning in nki-py"):
        kernel = nki.baremetal(save_neff_name="file.neff")(add)
    assert np.array_equal(kernel(A, B), A + B)
    assert np.array_equal(nki.baremetal(nki.jit(add))(A, B), A + B)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_benchmarked_kernel_has_percentiles():
    @nki.benchmark(warmup=5, iters=10, save_neff_name="file.neff", save_trace_name="profile.ntff")
    def kernel(a, b):
        return add(a, b)

    with pytest.raises(AttributeError, match="kernel has no benchmark_result before it is called"):
        kernel.benchmark_result  # noqa: B018
    assert np.array_equal(kernel(A, B), A + B)
    found = kernel.benchmark_result.nc_latency
    times = {found.get_latency_percentile(p) for p in (0, 1, 10, 25, 50, 90, 99, 100)}
    # Two loads and a store of 256 KiB, at 272 bytes per ns, take longer than the addition does.
    assert times == {3 * 128 * 512 * 4 / 272 / 1e3}
    for percentile in (2, 95, -1, 101, "50", True, None):
        with pytest.raises(ValueError, match=f"0, 1, 10, 25, 50, 90, 99, 100, got {percentile!r}"):
            found.get_latency_percentile(percentile)


def test_an_estimate_is_of_the_busiest_engine():
    @nki.benchmark
    def kernel(a):
        c = nl.ndarray((128, 64), dtype=nl.float32, buffer=nl.shared_hbm)
        x = nl.load(a[:, 0:64])
        for _ in nl.affine_range(100):
            x[...] = nisa.tensor_scalar(x, np.add, 1.0)
        nl.store(c, x)
        return c

    assert np.allclose(kernel(A), A[:, :64] + 100)
    cycles = kernel.plan(A).summary["engine_cycles"]["vector"]
    assert cycles >= 100 * 64  # 64 elements in each partition, and no instruction in less than 64 cycles
    assert kernel.benchmark_result.nc_latency.get_latency_percentile(50) == pytest.approx(cycles / 1.12 / 1e3)


def test_a_grid_is_benchmarked_on_the_kernel():
    kernel = nki.benchmark(nki.jit(add))
    kernel(A, B)
    once = kernel.benchmark_result.nc_latency.get_latency_percentile(99)
    launch = kernel[2]
    launch(A, B)
    assert launch.benchmark_result.nc_latency.get_latency_percentile(99) == pytest.approx(2 * once)
    assert kernel.benchmark_result.nc_latency.get_latency_percentile(99) == pytest.approx(2 * once)
    assert latency.microseconds(kernel.specializations()[0].plan, "trn1") == pytest.approx(once)


def test_a_profiled_kernel_runs_and_says_that_it_writes_nothing(tmp_path):
    with pytest.warns(todays.NkiWarning, match=f"nki.profile: nki-py writes no profile to {tmp_path}") as told:
        kernel = nki.profile(working_directory=str(tmp_path), save_neff_name="a.neff", profile_nth=2, overwrite=True)(
            add
        )
    assert [warning.filename for warning in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(kernel(A, B), A + B)
    assert list(tmp_path.iterdir()) == []


class Pages(nki.FrameworkKernel):
    """A binding of a framework whose tensors are lists."""

    def is_framework_tensor(self, t):
        return isinstance(t, bytearray)

    def map_framework_tensor(self, t):
        return (128, len(t) // 512), "f"

    def translate_to_neuron_dtype(self, _dtype):
        return np.dtype(_dtype)


def test_a_binding_of_another_framework_gets_a_key():
    a, b, c = [bytearray(values.tobytes()) for values in (A, B, np.zeros_like(A))]
    key, inputs, outputs = Pages(func=add, func_name="add", grid=(1,)).dump_config(a, b=b)
    assert (inputs, len(outputs)) == (["a", "b"], 1)
    addresses = [np.frombuffer(buffer, np.float32).ctypes.data for buffer in (a, b, c)]
    todays._core.run_pointers(key, addresses[:2], addresses[2:])
    assert np.array_equal(np.frombuffer(c, np.float32).reshape(A.shape), A + B)
    with pytest.raises(TypeError, match="abstract class FrameworkKernel .*is_framework_tensor"):
        nki.FrameworkKernel(func=add)
