"""Kernels in several threads, Ctrl-C, and processes that fork."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


def plus(value, traces=None, wait=0.0):
    @nki.jit
    def kernel(x):
        if traces is not None:
            traces.append(threading.get_ident())
        time.sleep(wait)
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray((128, x.shape[1]), x.dtype)
        for row in nl.affine_range(0, x.shape[0], 128):
            nisa.dma_copy(dst=tile, src=x[nl.ds(row, 128)])
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=value)
            nisa.dma_copy(dst=out[nl.ds(row, 128)], src=tile)
        return out

    return kernel


def run_threads(count, work):
    failures = []

    def guarded(index):
        try:
            work(index)
        except BaseException as error:  # reported below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_one_kernel_in_many_threads_is_traced_once():
    traces = []
    kernel = plus(1.0, traces, wait=0.05)
    arrays = [np.full((512, 256), i, np.float32) for i in range(4)]

    def work(index):
        for _ in range(20):
            np.testing.assert_array_equal(kernel(arrays[index]), arrays[index] + 1)

    run_threads(4, work)
    assert len(traces) == 1


def test_different_kernels_traced_at_once():
    def work(index):
        x = np.zeros((256, 64), np.float32)
        np.testing.assert_array_equal(plus(float(index), wait=0.02)(x), np.full_like(x, index))

    run_threads(8, work)


LONG_RUN = """
    import nki, numpy as np, sys
    import nki.isa as nisa, nki.language as nl

    @nki.jit
    def endless(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(x.shape, x.dtype)
        nisa.dma_copy(dst=tile, src=x)
        for _ in range(100_000):
            nisa.activation(dst=tile, op=nl.tanh, data=tile)
        nisa.dma_copy(dst=out, src=tile)
        return out

    x = np.ones((128, 8192), np.float32)
    endless.plan(x)
    print("ready", flush=True)
    try:
        endless(x)
    except KeyboardInterrupt:
        print("interrupted", float(x.sum()), flush=True)
    y = np.ones((2, 2), np.float32)
    print((nki.jit(lambda x: nl.zeros(x.shape, x.dtype, buffer=nl.shared_hbm))(y) == 0).all())
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_a_long_run(workers):
    environment = {**os.environ, "NKI_NUM_THREADS": workers}
    command = [sys.executable, "-c", textwrap.dedent(LONG_RUN)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert rest == f"interrupted {128 * 8192:.1f}\nTrue\n"
    assert process.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_runs_kernels():
    code = """
        import os, sys, warnings
        import numpy as np
        from tests.python.threads_test import plus
        warnings.simplefilter("ignore")
        kernel = plus(1.0)
        x = np.zeros((1024, 1024), np.float32)  # enough work for two threads
        kernel(x)
        child = os.fork()
        if child == 0:
            os._exit(0 if (kernel(x) == 1).all() else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), bool((kernel(x) == 1).all()))
    """
    environment = {**os.environ, "NKI_NUM_THREADS": "2"}
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=root,
    )
    assert done.stdout == "0 True\n", done.stderr
