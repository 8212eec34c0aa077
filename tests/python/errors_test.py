"""After any error the process, the caller's arrays and the next call are as if the failed call had not been made.

The texts of errors are pinned in tests/golden/bad.
"""
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import time
import traceback

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from nki import _core

from tests.golden import run_golden
from tests.python.small_kernels import bump_row


@nki.jit
def double(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    nisa.tensor_tensor(dst=tile, data1=tile, data2=tile, op=nl.add)
    nisa.dma_copy(dst=result, src=tile)
    return result


@nki.jit
def clear(x, fail=None):
    """Writes its argument, and does something wrong if it is told to."""
    nisa.dma_copy(dst=x, src=nl.zeros(x.shape, x.dtype))
    if fail is not None:
        fail(x)
    return x


# A sanitizer keeps shadows of all memory and answers for the allocator.
without_sanitizer = pytest.mark.skipif("san.so" in os.environ.get("LD_PRELOAD", ""), reason="a sanitizer allocates")


def numbers(shape=(4, 8), dtype=np.float32):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def assert_as_before(x):
    assert np.array_equal(x, numbers(x.shape, x.dtype))
    assert not _core.tracing()
    assert np.array_equal(double(x), x + x)


def raise_interrupt(x):
    raise KeyboardInterrupt


def read_unwritten(x):
    nisa.dma_copy(dst=x, src=nl.ndarray(x.shape, x.dtype))


def fail_inside_another_kernel(x):
    double(nl.ndarray(x.shape, x.dtype, buffer=nl.psum))


FAILURES = {
    "assert": (lambda x: exec("assert False, 'no'"), AssertionError),
    "exception": (lambda x: 1 / 0, ZeroDivisionError),
    "interrupt while tracing": (raise_interrupt, KeyboardInterrupt),
    "exit": (lambda x: exit(3), SystemExit),
    "index": (lambda x: x[0:99], IndexError),
    "too many partitions": (lambda x: nl.ndarray((256, 4), nl.float32), ValueError),
    "memory": (lambda x: nisa.memset(dst=nl.ndarray((128, 60000), nl.float32), value=0.0), nki.VerifyError),
    "unwritten": (read_unwritten, nki.VerifyError),
    "inside another kernel": (fail_inside_another_kernel, nki.VerifyError),
    "argument": (lambda x: nisa.memset(dst=x), TypeError),
}


@pytest.mark.parametrize("name", FAILURES)
def test_nothing_has_happened(name):
    fail, error = FAILURES[name]
    x = numbers()
    for _ in range(2):  # the second call meets whatever the first left behind
        with pytest.raises(error):
            clear(x, fail)
        assert_as_before(x)
    assert not clear(x.copy()).any()


@pytest.mark.parametrize("path", sorted(run_golden.FOLDER.glob("bad/*.py")), ids=lambda path: path.stem)
def test_next_call_works_after_each_refusal(path):
    run_golden.run(path)
    assert_as_before(numbers())


@pytest.mark.parametrize(
    "bad",
    [numbers(dtype=np.float64), np.array([[object()]]), np.zeros((0, 8), np.float32), np.float32(1), "text", None],
)
def test_refused_argument_then_a_good_one(bad):
    with pytest.raises((AttributeError, TypeError, ValueError)):
        double(bad)
    assert_as_before(numbers())


def test_diagnostics_are_data():
    with pytest.raises(nki.VerifyError) as caught:
        clear(numbers(), read_unwritten)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic["rule"] == "uninitialised-read" and diagnostic["severity"] == "error"
    assert diagnostic["file"] == __file__ and diagnostic["text"] in str(caught.value)
    assert f"{__file__}:{diagnostic['line']}: error: {diagnostic['message']} [uninitialised-read]" in str(caught.value)
    (caller,) = diagnostic["callers"]
    assert caller["file"] == __file__ and caller["text"] == "fail(x)" and caller["line"] < diagnostic["line"]
    assert nisa.NkiValidationError is nki.VerifyError and issubclass(nki.VerifyError, nki.NkiError)


def test_code_beside_the_package_is_the_users():
    file = f"{pathlib.Path(nki.__file__).parent}_kernels/reads.py"
    namespace = {"nki": nki, "nl": nl, "nisa": nisa}
    source = "def reads(x):\n    nisa.dma_copy(dst=x, src=nl.ndarray(x.shape, x.dtype))"
    exec(compile(source, file, "exec"), namespace)
    with pytest.raises(nki.VerifyError) as caught:
        clear(numbers(), namespace["reads"])
    assert str(caught.value).startswith(f"{file}:2: error: ")


def test_traceback_shows_the_line_of_the_kernel():
    with pytest.raises(ZeroDivisionError) as caught:
        clear(numbers(), FAILURES["exception"][0])
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert frame.filename == __file__ and frame.line.startswith('"exception": (lambda x: 1 / 0')


@pytest.mark.parametrize(
    "array",
    [
        numbers((8, 4)).T,
        numbers((8, 16))[::2, ::2],
        numbers((4, 8))[:, ::-1],
        numbers().astype(">f4"),
        np.asfortranarray(numbers()),
    ],
    ids=["transposed", "strided", "reversed", "big-endian", "fortran"],
)
def test_layouts_that_work(array):
    before = array.copy()
    assert np.array_equal(double(array), before + before)
    assert np.array_equal(array, before)
    clear(array)
    assert not array.any()


def test_unaligned_input():
    memory = np.zeros(4 * 32 + 1, np.uint8)
    array = memory[1:].view(np.float32).reshape(4, 8)
    array[...] = numbers()
    assert not array.flags.aligned
    assert_as_before(array)


def test_read_only_input_is_read_only_for_a_kernel_that_writes_it():
    x = numbers()
    x.flags.writeable = False
    assert_as_before(x)
    with pytest.raises(ValueError, match="argument 'x', but that array is read-only"):
        clear(x)
    assert_as_before(x)


def test_kernel_calls_a_kernel():
    @nki.jit
    def quadruple(x):
        return double(double(x))

    x = numbers()
    assert np.array_equal(quadruple(x), 4 * x)
    assert quadruple.graph(x).text().startswith("kernel quadruple on")


@nki.jit
def slow(x, steps):
    tile = nl.ndarray((128, 4096), nl.float32)
    nisa.memset(dst=tile, value=1.0)
    for _ in range(steps):
        nisa.activation(dst=tile, op=nl.gelu, data=tile)
    nisa.dma_copy(dst=x, src=tile[0:4, 0:8])
    return x


def test_interrupt_ends_a_long_run(alarm):
    x = numbers()
    steps = 20000
    slow.plan(x, steps)  # so that it is the run that is interrupted
    start = time.perf_counter()
    alarm(0.1)
    with pytest.raises(KeyboardInterrupt):
        slow(x, steps)
    assert time.perf_counter() - start < 2
    assert_as_before(x)


def test_threads_call_kernels_at_once():
    mistakes = []

    def work(seed):
        x = numbers((64, 64 + seed)) + seed
        for turn in range(50):
            if not np.array_equal(double(x), x + x):
                mistakes.append((seed, turn))
            try:
                clear(x, read_unwritten)
            except nki.VerifyError:
                continue
            mistakes.append((seed, "no error"))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mistakes == []


def test_a_kernel_in_a_thread_does_not_disturb_a_trace():
    @nki.jit
    def outer(x):
        def other():
            found.append((_core.tracing(), double(numbers())))

        found = []
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert _core.tracing() and found[0][0] is False and np.array_equal(found[0][1], 2 * numbers())
        return double(x)

    assert_as_before(outer(numbers()) / 2)


def test_warning_of_a_partly_written_result():
    @nki.jit
    def half(x):
        result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=result[0:2, :], src=x[0:2, :])
        return result

    with pytest.warns(nki.NkiWarning, match="output-partly-written") as caught:
        result = half(numbers())
    assert caught[0].filename == __file__
    assert np.isnan(result[2:]).all() and np.array_equal(result[:2], numbers()[:2])


