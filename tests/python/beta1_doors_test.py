"""Beta 1 kernels by the doors of the package: NumPy, torch, JAX, other threads, nki.simulate, nki-py."""

import copy
import os
import pickle
import subprocess
import sys
import threading
import time

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import neuronxcc.nki.typing as nt
import nki as todays
import nki.language as todays_nl
import numpy as np
import pytest

A, B = np.random.default_rng(0).random((2, 128, 64), np.float32)


@nki.jit
def add(a, b):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nl.store(c, nl.load(a) + nl.load(b))
    return c


@nki.jit
def add_rows(a, b):
    """One program for each quarter of the rows."""
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    i_p, i_f = nl.mgrid[0:32, 0 : a.shape[1]]
    rows = nl.program_id(0) * 32 + i_p
    nl.store(c[rows, i_f], nl.load(a[rows, i_f]) + nl.load(b[rows, i_f]))
    return c


@nki.jit
def add_into(a, b, out: nt.mutable_tensor):
    """As of SDK 2.20: the output is an argument."""
    nl.store(out, nl.load(a) + nl.load(b))


@nki.jit
def increment(a: nt.tensor, b: nt.mutable_tensor):
    nl.store(b, nl.load(a) + nl.load(b))
    return b


@todays.jit
def add_today(a, b):
    c = todays_nl.ndarray(a.shape, dtype=a.dtype, buffer=todays_nl.shared_hbm)
    todays_nl.store(c, todays_nl.add(todays_nl.load(a), todays_nl.load(b)))
    return c


@nki.trace
def doubled_rows(a):
    return nl.load(a) * 2


def test_numpy_outputs_that_are_arguments():
    out = np.zeros_like(A)
    assert add_into(A, B, out) is None
    assert np.array_equal(out, A + B)
    b = B.copy()
    assert increment(A, b) is b
    assert np.array_equal(b, A + B)
    strided = np.zeros((128, 128), np.float32)
    add_into(A, B, strided[:, ::2])
    assert np.array_equal(strided[:, ::2], A + B) and not strided[:, 1::2].any()


def test_both_generations_in_one_process():
    assert np.array_equal(add(A, B), add_today(A, B))

    @nki.jit
    def calls(a):
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(c, doubled_rows(a) + nl.load(add(a, a)))
        return c

    assert np.array_equal(calls(A), 4 * A)


def test_one_generation_inside_the_other_is_refused():
    @todays.jit
    def today(a):
        return add(a, a)

    @nki.jit
    def beta1(a):
        return add_today(a, a)

    for run in (lambda kernel: kernel, todays.simulate):
        with pytest.raises(
            TypeError, match="add is a kernel of neuronxcc.nki and is called inside today, a kernel of nki"
        ):
            run(today)(A)
        with pytest.raises(
            TypeError, match="add_today is a kernel of nki and is called inside beta1, a kernel of neuro"
        ):
            run(beta1)(A)


def test_functions_of_the_other_generation_are_told_apart():
    @todays.jit
    def today(a):
        return nl.load(a)

    @nki.jit
    def beta1(a):
        return todays_nl.load(a)

    with pytest.raises(TypeError, match="nl.load: src must be .*, got") as raised:
        today(A)
    assert "today is made by nki.jit, and calls a function of neuronxcc.nki" in raised.value.__notes__[0]
    with pytest.raises(TypeError, match="nl.load: src must be .*, got") as raised:
        beta1(A)
    assert "beta1 is made by neuronxcc.nki.jit, and calls a function of today's nki" in raised.value.__notes__[0]


def test_functions_outside_of_kernels_are_refused():
    for call in (lambda: nl.ndarray((4, 4), nl.float32), lambda: nl.zeros((4, 4), nl.float32, buffer=nl.psum)):
        with pytest.raises(todays.NkiError, match="was called outside a kernel"):
            call()


def test_kernels_are_pickled_and_copied():
    for kernel in (add, add[1], add_rows[4], add_rows[2, 2]):
        for twin in (pickle.loads(pickle.dumps(kernel)), copy.deepcopy(kernel), copy.copy(kernel)):
            assert getattr(twin, "grid", None) == getattr(kernel, "grid", None)
            assert np.array_equal(twin(A, B)[:32], (A + B)[:32])


