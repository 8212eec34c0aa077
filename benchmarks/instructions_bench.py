"""Every instruction against the NumPy expression that says what it computes, on the same tile, one thread each.

    nki-py benchmarks/instructions_bench.py [--only NAME …]

An instruction's time is that of a kernel with it 51 times minus that of one with it once; both sides are measured in
turn and compared by medians. Results are compared before the clock counts, but for random numbers and packed ones.
Loops, registers, barriers and generators' states have no NumPy expression and are left out.
"""

import os

os.environ.setdefault("NKI_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import statistics
import time

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
from instruction_cases import CASES

REPEATS = 50


def kernel_of(case, times):
    """A kernel that loads the inputs, runs the instruction and stores the results."""

    @nki.jit(platform_target="trn3")
    def kernel(arrays):
        tiles = []
        for array in arrays:
            tile = nl.ndarray(array.shape, array.dtype, buffer=nl.sbuf)
            nisa.dma_copy(dst=tile, src=array)
            tiles.append(tile)
        results = [nl.ndarray(shape, dtype, buffer=buffer) for shape, dtype, buffer in case.results]
        for _ in range(times):
            case.body(tiles, results)
        stored = []
        for result in results:
            if result.buffer == nl.psum:
                copy = nl.ndarray(result.shape, result.dtype, buffer=nl.sbuf)
                nisa.tensor_copy(dst=copy, src=result)
                result = copy
            out = nl.ndarray(result.shape, result.dtype, buffer=nl.shared_hbm)
            nisa.dma_copy(dst=out, src=result)
            stored.append(out)
        return tuple(stored)

    return lambda: kernel(case.inputs)


def check(case, kernel):
    """AssertionError if the kernel's results are not NumPy's."""
    expected = case.expected()
    expected = expected if isinstance(expected, tuple) else (expected,)
    for got, want in list(zip(kernel(), expected, strict=False))[: case.checked]:
        got, want = np.asarray(got), np.asarray(want)
        if case.exact:
            np.testing.assert_array_equal(got, want.reshape(got.shape))
        else:
            np.testing.assert_allclose(got, want.reshape(got.shape), rtol=1e-3, atol=1e-3)


def seconds(function, calls):
    """Time per call of `calls` calls."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def measure(case, rounds=9):
    """Seconds of the instruction and of NumPy, as medians of rounds in turn."""
    once, many = kernel_of(case, 1), kernel_of(case, 1 + REPEATS)
    check(case, once)
    many()
    each = seconds(case.expected, 3)
    calls = max(1, min(REPEATS, int(2e-3 / each)))
    ours, theirs = [], []
    for _ in range(rounds):
        base = min(seconds(once, 2) for _ in range(2))
        ours.append((min(seconds(many, 1) for _ in range(2)) - base) / REPEATS)
        theirs.append(seconds(case.expected, calls))
    return statistics.median(ours), statistics.median(theirs)


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="cases whose names begin so")
    only = parser.parse_args().only
    print("| instruction | nki-py | elements/s | NumPy | ratio |\n|---|---|---|---|---|")
    for case in CASES:
        if only and not case.name.startswith(tuple(only)):
            continue
        ours, theirs = measure(case)
        elements = max(array.size for array in case.inputs)
        print(
            f"| {case.name} | {ours * 1e6:.1f} µs | {elements / ours / 1e9:.2f} G | {theirs * 1e6:.1f} µs "
            f"| {theirs / ours:.2f}× |",
            flush=True,
        )


if __name__ == "__main__":
    main()
