"""The measures that nki-py has set itself, each beside what it is compared with, in one run.

    nki-py benchmarks/goals_bench.py [--only NAME …]

Every ratio is taken between two things measured in turn in the same process, as the median over rounds; every answer is
checked before the clock counts. Single-threaded measures run in a process with NKI_NUM_THREADS=1.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
from nki import _core

ROOT = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "examples")]


def seconds(function, calls):
    """Time per call of `calls` calls."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def side_by_side(ours, theirs, calls=20, rounds=15):
    """Median seconds of each, measured in turn, so that a change of the machine's speed meets both.

    Each is called once before it is timed: the other's threads may still be spinning, and its data fill the caches.
    """

    def timed(function):
        function()
        return seconds(function, calls)

    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def print_row(measure, value, against, goal, reached):
    """One row of the table."""
    print(f"| {measure} | {value} | {against} | {goal} | {'yes' if reached else 'NO'} |", flush=True)


def microseconds(value):
    """A time for the table."""
    return f"{value * 1e6:.1f} µs"


def limit(measure, value, most):
    """A row for a time with an upper limit."""
    print_row(measure, microseconds(value), "", f"≤ {most} µs", value * 1e6 <= most)


def ratio(measure, ours, theirs, name, least):
    """A row for how many times faster than something else."""
    unit = microseconds if theirs < 5e-3 else lambda value: f"{value * 1e3:.1f} ms"
    print_row(
        measure, f"{unit(ours)}, {theirs / ours:.2f}×", f"{name} {unit(theirs)}", f"≥ {least}×", theirs / ours >= least
    )


def tracing():
    """A straight-line kernel, Python calls included."""
    count = 4000

    def trace():
        tracer = _core.Trace("straight", "trn1", [])
        x = tracer.add_input("x", [128, 512], "float32")
        with tracer:
            tracer.begin_program([])
            a = nl.ndarray((128, 512), dtype=nl.float32, buffer=nl.sbuf)
            for _ in range(count // 4):
                b = nl.ndarray((128, 512), dtype=nl.float32, buffer=nl.sbuf)
                nisa.dma_copy(dst=b, src=x[0:128, 0:512])
                nisa.tensor_tensor(dst=a, data1=b, data2=b, op=nl.add)
                nisa.tensor_scalar(dst=a, data=a, op0=nl.multiply, operand0=2.0, op1=nl.add, operand1=1.0)
                nisa.activation(dst=a, op=nl.exp, data=a)
        return tracer.finish([])

    assert len(trace()) == count
    each = statistics.median(seconds(trace, 1) for _ in range(15)) / count
    limit("tracing, per instruction (tiles and slices included)", each, 2)


@nki.jit
def copy_row(x):
    """One instruction."""
    y = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=y, src=x)
    return y


SETTINGS = {f"setting {i}": float(i) for i in range(1000)}


@nki.jit
def copy_row_by_settings(x):
    """One instruction, and 1000 global values that another call may find changed."""
    assert SETTINGS["setting 1"] == 1
    return copy_row.function(x)


def cached_calls():
    """The second and later calls of a kernel with one instruction, through each door."""
    x = np.ones((1, 8), np.float32)
    assert np.array_equal(copy_row(x), x)
    limit("cached call, NumPy", statistics.median(seconds(lambda: copy_row(x), 200) for _ in range(15)), 20)
    settings = statistics.median(seconds(lambda: copy_row_by_settings(x), 200) for _ in range(15))
    limit("cached call, NumPy, reading a dict of 1000", settings, 20)

    import torch

    t = torch.ones(1, 8)
    assert torch.equal(copy_row(t), t)
    limit("cached call, torch operator", statistics.median(seconds(lambda: copy_row(t), 200) for _ in range(15)), 50)

    import jax

    j, jitted = jax.numpy.ones((1, 8)), jax.jit(lambda value: copy_row(value))
    assert (jitted(j) == j).all()
    run = lambda: jitted(j).block_until_ready()  # noqa: E731
    limit("cached call, jitted JAX", statistics.median(seconds(run, 200) for _ in range(15)), 100)


REPEATS = 100


def repeated(body):
    """(with, without): kernels that run `body` on a [128, 512] tile REPEATS times, and not at all."""

    def kernel(count):
        def function(x, y, s):
            out = nl.ndarray((128, 512), dtype=nl.float32, buffer=nl.shared_hbm)
            a, b, c = (nl.ndarray((128, 512), dtype=nl.float32, buffer=nl.sbuf) for _ in range(3))
            column, total = (nl.ndarray((128, 1), dtype=nl.float32, buffer=nl.sbuf) for _ in range(2))
            nisa.dma_copy(dst=a, src=x)
            nisa.dma_copy(dst=b, src=y)
            nisa.dma_copy(dst=c, src=x)
            nisa.dma_copy(dst=column, src=s)
            for _ in range(count):
                body(a, b, c, column, total)
            nisa.dma_copy(dst=out, src=c)
            return out

        return nki.jit(function)

    return kernel(REPEATS), kernel(0)


