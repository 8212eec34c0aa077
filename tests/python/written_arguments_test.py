"""Arrays that a kernel writes: only those bytes change, all of them or none, in any layout."""

import os
import subprocess
import sys
import textwrap
import threading

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from tests.python.small_kernels import bump_row, increment, row_at, tile_of, write_then_fail


@nki.jit
def bump_row_at(x, index):
    tile = nl.ndarray((1, x.shape[1]), x.dtype)
    nisa.dma_copy(dst=tile, src=row_at(x, index))
    nl.device_print("row", tile)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=row_at(x, index), src=tile)


@nki.jit
def bump_rows_from(x, indices):
    """Adds 1 to the row that each index names, in a loop that runs while the kernel runs; fails at a bad index."""
    for i in nl.dynamic_range(indices.shape[0]):
        index = nl.ndarray((1, 1), indices.dtype)
        nisa.dma_copy(dst=index, src=indices.ap([[1, 1], [1, 1]], scalar_offset=i, indirect_dim=0))
        row = [[x.shape[1], 1], [1, x.shape[1]]]
        tile = nl.ndarray((1, x.shape[1]), x.dtype)
        nisa.dma_copy(dst=tile, src=x.ap(row, scalar_offset=index, indirect_dim=0))
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.dma_copy(dst=x.ap(row, scalar_offset=index, indirect_dim=0), src=tile)


@nki.jit
def bump_both(x, y):
    for array in (x, y):
        for start in range(0, array.shape[0], 128):
            tile = tile_of(array[start : start + 128])
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
            nisa.dma_copy(dst=array[start : start + 128], src=tile)


def numbers(shape=(4, 8)):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def layouts(array):
    """The values of an array in memory of every kind."""
    wide = np.zeros((array.shape[0] * 2, array.shape[1] * 3), array.dtype)
    unaligned = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    places = {
        "dense": np.empty_like(array),
        "transposed": np.empty(array.shape[::-1], array.dtype).T,
        "strided": wide[::2, ::3],
        "reversed": np.empty_like(array)[::-1, ::-1],
        "big-endian": np.empty(array.shape, array.dtype.newbyteorder(">")),
        "big-endian and strided": wide.astype(">f4")[::2, ::3],
        "unaligned": unaligned,
    }
    for place in places.values():
        place[...] = array
    return places


LAYOUTS = list(layouts(numbers()))


@pytest.fixture
def meanwhile(monkeypatch):
    """meanwhile(action): runs it when the kernel prints, which is when another thread might."""

    def install(action):
        class Out:
            def write(self, text):
                if text.startswith("row"):
                    action()

            def flush(self):
                pass

        monkeypatch.setattr(sys, "stdout", Out())

    return install


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gets_the_new_values(layout):
    x = layouts(numbers())[layout]
    assert increment(x) is x
    np.testing.assert_array_equal(x, numbers() + 1)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("simulated", [False, True])
def test_bytes_that_the_kernel_does_not_write_are_not_touched(layout, simulated, meanwhile):
    x = layouts(numbers())[layout]

    def other_thread():
        x[0] = -1.0
        x[3, 5] = -2.0

    meanwhile(other_thread)
    (nki.simulate(bump_row) if simulated else bump_row)(x, 2)
    expected = numbers()
    expected[2] += 1
    expected[0] = -1.0
    expected[3, 5] = -2.0
    np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_addresses_that_only_the_run_knows(layout, meanwhile):
    x = layouts(numbers())[layout]
    meanwhile(lambda: x.__setitem__(0, -1.0))
    bump_row_at(x, np.array([[2]], np.int32))
    expected = numbers()
    expected[2] += 1
    expected[0] = -1.0
    np.testing.assert_array_equal(x, expected)


