"""What a call refuses, and says why: in the doors, in nki.simulate, in the environment."""

import os
import re
import subprocess
import sys
import threading

import jax
import jax.numpy as jnp
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
import torch

ONES = np.ones((8, 4), np.float32)


@nki.jit
def add_number(x, c):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.load(x)
    nisa.tensor_scalar(tile, tile, op0=nl.add, operand0=c)
    nl.store(out, tile)
    return out


@nki.jit
def sum_of(x, y):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nl.store(out, nl.add(nl.load(x), nl.load(y)))
    return out


def written(returns):
    def kernel(x, y):
        tile = nl.load(y)
        nisa.tensor_scalar(tile, tile, op0=nl.add, operand0=1.0)
        nl.store(x, tile)
        return x if returns else nl.store(out := nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm), tile) or out

    return nki.jit(kernel)


ways = pytest.mark.parametrize("way", [lambda kernel: kernel, nki.simulate], ids=["called", "simulated"])


@ways
def test_jax_arrays_that_a_kernel_writes(way):
    x, y = jnp.zeros((8, 4)), jnp.ones((8, 4))
    np.testing.assert_array_equal(way(written(True))(x, y), 2 * ONES)
    np.testing.assert_array_equal(x, 0 * ONES)
    with pytest.raises(TypeError, match="argument 'x', and JAX arrays cannot be changed in place; return x from the"):
        way(written(False))(x, y)
    with pytest.raises(TypeError, match="argument 'x', a NumPy array beside JAX arrays, which would stay as it is"):
        way(written(True))(np.zeros((8, 4), np.float32), y)


@ways
@pytest.mark.parametrize("order", [1, -1])
def test_arrays_of_two_frameworks(way, order):
    arrays = [torch.ones(8, 4), jnp.ones((8, 4))][::order]
    with pytest.raises(TypeError, match=f"sum_of: argument '{'xy'[order < 0]}' is a torch.Tensor beside JAX") as caught:
        way(sum_of)(*arrays)
    assert "1." not in str(caught.value) and caught.value.__suppress_context__


@ways
def test_a_written_torch_tensor_that_requires_grad(way):
    leaf = torch.zeros(8, 4, requires_grad=True)
    with pytest.raises(RuntimeError, match="writes its input in place while an input requires grad"):
        way(written(True))(leaf, torch.ones(8, 4))
    assert not leaf.detach().any()
    with torch.no_grad():
        way(written(True))(leaf, torch.ones(8, 4))
    assert (leaf == 2).all()


def test_numbers_that_jax_makes_arrays_of():
    with pytest.raises(ValueError, match=r"argument 'c' has shape \(\), as which jax.jit .* static_argnames"):
        jax.jit(add_number)(ONES, 2.0)
    np.testing.assert_array_equal(jax.jit(add_number, static_argnames="c")(ONES, c=2.0), ONES + 2)


@pytest.mark.parametrize("wrap", [lambda f: f, jax.jit, jax.checkpoint])
def test_jax_derivatives_name_the_kernel(wrap):
    def loss(x):
        return add_number(x, 2.0).sum()

    for differentiate in (jax.grad, lambda f: lambda x: jax.jvp(f, (x,), (x,))):
        with pytest.raises(ValueError, match="kernel 'add_number' has no derivative: .* by jax.custom_vjp"):
            differentiate(wrap(loss))(jnp.asarray(ONES))
    stopped = jax.grad(lambda x: (x + wrap(loss)(jax.lax.stop_gradient(x))).sum())(jnp.asarray(ONES))
    np.testing.assert_array_equal(stopped, ONES)


@nki.jit
def broken(x):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((8, 2), x.dtype)
    nisa.dma_copy(tile, x)
    nisa.dma_copy(out, tile)
    return out


@pytest.mark.parametrize("fullgraph", [False, True])
def test_a_broken_kernel_under_torch_compile_is_a_verify_error(fullgraph):
    with pytest.raises(nki.VerifyError, match=r"refusals_test\.py:\d+: error: dma_copy: src has shape") as caught:
        torch.compile(broken, fullgraph=fullgraph)(torch.ones(8, 4))
    assert len(caught.value.diagnostics) == 2
    torch._dynamo.reset()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda tile: nl.add(ONES, ONES), "nl.add: x must be a tile .*, got a numpy.ndarray of shape .*as arguments"),
        (lambda tile: nl.add(tile, ONES), "nl.add: y must be a tile .*, got a numpy.ndarray of shape"),
        (lambda tile: nl.subtract(ONES, tile), "nl.subtract: x must be a tile .*, got a numpy.ndarray of shape"),
        (lambda tile: nl.maximum(tile, torch.ones(2)), r"nl.maximum: y must be a tile .*, got a torch.Tensor of shape"),
        (lambda tile: nl.add(1, 2), "nl.add: x and y are numbers; one must be a tile"),
        (lambda tile: nisa.memset(tile, 0.0, name=3), "memset: name must be a string, got 3"),
    ],
)
def test_operands_and_names(call, said):
    def kernel(x):
        call(nl.load(x))

    with pytest.raises(TypeError, match=said):
        nki.jit(kernel)(ONES)


@pytest.mark.parametrize("arguments", [(ONES, ONES), (1, 2), (ONES, 1)])
def test_functions_outside_a_kernel(arguments):
    with pytest.raises(nki.NkiError, match="nki.language.add was called outside a kernel; call it inside a function"):
        nl.add(*arguments)


def run(tmp_path, options=(), **environment):
    (tmp_path / "script.py").write_text(
        "import nki, numpy as np\nimport nki.language as nl\n"
        "@nki.jit\ndef twice(x):\n"
        "    y = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)\n"
        "    nl.store(y, nl.multiply(nl.load(x), 2.0))\n"
        "    return y\n"
        "for _ in range(2):\n    print(twice(np.ones((128, 8192), np.float32)).sum())\n"
    )
    command = [sys.executable, "-m", "nki", *options, "script.py"]
    return subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"NKI_NUM_THREADS": "abc"}, "NKI_NUM_THREADS is 'abc'; it must be a positive integer"),
        ({"NKI_NUM_THREADS": "0"}, "NKI_NUM_THREADS is '0'; it must be a positive integer"),
        ({"NKI_PRECISE_FP": "x", "NKI_SIMULATOR": "1"}, "NKI_PRECISE_FP is 'x'; it must be 0 or 1"),
    ],
)
def test_environment_variables(tmp_path, environment, said):
    ran = run(tmp_path, **environment)
    assert ran.returncode == 1 and re.search(f"Error: {said}\n$", ran.stderr), ran.stderr


def test_simulated_kernels_have_no_graph(tmp_path):
    ran = run(tmp_path, ["--graph"], NKI_SIMULATOR="1")
    assert (ran.returncode, ran.stdout) == (0, "2.097152e+06\n2.097152e+06\n")
    assert ran.stderr == "nki-py --graph: twice runs in nki.simulate, where kernels have no graph\n"


def test_kernels_that_ask_for_each_others_graphs_in_two_threads():
    begun = threading.Barrier(2)

    def asks(other, x):
        if threading.current_thread() in threads and first.setdefault(threading.current_thread(), True):
            first[threading.current_thread()] = False
            begun.wait(10)
            other().graph(np.zeros(x.shape, np.float32))
        return nl.load(x)

    @nki.jit
    def one(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, asks(lambda: two, x))
        return out

    @nki.jit
    def two(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, asks(lambda: one, x))
        return out

    first, results = {}, []
    threads = [
        threading.Thread(target=lambda k=kernel: results.append(k(ONES)), daemon=True) for kernel in (one, two)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 2