def test_threads_trace_and_run_at_once():
    @nki.jit
    def kernel(a, times):
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        x = nl.load(a)
        for _ in nl.affine_range(times):
            x[...] = x + 1
        nl.store(c, x * (nl.program_id(0) + 1))
        return c

    wrong = []

    def work(times):
        for _ in range(5):
            if not np.allclose(kernel[times](A, times), (A + times) * times):
                wrong.append(times)

    threads = [threading.Thread(target=work, args=(times,)) for times in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and len(kernel.specializations()) == 8


def test_a_second_call_is_not_traced():
    traced = []

    @nki.jit
    def kernel(a, b):
        traced.append(a.shape)
        return add(a, b)

    for _ in range(3):
        kernel(A, B), kernel[2](A, B), kernel(A[:64], B[:64])
    assert len(traced) == 1 + 2 + 1


def test_a_second_call_costs_microseconds_slow():
    add_rows[4](A, B), add_today(A, B)

    def cost(call):
        best = 1.0
        for _ in range(20):
            start = time.perf_counter()
            for _ in range(200):
                call(A, B)
            best = min(best, (time.perf_counter() - start) / 200)
        return best

    assert cost(add) < 1.5 * cost(add_today) + 2e-6


SCALE = 2.0
OFFSETS = [1.0]


def test_captured_values_are_traced_again_when_they_change():
    global SCALE

    @nki.jit
    def kernel(a):
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(c, nl.load(a) * SCALE + OFFSETS[0])
        return c

    assert np.array_equal(kernel(A), A * 2 + 1)
    first = kernel.specializations()
    kernel(A)
    assert kernel.specializations() == first
    SCALE, OFFSETS[0] = 3.0, 5.0
    try:
        assert np.array_equal(kernel(A), A * 3 + 5)
    finally:
        SCALE, OFFSETS[0] = 2.0, 1.0
    probes = add.specializations()[0].captured._probes if add.specializations() else ()
    assert len(probes) < 200  # the modules of neuronxcc are not looked into


def test_errors_name_the_line_of_the_user():
    @nki.jit
    def kernel(a):
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        fresh = nl.ndarray((128, 64), dtype=nl.float32)
        nl.store(c, nl.exp(fresh))  # the line
        return c

    with pytest.raises(todays.VerifyError) as raised:
        kernel(A)
    (diagnostic,) = raised.value.diagnostics[:1]
    assert diagnostic["file"] == __file__ and diagnostic["text"].endswith("# the line")
    assert "uninitialised-read" == diagnostic["rule"]


# nki.simulate


@nki.jit
def matmul(a_t, b):
    c = nl.ndarray((a_t.shape[1], b.shape[1]), dtype=nl.float32, buffer=nl.shared_hbm)
    total = nl.zeros((128, 512), nl.float32, buffer=nl.psum)
    for k in nl.affine_range(a_t.shape[0] // 128):
        total += nisa.nc_matmul(nl.load(a_t[nl.ds(k * 128, 128), :]), nl.load(b[nl.ds(k * 128, 128), :]))
    copied = nl.ndarray((128, 512), nl.float32)
    copied[...] = nl.copy(total)
    nl.store(c, copied)
    return c


def test_simulate_gives_the_same_bits():
    generator = np.random.default_rng(1)
    a, b = generator.standard_normal((512, 128), np.float32), generator.standard_normal((512, 512), np.float32)
    found = todays.simulate(matmul)(a, b)
    assert np.array_equal(found, matmul(a, b))
    np.testing.assert_allclose(found, a.T.astype(np.float64) @ b, atol=1e-3)
    assert np.array_equal(todays.simulate(add_rows[4])(A, B), A + B)
    assert np.array_equal(todays.simulate(add_rows)[4](A, B), A + B)


def test_simulate_shows_values():
    seen = []

    @nki.jit
    def kernel(a):
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        for i in nl.affine_range(2):
            x = nl.load(a[i * 64 : i * 64 + 64])
            y = x * 2
            seen.append((y.numpy(), str(y)))
            nl.store(c[i * 64 : i * 64 + 64], y)
        return c

    assert np.array_equal(todays.simulate(kernel)(A), 2 * A)
    assert [np.array_equal(values, 2 * A[i * 64 : i * 64 + 64]) for i, (values, _) in enumerate(seen)] == [True, True]
    assert str(seen[0][0][0, 0])[:5] in seen[0][1]
    with pytest.raises(TypeError, match="has no values while its kernel is traced; nki.simulate"):
        kernel(A)


def test_simulate_of_output_arguments():
    out = np.zeros_like(A)
    todays.simulate(add_into)(A, B, out)
    assert np.array_equal(out, A + B)


# Frameworks


def test_torch_eager_and_compiled():
    torch = pytest.importorskip("torch")
    a, b = torch.from_numpy(A), torch.from_numpy(B)
    assert torch.equal(add(a, b), a + b)
    out = torch.zeros_like(a)
    assert add_into(a, b, out) is None and torch.equal(out, a + b)
    c = b.clone()
    assert increment(a, c) is c and torch.equal(c, a + b)
    for kernel in (add, add_rows[4]):
        compiled = torch.compile(lambda x, y, kernel=kernel: kernel(x, y) * 2, fullgraph=True)
        assert torch.equal(compiled(a, b), (a + b) * 2)
    stacked = torch.rand(3, 128, 64)
    assert torch.equal(torch.func.vmap(add)(stacked, stacked), stacked * 2)
    assert torch.equal(torch.func.vmap(add_rows[4], in_dims=(0, None))(stacked, b), stacked + b)


def test_torch_gradients():
    torch = pytest.importorskip("torch")

    class Add(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return add(a, b)

        @staticmethod
        def backward(ctx, gradient):
            return add(gradient, gradient), gradient

    a, b = torch.from_numpy(A).requires_grad_(), torch.from_numpy(B).requires_grad_()
    Add.apply(a, b).sum().backward()
    assert (a.grad == 2).all() and (b.grad == 1).all()


def test_jax():
    jax = pytest.importorskip("jax")
    a, b = jax.numpy.asarray(A), jax.numpy.asarray(B)
    for kernel in (add, add_rows[4]):
        assert np.array_equal(kernel(a, b), A + B)
        assert np.array_equal(jax.jit(lambda x, y, kernel=kernel: kernel(x, y) * 2)(a, b), (A + B) * 2)
    stacked = jax.numpy.stack([a, b])
    assert np.array_equal(jax.vmap(add)(stacked, stacked), 2 * np.stack([A, B]))
    total, steps = jax.lax.scan(lambda carry, x: (add(carry, x), carry), a, jax.numpy.stack([b, b]))
    assert np.allclose(total, A + B + B) and np.array_equal(steps[0], A)
    with pytest.raises(
        TypeError, match="add_into: the kernel writes its argument 'out', and JAX arrays cannot be changed"
    ):
        add_into(a, b, a)


SCRIPT = """
import numpy as np
import torch_xla.core.xla_model as xm
import torch
import neuronxcc.nki as nki
import neuronxcc.nki.language as nl

@nki.jit(mode="torchxla")
def double(a):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nl.store(c, nl.load(a) * 2)
    return c

x = torch.rand(64, 32).to(xm.xla_device())
assert torch.equal(double(x).cpu(), x.cpu() * 2)

@nki.benchmark(warmup=1, iters=2)
def add(a):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nl.store(c, nl.load(a) + 1)
    return c

add[2](np.zeros((64, 32), np.float32))
print("p99", add.benchmark_result.nc_latency.get_latency_percentile(99) > 0)
"""


@pytest.mark.parametrize("options", [[], ["--check"], ["--graph"], ["--log"], ["--stats"]])
def test_nki_py_runs_scripts(options, tmp_path):
    pytest.importorskip("torch")
    program = os.environ.get("NKI_PY")
    if not program:
        pytest.skip("NKI_PY does not say where nki-py is")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT if options != ["--check"] else SCRIPT.replace("assert ", "ignored = "))
    done = subprocess.run([program, *options, script], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    assert "p99 True" in done.stdout
    if options[:1] in (["--graph"], ["--log"], ["--stats"]):
        assert "double" in done.stderr and "add" in done.stderr


REAL = """
import sys
sys.path.insert(0, {folder!r})
import nki
import neuronxcc
assert neuronxcc.__file__.startswith({folder!r}), neuronxcc.__file__
"""


def test_a_real_package_is_not_shadowed(tmp_path):
    (tmp_path / "neuronxcc").mkdir()
    (tmp_path / "neuronxcc" / "__init__.py").write_text("")
    subprocess.run([sys.executable, "-c", REAL.format(folder=str(tmp_path))], check=True)