def test_threads_that_each_bump_a_row_lose_nothing():
    x = np.zeros((4, 1 << 18), np.float32)
    index = np.arange(4, dtype=np.int32).reshape(4, 1, 1)

    @nki.jit
    def bump(x, row):
        tile = tile_of(x[row].reshape((128, x.shape[1] // 128)))
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.dma_copy(dst=x[row].reshape((128, x.shape[1] // 128)), src=tile)

    def work(row):
        for _ in range(20):
            bump(x, row)
            bump_row_at(x[:, :8].view(), index[row])

    threads = [threading.Thread(target=work, args=(row,)) for row in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (x[:, 8:] == 20).all() and (x[:, :8] == 40).all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_run_that_fails_midway_changes_nothing(layout):
    x, y = (layouts(numbers())[layout] for _ in range(2))
    with pytest.raises(nki.RunError, match="scalar_offset is 9"):
        write_then_fail(x, y, np.array([[9]], np.int32))
    np.testing.assert_array_equal(x, numbers())
    np.testing.assert_array_equal(y, numbers())
    write_then_fail(x, y, np.array([[0]], np.int32))
    expected = numbers()
    expected[:, 3] = expected[1] = 1
    np.testing.assert_array_equal(y, expected)
    assert (x == 1).all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_loop_that_fails_midway_changes_nothing(layout):
    x = layouts(numbers())[layout]
    with pytest.raises(nki.RunError, match="scalar_offset is 7"):
        bump_rows_from(x, np.array([[1], [3], [1], [7]], np.int32))
    np.testing.assert_array_equal(x, numbers())
    bump_rows_from(x, np.array([[1], [3], [1], [0]], np.int32))
    np.testing.assert_array_equal(x, numbers() + np.array([[1], [2], [0], [1]]))


@pytest.mark.parametrize("layout", ["dense", "transposed"])
def test_an_interrupt_leaves_both_arrays_as_they_were_or_changes_both(layout, alarm):
    values = np.zeros((2048, 2048), np.float32)
    x, y = (layouts(values)[layout] for _ in range(2))
    bump_both(x, y)
    done = 1

    interrupted = 0
    for step in range(40):
        try:
            alarm(0.001 + 0.002 * step)
            bump_both(x, y)
            alarm(0)
        except KeyboardInterrupt:
            interrupted += 1
        assert x[0, 0] in (done, done + 1)
        done = x[0, 0]
        assert (x == done).all() and (y == done).all(), step
    assert interrupted


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_row_of_a_large_array_costs_a_row():
    code = """
        import numpy as np
        from tests.python.small_kernels import bump_row
        from tests.python.written_arguments_test import bump_row_at

        def peak():
            with open("/proc/self/status") as lines:
                return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))  # MiB

        small = np.ones((16, 16384), np.float32)
        bump_row(small, 7), bump_row_at(small, np.array([[9]], np.int32))
        x = np.ones((4096, 16384), np.float32)  # 256 MiB
        before = peak()
        bump_row(x, 7), bump_row_at(x, np.array([[9]], np.int32))
        assert x[7, 0] == x[9, 0] == 2 and x[10, 0] == 1
        assert peak() - before < 40, (before, peak())
    """
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("strides", [(0, 4), (4, 4), (16, 0), (8, 4)])
@pytest.mark.parametrize("simulated", [False, True])
def test_an_array_that_overlaps_itself_may_not_be_written(strides, simulated):
    memory = np.zeros(64, np.float32)
    x = as_strided(memory, (2, 4), strides)
    with pytest.raises(ValueError, match="increment: the kernel writes its argument 'a', some elements of which share"):
        (nki.simulate(increment) if simulated else increment)(x)
    assert not memory.any()


@pytest.mark.parametrize("strides", [(8, 12), (4, 12), (-16, 4)])
def test_interleaved_rows_do_not_overlap(strides):
    memory = np.zeros(64, np.float32)
    x = as_strided(memory[32:], (3, 2), strides)
    increment(x)
    assert (x == 1).all() and memory.sum() == x.size
