"""The main job in one go: one kernel as a custom operator of NumPy, PyTorch and JAX. `make demo` runs it."""

import statistics
import sys
import time

import numpy as np
from tensor_add import tensor_add

SHAPE = (2048, 2048)


def milliseconds(function, repetitions=7):
    """The median time of a call, after one that is not counted."""
    function()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def numpy_part():
    """The kernel on NumPy arrays, its graph, its report."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(SHAPE, dtype=np.float32) for _ in range(2))
    start = time.perf_counter()
    c = tensor_add(a, b)
    first = (time.perf_counter() - start) * 1e3
    assert np.array_equal(c, a + b)
    graph = tensor_add.graph(a, b)
    head = [line for line in graph.text().splitlines() if not line.startswith("tensor ")]
    print(f"graph of tensor_add on {SHAPE[0]} x {SHAPE[1]} float32, {len(graph)} instructions:")
    print("\n".join(f"    {line}" for line in head[:8]) + "\n    ...")
    print(tensor_add.plan(a, b))
    out = np.empty_like(a)
    print(
        f"numpy:  equals a + b; first call {first:.1f} ms (traced, verified, planned), then "
        f"{milliseconds(lambda: tensor_add(a, b)):.2f} ms; np.add {milliseconds(lambda: np.add(a, b, out=out)):.2f} ms"
    )


def torch_part():
    """The kernel as a torch operator."""
    import torch
    import torch_operator

    torch_operator.main()
    a, b = torch.randn(SHAPE), torch.randn(SHAPE)
    print(f"torch:  {milliseconds(lambda: tensor_add(a, b)):.2f} ms; a + b {milliseconds(lambda: a + b):.2f} ms")


def jax_part():
    """The kernel inside jitted JAX."""
    import jax
    import jax_operator

    jax_operator.main()
    a, b = jax.random.normal(jax.random.key(1), (2, *SHAPE))
    kernel, native = jax.jit(tensor_add), jax.jit(lambda a, b: a + b)
    print(
        f"jax:    {milliseconds(lambda: kernel(a, b).block_until_ready()):.2f} ms; "
        f"a + b {milliseconds(lambda: native(a, b).block_until_ready()):.2f} ms"
    )


def main():
    """All three; a framework that is not installed is named and left out."""
    numpy_part()
    for name, part in (("torch", torch_part), ("jax", jax_part)):
        try:
            __import__(name)
        except ImportError:
            print(f"{name}: not installed, left out")
            continue
        part()


if __name__ == "__main__":
    sys.exit(main())
