"""Every sample of the instruction table beside the NumPy expression that is its oracle, on the same tiles.

    nki-py benchmarks/instructions_bench.py [PREFIX …]

One thread on both sides. A kernel with the instruction a hundred times, minus the same kernel without it, against the
expression, in turn, as medians over rounds; every answer is checked before the clock counts.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ.update(NKI_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
os.environ.pop("OPENBLAS_CORETYPE", None)  # NumPy's own choice for this processor

import numpy as np  # noqa: E402  after the numbers of threads

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cases import CASES, NOT_COMPARED, SLOWER  # noqa: E402

REPEATS = 100
ROUNDS = 15
ROUND_SECONDS = 2e-3  # for NumPy in a round


def seconds(function, calls):
    """Time per call of `calls` calls."""
    start = time.thread_time()
    for _ in range(calls):
        function()
    return (time.thread_time() - start) / calls


def measured(case):
    """Seconds of (the instruction, the NumPy expression)."""
    case.check()
    many, none = case.kernel(REPEATS), case.kernel(0)
    arrays, outputs = case.arrays(), case.outputs()
    expression = lambda: case.numpy(arrays, outputs)  # noqa: E731
    for function in (many, none, expression):
        function()
    calls = max(1, round(ROUND_SECONDS / seconds(expression, 3)))
    pairs = []
    for _ in range(ROUNDS):
        overhead = seconds(none, 3)
        pairs.append(((seconds(many, 3) - overhead) / REPEATS, seconds(expression, calls)))
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def operand(case):
    """The largest operand, for the table."""
    arrays = [given.array for given in case.inputs.values()]
    arrays += [np.empty(out.shape, out.dtype) for out in case.results.values()]
    largest = max(arrays, key=lambda array: array.size)
    return f"{largest.dtype} {list(largest.shape)}"


def samples_of_the_table():
    """The names that nki_benchmarks gives the samples, or None if it is not built."""
    program = pathlib.Path(sys.executable).resolve().with_name("nki_benchmarks")
    if not program.exists():
        return None
    listed = subprocess.run([program, "--benchmark_list_tests"], capture_output=True, text=True, check=True)
    return {line for line in listed.stdout.split() if "/" in line and line.split("/")[0] not in NOT_COMPARED}


def main():
    """Prints the table; fails if a sample is missing, or slower than NumPy without a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefix", nargs="*", default=[""])
    prefixes = tuple(parser.parse_args().prefix)
    wanted = samples_of_the_table()
    missing = (wanted or set()) - {case.sample for case in CASES}
    print("| sample | largest operand | nki-py | G elements/s | NumPy | ratio |\n|---|---|---|---|---|---|", flush=True)
    slower = []
    for case in sorted(CASES, key=lambda case: case.sample):
        if not case.sample.startswith(prefixes):
            continue
        ours, theirs = measured(case)
        rate = case.elements() / ours / 1e9
        print(
            f"| {case.sample} | {operand(case)} | {ours * 1e6:.2f} µs | {rate:.2f} | {theirs * 1e6:.2f} µs "
            f"| {theirs / ours:.2f}× |",
            flush=True,
        )
        if ours > theirs and case.sample not in SLOWER:
            slower.append(case.sample)
    for text, names in (("not measured: ", missing), ("slower than NumPy: ", slower)):
        if names:
            print(text + ", ".join(sorted(names)), file=sys.stderr)
    return 1 if missing or slower else 0


if __name__ == "__main__":
    sys.exit(main())
