"""What kernels read besides their arguments: a change of it is seen at the next call."""

import gc
import subprocess
import sys
import textwrap
import threading
import weakref

import nki
import numpy as np
import pytest

from tests.python.captured_cases import CASES, NOT_KEPT, Fields, Settings, Slotted, restored  # noqa: F401
from tests.python.small_kernels import scaled


@pytest.fixture
def x():
    return np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("name", CASES)
def test_a_change_is_seen(name, x):
    factor, change = CASES[name]()
    kernel = nki.jit(lambda x: scaled(x, factor()))
    for _ in range(2):
        np.testing.assert_array_equal(kernel(x), x * 2)
    change()
    for _ in range(2):
        np.testing.assert_array_equal(kernel(x), x * 3)


# Without what computes the names of globals: it may mean all of that module, and of pytest.
@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("name", [name for name in CASES if name != "global_by_computed_name"])
def test_what_has_not_changed_is_not_traced_again(name, x):
    factor, _ = CASES[name]()
    traces = []

    @nki.jit
    def kernel(x):
        traces.append(1)
        return scaled(x, factor())

    kernel(x)
    first = len(traces)
    for _ in range(3):
        kernel(x)
    assert len(traces) - first == (3 if name in NOT_KEPT else 0)


def test_equal_values_made_anew_are_no_change(x):
    traces = []
    config = Settings(s=float("2.5"), sizes=("name", 1000, (2.5,)))

    @nki.jit
    def kernel(x):
        traces.append(1)
        return scaled(x, config.s * len(config.sizes))

    kernel(x)
    config.s, config.sizes = float("2.5"), ("na" + str("me"), int("1000"), (float("2.5"),))
    np.testing.assert_array_equal(kernel(x), x * 7.5)
    assert traces == [1]
    for equal in (np.float64(2.5), 2.5, -0.0, 0.0):  # not the same to a kernel
        config.s = equal
        kernel(x)
    assert len(traces) == 5


def test_what_the_trace_has_filled_is_watched_as_it_left_it(x):
    memo, counter = {}, [0]

    @nki.jit
    def kernel(x):
        counter[0] += 1
        return scaled(x, memo.setdefault("factor", 2.0))

    for _ in range(3):
        np.testing.assert_array_equal(kernel(x), x * 2)
    if threading.active_count() == 1:
        assert counter == [1]
    memo["factor"] = 3.0
    np.testing.assert_array_equal(kernel(x), x * 3)
    before = counter[0]
    counter[0] = 10
    kernel(x)
    assert before < counter[0] != 10


def test_a_log_shared_by_kernels_makes_neither_trace_again(x):
    log = []

    def logging(name):
        @nki.jit
        def kernel(x):
            log.append(name)
            return scaled(x, 2)

        return kernel

    first, second = logging("first"), logging("second")
    for _ in range(3):
        first(x)
        second(x)
    assert log == ["first", "second"]


@pytest.mark.parametrize("change", [lambda c: c.update(s=3.0), lambda c: c.update(new=1, s=3.0)])
def test_what_another_thread_changes_while_tracing_is_seen(x, change):
    config = {"s": 2.0}
    reading, changed = threading.Event(), threading.Event()

    def work():
        reading.wait()
        change(config)
        changed.set()

    @nki.jit
    def kernel(x):
        factor = config["s"]
        reading.set()
        changed.wait()
        return scaled(x, factor)

    thread = threading.Thread(target=work)
    thread.start()
    kernel(x)
    thread.join()
    np.testing.assert_array_equal(kernel(x), x * 3)


LIBRARY = """
    import nki
    from tests.python.small_kernels import scaled

    SCALE = 2.0

    class Config:
        def __init__(self):
            self.s = 2.0

    @nki.jit
    def times_scale(x):
        return scaled(x, SCALE)

    @nki.jit
    def times_config(x, config):
        return scaled(x, config.s)
"""


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages", "mine"])
@pytest.mark.parametrize("name", ["kernel_library", "profile", "code"])  # the latter as modules of Python's own
def test_code_is_watched_wherever_it_lies(tmp_path, folder, name):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / f"{name}.py").write_text(textwrap.dedent(LIBRARY))
    program = f"""
        import sys
        sys.path.insert(0, {str(tmp_path / folder)!r})
        import {name} as library
        import numpy as np
        x = np.ones((2, 4), np.float32)
        config = library.Config()
        print(library.times_scale(x)[0, 0], library.times_config(x, config)[0, 0])
        library.SCALE = config.s = 3.0
        print(library.times_scale(x)[0, 0], library.times_config(x, config)[0, 0])
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.stdout == "2.0 2.0\n3.0 3.0\n", run.stderr


def test_a_dropped_kernel_that_knows_itself_is_freed(x):
    def make():
        held = Fields()
        held.kernel = nki.jit(lambda x: scaled(x, held.factor))
        held.factor = 2.25
        held.kernel(x)
        return weakref.ref(held)

    dropped = make()
    gc.collect()
    assert dropped() is None


def test_a_slot_that_is_filled_later(x):
    config = Slotted()
    del config.s
    kernel = nki.jit(lambda x: scaled(x, getattr(config, "s", 2.0)))
    np.testing.assert_array_equal(kernel(x), x * 2)
    config.s = 3.0
    np.testing.assert_array_equal(kernel(x), x * 3)
    del config.s
    np.testing.assert_array_equal(kernel(x), x * 2)


def test_a_variable_of_a_closure_that_is_not_there_yet(x):
    def factor():
        try:
            return late
        except NameError:
            return 2.0

    kernel = nki.jit(lambda x: scaled(x, factor()))
    np.testing.assert_array_equal(kernel(x), x * 2)
    late = 3.0
    np.testing.assert_array_equal(kernel(x), x * 3)