@pytest.mark.parametrize(
    "name, says",
    [
        ("sum", "an NkiTensor has no attribute 'sum': use nisa.tensor_reduce, or nl.sum"),
        ("T", r"no attribute 'T': t.permute\(\(1, 0\)\) is the transposed view"),
        ("sim_value", "no attribute 'sim_value': it was removed in NKI 0.5"),
        ("reshaped", "no attribute 'reshaped'; did you mean 'reshape'?"),
        ("qqq", "no attribute 'qqq'$"),
    ],
)
def test_what_a_tensor_does_not_have(name, says):
    def kernel(x):
        assert not hasattr(x, "__qqq__") and not hasattr(x, name)
        return getattr(x, name)

    with pytest.raises(AttributeError, match=says):
        nki.jit(kernel)(numbers())


def test_an_instruction_returns_no_tensor():
    def uses_what_it_returned(x):
        tile = nl.ndarray((4, 4), nl.float32)
        return nisa.memset(dst=tile, value=0.0).shape

    with pytest.raises(AttributeError, match="an instruction returns no tensor, so there is no attribute 'shape'"):
        nki.jit(uses_what_it_returned)(numbers())
    with pytest.raises(TypeError, match="memset: dst is required and missing: make the tile with nl.ndarray"):
        nki.jit(lambda x: nisa.memset(value=0.0))(numbers())


