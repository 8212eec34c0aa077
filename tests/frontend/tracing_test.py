"""What tracing itself must refuse or get right: sizes beyond all memory, grids, constants, the process's end."""

import subprocess
import sys

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

X = np.arange(128 * 16, dtype=np.float32).reshape(128, 16)


def traced(function, *arrays):
    return nki.jit(function)(*(arrays or (X,)))


@pytest.mark.parametrize("pattern", [[[1 << 62, 5], [1, 4]], [[16, 128], [1 << 60, 9]], [[0, 1 << 40], [0, 1 << 40]]])
def test_pattern_that_overflows_is_refused(pattern):
    def kernel(x):
        tile = nl.ndarray((128, 16), nl.float32)
        nisa.dma_copy(dst=tile, src=x.ap(pattern))
        out = nl.ndarray((128, 16), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=tile)
        return out

    with pytest.raises(ValueError, match="2\\^47"):
        traced(kernel)


def test_on_chip_pattern_that_overflows_is_refused():
    with pytest.raises(ValueError, match=r"past element 2\^47"):
        traced(lambda x: nl.ndarray((128, 16), nl.float32).ap([[16, 128], [1 << 62, 3]]))


def test_shape_that_overflows_is_refused():
    with pytest.raises(ValueError, match="larger than any memory"):
        traced(lambda x: nl.ndarray((1 << 33, 1 << 31), nl.float32, buffer=nl.hbm))


def test_name_must_be_a_string():
    with pytest.raises(TypeError, match="name must be a string, got 5"):
        traced(lambda x: nl.ndarray((128, 16), nl.float32, name=5))


@pytest.mark.parametrize("mode", ["skip", "error"])
def test_dma_that_leaves_the_storage(mode):
    """Rows 120 to 135 of a tensor with 128: skipped elements keep what was there."""

    def kernel(x):
        out = nl.ndarray((16, 16), nl.float32, buffer=nl.shared_hbm)
        tile = nl.full((16, 16), -1, nl.float32)
        nisa.dma_copy(dst=tile, src=x.ap([[16, 16], [1, 16]], offset=120 * 16), oob_mode=getattr(nisa.oob_mode, mode))
        nisa.dma_copy(dst=out, src=tile)
        return out

    if mode == "error":
        with pytest.raises(nki.VerifyError, match="reaches element 2175; the storage of x holds 2048 .in-bounds."):
            traced(kernel)
    else:
        got = traced(kernel)
        assert np.array_equal(got[:8], X[120:]) and (got[8:] == -1).all()


def test_programs_share_tensors_by_name():
    """Program 0 makes p and then q, program 1 the other way round: each name is one tensor."""

    def kernel(x):
        program = nl.program_id(0)
        names = ["p", "q"] if program == 0 else ["q", "p"]
        made = {name: nl.ndarray((2, 8), nl.float32, buffer=nl.shared_hbm, name=name) for name in names}
        for name, value in (("p", 1), ("q", 2)):
            tile = nl.full((1, 8), value, nl.float32)
            nisa.dma_copy(dst=made[name][program : program + 1, :], src=tile)
        return made["p"], made["q"]

    p, q = nki.jit(kernel)[2](X)
    assert (p == 1).all() and (q == 2).all()


def test_programs_do_not_share_tiles():
    tiles = []

    def kernel(x):
        out = nl.ndarray((2, 8), nl.float32, buffer=nl.shared_hbm)
        tiles.append(nl.full((1, 8), 1, nl.float32))
        nisa.dma_copy(dst=out[nl.program_id(0) : nl.program_id(0) + 1, :], src=tiles[0])
        return out

    with pytest.raises(ValueError, match="was made by program 0 of the grid; programs share tensors in shared"):
        nki.jit(kernel)[2](X)


def test_many_tiles_of_one_name_have_names_of_their_own():
    def kernel(x):
        out = nl.ndarray((128, 16), nl.float32, buffer=nl.shared_hbm)
        for _ in range(3):
            tile = nl.ndarray((128, 16), nl.float32, name="tile")
            nisa.dma_copy(dst=tile, src=x)
            nisa.dma_copy(dst=out, src=tile)
        return out

    text = nki.jit(kernel).graph(X).text()
    assert all(f"tensor {name}: " in text for name in ("tile", "tile.1", "tile.2"))


def test_shared_constant(tmp_path):
    table = np.arange(16, dtype=np.int32).reshape(2, 8)
    np.save(tmp_path / "table.npy", table)

    def kernel(x):
        out = nl.ndarray((2, 8), nl.int32, buffer=nl.shared_hbm)
        tile = nl.ndarray((2, 8), nl.int32)
        source = nl.shared_constant(table)
        again = nl.shared_constant(str(tmp_path / "table.npy"))
        nisa.dma_copy(dst=tile, src=source)
        nisa.tensor_tensor(dst=tile, data1=tile, data2=tile, op=nl.add)
        nisa.dma_copy(dst=out, src=tile)
        nisa.dma_copy(dst=tile, src=again)
        return out

    assert np.array_equal(traced(kernel), 2 * table)


def test_process_ends_while_a_daemon_thread_runs_kernels(tmp_path):
    script = tmp_path / "daemon.py"
    script.write_text(
        "import numpy as np, threading, time, nki, nki.language as nl, nki.isa as nisa\n"
        "@nki.jit\n"
        "def k(x):\n"
        "    t = nl.ndarray(x.shape, x.dtype); o = nl.ndarray(x.shape, x.dtype, nl.shared_hbm)\n"
        "    nisa.dma_copy(dst=t, src=x); nisa.dma_copy(dst=o, src=t); return o\n"
        "a = np.ones((128, 64), np.float32); k(a)\n"
        "def loop():\n"
        "    while True: k(a)\n"
        "for _ in range(3): threading.Thread(target=loop, daemon=True).start()\n"
        "time.sleep(0.2)\n"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
