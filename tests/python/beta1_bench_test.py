"""The benchmark of Beta 1 runs, and its kernels compute what they say."""

import runpy
from pathlib import Path

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import numpy as np

BENCH = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "beta1_bench.py"))


def test_traces_of_the_benchmark_have_the_instructions_that_are_counted():
    for name, shape, count in (("straight", (128, 512), 1001), ("indexed", (300, 600), 24)):
        taken, instructions = BENCH["trace_of"](BENCH[name], shape)
        assert instructions == count
        assert taken > 0


def test_the_indexed_kernel_stores_what_it_computes():
    x = np.random.default_rng(0).random((300, 600), np.float32)
    expected = x + np.exp(x)
    nki.jit(BENCH["indexed"])(x)
    np.testing.assert_allclose(x, expected, rtol=1e-5)
    assert nl.tile_size.pmax == 128