@without_sanitizer
def test_a_tensor_that_no_memory_holds_is_named():
    def kernel(x, rows):
        scratch = nl.ndarray((rows, 1 << 20), nl.float32, buffer=nl.private_hbm, name="scratch")
        nisa.dma_copy(dst=scratch[:4, :8], src=x)
        return double(x)

    line = kernel.__code__.co_firstlineno + 1
    place = rf"errors_test.py:{line}: error: scratch \({1 << 20}, {1 << 20}\) takes {4 << 40} bytes of private_hbm"
    with pytest.raises(nki.VerifyError, match=place + r"; no device .*\[hbm-capacity\]"):
        nki.jit(kernel)(numbers(), 1 << 20)
    with pytest.raises(nki.RunError, match=rf"{4 << 40} bytes, more memory than this process can get"):
        nki.simulate(kernel)(numbers(), 1 << 20)


@without_sanitizer
def test_a_tensor_that_this_process_has_no_memory_for_is_named():
    code = """
        import resource
        import nki
        from tests.python.errors_test import *
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        @nki.jit
        def kernel(x):
            scratch = nl.ndarray((1 << 13, 1 << 20), nl.float32, buffer=nl.private_hbm, name="scratch")
            nisa.dma_copy(dst=scratch[:1, :1024], src=x)
            return double(x)
        try:
            kernel(numbers((1, 1024)))
        except nki.RunError as error:
            print(error)
    """
    root = pathlib.Path(__file__).parents[2]
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=120)
    says = f"scratch ({1 << 13}, {1 << 20}) in private_hbm takes {32 << 30} bytes, more memory than this process"
    assert done.stdout.startswith("<string>:8: error: ") and says in done.stdout, done


def test_the_line_of_a_lambda_is_its_own():
    kernel = nki.jit(lambda x: None)

    def neighbour():
        """Its def line would be found next."""

    line = neighbour.__code__.co_firstlineno - 2
    with pytest.raises(nki.VerifyError, match=rf"errors_test.py:{line}: error: .*\n    kernel = nki.jit\(lambda"):
        kernel(numbers())


def test_an_interrupt_while_a_kernel_prints_stays_one(monkeypatch):
    class Out:
        def write(self, text):
            raise KeyboardInterrupt

        def flush(self):
            pass

    x = numbers()
    monkeypatch.setattr(sys, "stdout", Out())
    for run in (bump_row, nki.simulate(bump_row)):
        with pytest.raises(KeyboardInterrupt):
            run(x, 1)
    assert_as_before(x)