def execution():
    """Single instructions on [128, 512] float32, one thread, against NumPy with `out=`."""
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal((128, 512), dtype=np.float32) for _ in range(2))
    s = rng.standard_normal((128, 1), dtype=np.float32)
    out, total = np.empty_like(x), np.empty(128, np.float32)
    cases = [
        (
            "tensor_tensor add",
            lambda a, b, c, column, sums: nisa.tensor_tensor(dst=c, data1=a, data2=b, op=nl.add),
            lambda: np.add(x, y, out=out),
            1.0,
        ),
        (
            "tensor_scalar, two operators",
            lambda a, b, c, column, sums: nisa.tensor_scalar(
                dst=c, data=a, op0=nl.multiply, operand0=column, op1=nl.add, operand1=1.0
            ),
            lambda: np.add(np.multiply(x, s, out=out), np.float32(1), out=out),
            2.0,
        ),
        (
            "activation exp",
            lambda a, b, c, column, sums: nisa.activation(dst=c, op=nl.exp, data=a),
            lambda: np.exp(x, out=out),
            1.2,
        ),
        (
            "tensor_reduce add, sequential",
            lambda a, b, c, column, sums: nisa.tensor_reduce(dst=sums, op=nl.add, data=a, axis=1),
            lambda: np.add.reduce(x, axis=1, out=total),
            4.0,
        ),
    ]
    for name, body, theirs, least in cases:
        many, none = repeated(body)
        if "reduce" not in name:
            np.testing.assert_allclose(many(x, y, s), theirs(), rtol=1e-5, atol=1e-6)
        rounds = []
        for _ in range(25):
            overhead = seconds(lambda kernel=none: kernel(x, y, s), 5)
            rounds.append(
                ((seconds(lambda kernel=many: kernel(x, y, s), 5) - overhead) / REPEATS, seconds(theirs, REPEATS))
            )
        ours = statistics.median(a for a, _ in rounds)
        ratio(f"{name} [128, 512], 1 thread", ours, statistics.median(b for _, b in rounds), "NumPy", least)


def document_kernel():
    """c = a + b in tiles of [128, 512] on 8192 × 8192."""
    from tensor_add import tensor_add

    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((8192, 8192), dtype=np.float32) for _ in range(2))
    c = np.empty_like(a)
    assert np.array_equal(tensor_add(a, b), np.add(a, b, out=c))
    ours, theirs = side_by_side(lambda: tensor_add(a, b), lambda: np.add(a, b, out=c), calls=1, rounds=15)
    ratio("the document's kernel, 8192 × 8192 float32", ours, theirs, "np.add(out=)", 1.0)


def blocked_matmul():
    """The fully blocked matmul of the tutorial, 2048³, two threads on both sides."""
    import torch

    from tests.kernels import matmul

    torch.set_num_threads(2)
    for name in ("float32", "bfloat16"):
        dtype = getattr(torch, name)
        a, b = (torch.randn(2048, 2048, dtype=torch.float32).to(dtype) for _ in range(2))
        lhs_t = a.T.contiguous()
        want = a.double() @ b.double()
        error = (matmul.matmul_blocked(lhs_t, b).double() - want).norm() / want.norm()
        assert error < (1e-5 if name == "float32" else 1e-2), error
        ours, theirs = side_by_side(
            lambda: matmul.matmul_blocked(lhs_t, b), lambda: torch.matmul(a, b), calls=1, rounds=15
        )
        ratio(f"fully blocked matmul, 2048³ {name}", ours, theirs, "torch.matmul", 0.9)


def memory():
    """Peak resident memory of the document's kernel beyond its arrays."""
    from tensor_add import tensor_add

    a, b = (np.ones((8192, 8192), np.float32) for _ in range(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    c = tensor_add(a, b)
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 - c.nbytes / 2**20
    most = 64 + 26  # MiB: the allowance, and one image of SBUF (24) and PSUM (2)
    print_row(
        "memory beyond inputs and outputs", f"{extra:.0f} MiB", "", "≤ 64 MiB + one SBUF/PSUM image", extra <= most
    )


_SIMULATED = 2000  # instructions


@nki.jit
def many_instructions(a):
    tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a)
    for _ in range(_SIMULATED):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=1.0)
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=tile)
    return out


def simulator():
    """What an instruction costs in nki.simulate, where it is checked and run each time; there is no goal for it."""
    a = np.ones((128, 1), np.float32)
    simulated = nki.simulate(many_instructions)
    assert simulated(a).tobytes() == many_instructions(a).tobytes()
    eager, planned = side_by_side(lambda: simulated(a), lambda: many_instructions(a), calls=1)
    each, other = microseconds(eager / _SIMULATED), microseconds(planned / _SIMULATED)
    print(f"| nki.simulate, per instruction | {each} | the plan {other} | – | – |", flush=True)


MEASURES = {
    "tracing": (tracing, None),
    "cached_calls": (cached_calls, None),
    "execution": (execution, 1),
    "document_kernel": (document_kernel, 2),
    "blocked_matmul": (blocked_matmul, 2),
    "memory": (memory, None),
    "simulator": (simulator, 1),
}


def main():
    """Runs each measure in a process of its own and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--here", choices=MEASURES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        MEASURES[options.here][0]()
        return 0
    print("| measure | nki-py | against | goal | reached |\n|---|---|---|---|---|", flush=True)
    status = 0
    for name in options.only:
        threads = MEASURES[name][1]
        environment = dict(os.environ, **({"NKI_NUM_THREADS": str(threads)} if threads else {}))
        environment.pop("OPENBLAS_CORETYPE", None)  # NumPy's own choice for this processor
        status |= subprocess.run([sys.executable, __file__, "--here", name], env=environment).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
