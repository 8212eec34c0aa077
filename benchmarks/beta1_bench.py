"""Beta 1 kernels: what tracing costs per instruction, and what a mask costs while an instruction runs.

    nki-py benchmarks/beta1_bench.py [--only NAME …]

Times of tracing are the least of several rounds; the ratio is taken between medians of runs measured in turn.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
from nki import _core

ROUNDS = 15
MOST_TRACING, MOST_MASKED = 4, 1.3  # µs per instruction, times the unmasked one


def report(measure, value, goal, reached):
    """One row of the table."""
    print(f"| {measure} | {value} | {goal} | {'yes' if reached else 'NO'} |", flush=True)


def trace_of(function, shape):
    """(seconds per instruction, instructions) of one trace of the function, whose argument is a tensor in HBM."""
    tracer = _core.Trace(function.__name__, "trn1", [])
    x = _core.as_tile(tracer.add_input("x", list(shape), "float32"))
    start = time.perf_counter()
    with tracer:
        tracer.begin_program([])
        function(x)
    taken = time.perf_counter() - start
    return taken / len(tracer.finish([])), len(tracer.finish([]))


def straight(x):
    """Instructions on whole tiles, which name no element."""
    a = nl.load(x[0:128, 0:512])
    for _ in range(250):
        b = nisa.activation(nl.exp, a)
        c = nl.add(a, b)
        d = nl.multiply(c, 2.0)
        a = nisa.tensor_tensor(d, b, nl.subtract)


def indexed(x):
    """Load, two operations and store by tiles, as tutorials write them: index expressions, a mask on each."""
    rows, columns = x.shape
    i_p, i_f = nl.mgrid[0:128, 0:512]
    for row in nl.affine_range((rows + 127) // 128):
        for column in nl.affine_range((columns + 511) // 512):
            inside = (row * 128 + i_p < rows) & (column * 512 + i_f < columns)
            a = nl.load(x[row * 128 + i_p, column * 512 + i_f], mask=inside)
            b = nisa.activation(nl.exp, a, mask=inside)
            c = nl.add(a, b, mask=inside)
            nl.store(x[row * 128 + i_p, column * 512 + i_f], c, mask=inside)


def tracing():
    """What Python and the core take per instruction until it is recorded."""
    for function, shape, count in ((straight, (128, 512), 1001), (indexed, (2000, 8000), 1024)):
        taken, instructions = min(trace_of(function, shape) for _ in range(ROUNDS))
        assert instructions == count, instructions
        value, goal = f"{taken * 1e6:.2f} µs", f"≤ {MOST_TRACING} µs"
        report(f"tracing, {function.__name__}", value, goal, taken * 1e6 <= MOST_TRACING)


def masked_runs():
    """The same instruction on the same elements, with a mask that cuts a tile and without one."""
    rows, columns, times = 96, 384, 200
    i_p, i_f = nl.mgrid[0:128, 0:512]

    @nki.jit
    def masked(x):
        out = nl.ndarray((rows, columns), x.dtype, buffer=nl.shared_hbm)
        inside = (i_p < rows) & (i_f < columns)
        a, b = nl.load(x), nl.ndarray((128, 512), x.dtype)
        for _ in range(times):
            b[i_p, i_f] = nl.multiply(a, 2.0, mask=inside)
        nl.store(out, b[:rows, :columns])
        return out

    @nki.jit
    def unmasked(x):
        out = nl.ndarray((rows, columns), x.dtype, buffer=nl.shared_hbm)
        a, b = nl.load(x[:rows, :columns]), nl.ndarray((rows, columns), x.dtype)
        for _ in range(times):
            b[...] = nl.multiply(a, 2.0)
        nl.store(out, b)
        return out

    x = np.random.default_rng(0).random((128, 512), np.float32)
    for kernel in (masked, unmasked):
        assert np.array_equal(kernel(x), x[:rows, :columns] * 2)

    def seconds(kernel):
        start = time.perf_counter()
        for _ in range(10):
            kernel(x)
        return (time.perf_counter() - start) / 10

    pairs = [(seconds(masked), seconds(unmasked)) for _ in range(ROUNDS)]
    with_mask, without = (statistics.median(side) / times for side in zip(*pairs, strict=True))
    value = f"{with_mask * 1e6:.2f} µs, {with_mask / without:.2f}× of {without * 1e6:.2f} µs"
    report("multiply of [96, 384], masked", value, f"≤ {MOST_MASKED}×", with_mask <= MOST_MASKED * without)


MEASURES = {"tracing": tracing, "masked": masked_runs}


def main():
    """Prints the table; the measures run one thread."""
    if os.environ.get("NKI_NUM_THREADS") != "1":
        command = [sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]]
        sys.exit(subprocess.run(command, env={**os.environ, "NKI_NUM_THREADS": "1"}, check=False).returncode)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    print("| measure | nki-py | goal | reached |\n|---|---|---|---|")
    for name in parser.parse_args().only:
        MEASURES[name]()


if __name__ == "__main__":
    main()
