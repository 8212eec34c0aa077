"""Kernels on the two cores of a logical NeuronCore: kernel[2](…), core_barrier, sendrecv."""

import threading
import time

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


def trn2(function):
    return nki.jit(function, platform_target="trn2")


def fresh(*shape, dtype=np.float32):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


@trn2
def swap_halves(a):
    """Each core loads its half of the rows, gives it to the other one, and stores what it got."""
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    core, rows = nl.program_id(0), a.shape[0] // 2
    mine = nl.ndarray((rows, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    got = nl.ndarray(mine.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=mine, src=a[core * rows : (core + 1) * rows])
    nisa.sendrecv(src=mine, dst=got, send_to_rank=1 - core, recv_from_rank=1 - core, pipe_id=0)
    nisa.dma_copy(dst=out[core * rows : (core + 1) * rows], src=got)
    return out


@pytest.mark.parametrize("shape", [(2, 1), (64, 8), (256, 700)])
@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.float16])
def test_sendrecv_exchanges_tiles(shape, dtype):
    a = (fresh(*shape) * 20).astype(dtype)
    half = shape[0] // 2
    np.testing.assert_array_equal(swap_halves[2](a), np.concatenate([a[half:], a[:half]]))


@trn2
def rotate_in_place(a, rounds):
    """Several exchanges, each with the tile as its own destination."""
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    core, rows = nl.program_id(0), a.shape[0] // 2
    tile = nl.ndarray((rows, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a[core * rows : (core + 1) * rows])
    for _ in range(rounds):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=float(core + 1))
        nisa.sendrecv(src=tile, dst=tile, send_to_rank=1 - core, recv_from_rank=1 - core, pipe_id=7)
    nisa.dma_copy(dst=out[core * rows : (core + 1) * rows], src=tile)
    return out


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_a_tile_may_be_its_own_destination(rounds):
    a = fresh(8, 16)
    halves = [a[:4].copy(), a[4:].copy()]
    for _ in range(rounds):
        halves = [halves[1] + np.float32(2), halves[0] + np.float32(1)]
    np.testing.assert_array_equal(rotate_in_place[2](a, rounds), np.concatenate(halves))


@trn2
def sum_of_halves(a):
    """Both cores write their partial sum to shared HBM, meet, and read the other one's."""
    out = nl.ndarray((2, a.shape[1]), dtype=a.dtype, buffer=nl.shared_hbm)
    partial = nl.ndarray((2, a.shape[1]), dtype=a.dtype, buffer=nl.shared_hbm, name="partial")
    core, other = nl.program_id(0), 1 - nl.program_id(0)
    mine = nl.ndarray((1, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    theirs = nl.ndarray((1, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=mine, src=a[core : core + 1])
    nisa.dma_copy(dst=partial[core : core + 1], src=mine)
    nisa.core_barrier(data=partial, cores=(0, 1))
    nisa.dma_copy(dst=theirs, src=partial[other : other + 1])
    nisa.tensor_tensor(dst=mine, data1=mine, data2=theirs, op=nl.add)
    nisa.dma_copy(dst=out[core : core + 1], src=mine)
    return out


def test_core_barrier_lets_cores_see_what_the_other_wrote():
    a = fresh(2, 32)
    np.testing.assert_array_equal(sum_of_halves[2](a), np.stack([a[0] + a[1]] * 2))


def test_both_cores_have_memories_of_their_own():
    @trn2
    def kernel(a):
        out = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray((1, 4), dtype=a.dtype, buffer=nl.sbuf, address=(0, 64))
        nisa.memset(tile, float(nl.program_id(0) + 1))
        nisa.core_barrier(data=out, cores=(0, 1))
        nisa.dma_copy(dst=out[nl.program_id(0) : nl.program_id(0) + 1], src=tile)
        return out

    np.testing.assert_array_equal(kernel[2](fresh(1, 1)), [[1] * 4, [2] * 4])


def test_exchanges_with_different_pipes_may_be_issued_in_another_order():
    @trn2
    def kernel(a):
        out = nl.ndarray((2, 2), dtype=a.dtype, buffer=nl.shared_hbm)
        core = nl.program_id(0)
        tile = nl.ndarray((1, 2), dtype=a.dtype, buffer=nl.sbuf)
        got = nl.ndarray((1, 2), dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a[core : core + 1])
        for pipe in (0, 1) if core == 0 else (1, 0):
            part = slice(pipe, pipe + 1)
            nisa.sendrecv(tile[:, part], got[:, part], 1 - core, 1 - core, pipe)
        nisa.dma_copy(dst=out[core : core + 1], src=got)
        return out

    a = fresh(2, 2)
    np.testing.assert_array_equal(kernel[2](a), a[::-1])


def crossing(core, exchanges):
    """Issues the exchanges, on core 1 in the opposite order."""
    for exchange in exchanges if core == 0 else reversed(exchanges):
        exchange()


def full_tile(value, *shape, address=None):
    tile = nl.ndarray(shape, dtype=nl.float32, buffer=nl.sbuf, address=address)
    nisa.memset(tile, value)
    return tile


@pytest.mark.parametrize("way", ["planned", "simulated"])
def test_tiles_of_exchanges_in_another_order_have_places_of_their_own(way):
    @trn2
    def kernel(_):
        out = nl.ndarray((2, 128, 4), dtype=nl.float32, buffer=nl.shared_hbm)
        core = nl.program_id(0)
        t, t2 = full_tile(1.0 + core, 128, 4), full_tile(10.0 + core, 128, 4)
        u, v = (nl.ndarray(t.shape, dtype=t.dtype, buffer=nl.sbuf) for _ in range(2))
        exchanges = [
            lambda: nisa.sendrecv(t, u, 1 - core, 1 - core, 0),
            lambda: nisa.sendrecv(t2, v, 1 - core, 1 - core, 1),
        ]
        crossing(core, exchanges)
        nisa.dma_copy(dst=out[core], src=u)
        return out

    result = ways(kernel[2])[way](fresh(1, 1))
    np.testing.assert_array_equal(result, np.stack([np.full((128, 4), 2.0), np.full((128, 4), 1.0)]))


def received_is_sent(core, t, u, v):
    nisa.memset(u, 7.0)
    return [lambda: nisa.sendrecv(t, u, 1 - core, 1 - core, 0), lambda: nisa.sendrecv(u, v, 1 - core, 1 - core, 1)]


def sent_is_received(core, t, u, v):
    return [lambda: nisa.sendrecv(t, u, 1 - core, 1 - core, 0), lambda: nisa.sendrecv(v, t, 1 - core, 1 - core, 1)]


def received_twice(core, t, u, v):
    return [lambda: nisa.sendrecv(t, u, 1 - core, 1 - core, 0), lambda: nisa.sendrecv(v, u, 1 - core, 1 - core, 1)]


def placed_over_each_other(core, t, u, v):
    w, x = full_tile(0.0, 4, 4, address=(0, 4096)), full_tile(0.0, 4, 4, address=(0, 4104))
    return [lambda: nisa.sendrecv(t, w, 1 - core, 1 - core, 0), lambda: nisa.sendrecv(x, v, 1 - core, 1 - core, 1)]


@pytest.mark.parametrize("way", ["planned", "simulated"])
@pytest.mark.parametrize("exchanges", [received_is_sent, sent_is_received, received_twice, placed_over_each_other])
def test_exchanges_of_one_tile_keep_their_order(way, exchanges):
    def kernel(_, cross):
        out = nl.ndarray((2, 4, 4), dtype=nl.float32, buffer=nl.shared_hbm)
        core = nl.program_id(0)
        t, u, v = full_tile(1.0 + core, 4, 4), full_tile(0.0, 4, 4), full_tile(20.0 + core, 4, 4)
        both = exchanges(core, t, u, v)
        crossing(core if cross else 0, both)
        nisa.dma_copy(dst=out[core], src=v if exchanges is received_is_sent else u)
        return out

    kernel = ways(trn2(kernel)[2])[way]
    expected = {received_is_sent: [1, 2], sent_is_received: [2, 1], received_twice: [21, 20]}
    in_order = kernel(fresh(1, 1), False)[:, 0, 0]
    np.testing.assert_array_equal(in_order, expected.get(exchanges, [0, 0]))
    place = r"sendrecv with pipe_id {} at .*two_cores_test\.py:\d+"
    message = ", ".join(
        rf"core {core} waits in {place.format(core)} \(its {place.format(1 - core)} comes after .*both use \S+\)"
        for core in range(2)
    )
    with pytest.raises(nki.VerifyError, match=message + r".*\[core-deadlock\]"):
        kernel(fresh(1, 1), True)


def test_cores_meet_in_loops_that_run_while_the_kernel_runs():
    @trn2
    def kernel(a, passes):
        out = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.shared_hbm)
        core = nl.program_id(0)
        tile = nl.ndarray((1, 4), dtype=a.dtype, buffer=nl.sbuf)
        count = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a[core : core + 1])
        nisa.dma_copy(dst=count, src=passes[core : core + 1])
        for _ in nl.dynamic_range(nisa.register_alloc(count)):
            nisa.sendrecv(tile, tile, 1 - core, 1 - core, 0)
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.dma_copy(dst=out[core : core + 1], src=tile)
        return out

    a = np.array([[0.0] * 4, [10.0] * 4], np.float32)
    for passes in (0, 1, 2, 3):
        expected = a[:: -1 if passes % 2 else 1] + passes
        np.testing.assert_array_equal(kernel[2](a, np.array([[passes]] * 2, np.int32)), expected)
    with pytest.raises(nki.RunError, match="core 0 has ended, core 1 waits in sendrecv with pipe_id 0"):
        kernel[2](a, np.array([[1], [2]], np.int32))
    np.testing.assert_array_equal(kernel[2](a, np.array([[1], [1]], np.int32)), a[::-1] + 1)


def meeting(body):
    """A kernel on two cores that runs `body(core, tile, out)`."""

    @trn2
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        other = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm, name="other")
        tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a)
        body(nl.program_id(0), tile, out, other)
        nisa.dma_copy(dst=out, src=tile)
        return out

    return kernel


def one_barrier(core, tile, out, other):
    if core == 0:
        nisa.core_barrier(out, (0, 1))


def barrier_and_exchange(core, tile, out, other):
    if core == 0:
        nisa.core_barrier(out, (0, 1))
    else:
        nisa.sendrecv(tile, tile, 0, 0, 0)


def different_pipes(core, tile, out, other):
    nisa.sendrecv(tile, tile, 1 - core, 1 - core, core)
    nisa.memset(tile, 0.0)


def different_tensors(core, tile, out, other):
    nisa.core_barrier(out if core == 0 else other, (0, 1))


def to_itself(core, tile, out, other):
    nisa.sendrecv(tile, tile, core, core, 0)


def different_tiles(core, tile, out, other):
    part = tile[:, 0:2] if core == 0 else tile
    nisa.sendrecv(part, part, 1 - core, 1 - core, 0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (one_barrier, r"core 0 waits in core_barrier at .*two_cores_test\.py:\d+, core 1 has ended.*\[core-deadlock\]"),
        (barrier_and_exchange, r"core 0 waits in core_barrier at .*, core 1 waits in sendrecv with pipe_id 0 at "),
        (different_pipes, r"core 0 waits in sendrecv with pipe_id 0 .*, core 1 waits in sendrecv with pipe_id 1 "),
        (different_tensors, r"the cores meet about different tensors, .* and other: .*\[core-meeting\]"),
        (to_itself, r"core 0 sends to rank 0 and receives from rank 0, .*each must name the other core.*core-meeting"),
        (different_tiles, r"exchange different tiles, float32\[4, 2\] and float32\[4, 4\]: .*\[core-meeting\]"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_cores_that_miss_each_other_are_told_where_both_are(body, message):
    with pytest.raises(nki.VerifyError, match=message):
        meeting(body)[2](fresh(4, 4))


def test_one_core_cannot_meet():
    with pytest.raises(nki.VerifyError, match=r"no other core to meet; launch the kernel on two: kernel\[2\]"):
        meeting(one_barrier)(fresh(4, 4))


def test_what_the_other_core_has_not_written_yet_is_not_initialised():
    """Without the barrier core 0 would read what core 1 writes later, or has not written."""

    @trn2
    def kernel(a):
        out = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.shared_hbm)
        shared = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.shared_hbm, name="shared")
        core = nl.program_id(0)
        tile = nl.ndarray((1, 4), dtype=a.dtype, buffer=nl.sbuf)
        nisa.memset(tile, 1.0)
        nisa.dma_copy(dst=shared[core : core + 1], src=tile)
        nisa.dma_copy(dst=tile, src=shared[1 - core : 2 - core])
        nisa.core_barrier(shared, (0, 1))
        nisa.dma_copy(dst=out[core : core + 1], src=tile)
        return out

    with pytest.raises(nki.VerifyError, match=r"src reads .* of shared .*, which nothing has written"):
        kernel[2](fresh(1, 1))


def test_trn1_has_no_cores_that_meet():
    kernel = nki.jit(swap_halves.function, platform_target="trn1")
    with pytest.raises(nki.VerifyError, match="targets that have it: trn2, trn3"):
        kernel[2](fresh(4, 4))


def test_large_kernels_give_the_same_bits_with_one_worker_and_two(monkeypatch):
    @trn2
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        core, rows = nl.program_id(0), a.shape[0] // 2
        for start in range(core * rows, (core + 1) * rows, 128):
            tile = nl.ndarray((128, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
            got = nl.ndarray(tile.shape, dtype=a.dtype, buffer=nl.sbuf)
            nisa.dma_copy(dst=tile, src=a[start : start + 128])
            nisa.activation(dst=tile, op=nl.exp, data=tile)
            nisa.sendrecv(tile, got, 1 - core, 1 - core, start % (rows))
            nisa.tensor_tensor(dst=tile, data1=tile, data2=got, op=nl.multiply)
            nisa.dma_copy(dst=out[start : start + 128], src=tile)
        return out

    a = fresh(2048, 2048) * np.float32(0.1)
    e = np.exp(a.astype(np.float64))
    expected = e * np.concatenate([e[1024:], e[:1024]])
    results = [kernel[2](a) for _ in range(3)]
    np.testing.assert_allclose(results[0], expected, rtol=1e-5)
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


# ---- errors and interrupts while a core waits ----


def ways(kernel):
    return {"planned": kernel, "simulated": nki.simulate(kernel)}


@trn2
def meet_in_loop(a, passes):
    """Each core comes as often to a barrier as its row of `passes` says."""
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    count = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    core = nl.program_id(0)
    tile = nl.ndarray((1, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a[core : core + 1])
    nisa.dma_copy(dst=count, src=passes[core : core + 1])
    for _ in nl.dynamic_range(nisa.register_alloc(count)):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.core_barrier(data=out, cores=(0, 1))
    nisa.dma_copy(dst=out[core : core + 1], src=tile)
    return out


@pytest.mark.parametrize("way", ["planned", "simulated"])
def test_barriers_in_loops_with_different_trip_counts(way):
    kernel, a = ways(meet_in_loop)[way], np.zeros((2, 4), np.float32)
    for passes in (0, 3):
        np.testing.assert_array_equal(kernel[2](a, np.array([[passes]] * 2, np.int32)), a + passes)
    for passes, message in {
        (2, 3): r"core 0 has ended, core 1 waits in core_barrier at .*two_cores_test\.py:\d+",
        (1, 0): r"core 0 waits in core_barrier at .*two_cores_test\.py:\d+, core 1 has ended",
    }.items():
        for _ in range(2):  # the same each time
            with pytest.raises(nki.RunError, match=message):
                kernel[2](a, np.array(passes, np.int32).reshape(2, 1))


@trn2
def exchange_in_loop(a, passes, pipe_of_core):
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    count = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    core = nl.program_id(0)
    tile = nl.ndarray((1, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a[core : core + 1])
    nisa.dma_copy(dst=count, src=passes[core : core + 1])
    for _ in nl.dynamic_range(nisa.register_alloc(count)):
        nisa.sendrecv(tile, tile, 1 - core, 1 - core, pipe_of_core[core])
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=out[core : core + 1], src=tile)
    return out


@pytest.mark.parametrize("way", ["planned", "simulated"])
@pytest.mark.parametrize("passes", [(1, 3), (3, 1), (0, 1), (2, 5)])
def test_exchanges_in_loops_with_different_trip_counts(way, passes):
    a = fresh(2, 4)
    more = 0 if passes[0] > passes[1] else 1
    line = r"sendrecv with pipe_id 0 at .*two_cores_test\.py:\d+"
    message = f"core 0 waits in {line}, core 1 has ended" if more == 0 else f"core 0 has ended, core 1 waits in {line}"
    with pytest.raises(nki.RunError, match=message):
        ways(exchange_in_loop)[way][2](a, np.array(passes, np.int32).reshape(2, 1), (0, 0))


@pytest.mark.parametrize("way", ["planned", "simulated"])
def test_exchanges_on_different_pipes_in_loops(way):
    message = "core 0 waits in sendrecv with pipe_id 0 .*, core 1 waits in sendrecv with pipe_id 1"
    with pytest.raises((nki.RunError, nki.VerifyError), match=message):
        ways(exchange_in_loop)[way][2](fresh(2, 4), np.array([[1], [1]], np.int32), (0, 1))


@trn2
def one_fails(a, rows, failing):
    """The core `failing` gathers rows that may not be there, while the other one waits for it."""
    out = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.shared_hbm)
    core = nl.program_id(0)
    tile = nl.ndarray((2, 4), dtype=a.dtype, buffer=nl.sbuf)
    index = nl.ndarray((2, 1), dtype=nl.int32, buffer=nl.sbuf)
    nisa.memset(tile, 1.0)
    if core == failing:
        nisa.dma_copy(dst=index, src=rows)
        nisa.dma_copy(dst=tile, src=a.ap([[4, 2], [1, 4]], vector_offset=index))
    nisa.core_barrier(data=out, cores=(0, 1))
    nisa.dma_copy(dst=out[core : core + 1], src=tile[0:1])
    return out


@pytest.mark.parametrize("way", ["planned", "simulated"])
@pytest.mark.parametrize("failing", [0, 1])
def test_a_core_that_fails_ends_the_one_that_waits(way, failing):
    a, kernel = fresh(8, 4), ways(one_fails)[way]
    with pytest.raises(nki.RunError, match="index 1 of vector_offset is 8"):
        kernel[2](a, np.array([[0], [8]], np.int32), failing)
    expected = np.ones((2, 4), np.float32)
    expected[failing] = a[3]
    np.testing.assert_array_equal(kernel[2](a, np.array([[3], [7]], np.int32), failing), expected)
    assert not cores_left()


def cores_left():
    return [thread for thread in threading.enumerate() if thread.name == "nki core 1"]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_core_whose_python_fails_ends_the_one_that_waits(failing):
    @trn2
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        if nl.program_id(0) == failing:
            raise KeyError("the kernel's own")
        nisa.core_barrier(data=out, cores=(0, 1))
        return out

    for way in ways(kernel).values():
        with pytest.raises(KeyError, match="the kernel's own"):
            way[2](fresh(2, 2))
    assert not cores_left()


@pytest.mark.parametrize("busy", [0, 1])
def test_an_interrupt_ends_both_cores_of_the_simulator(busy, alarm):
    """Whichever core's Python runs, while the other one waits at the barrier."""

    @trn2
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        deadline = time.monotonic() + 20
        while nl.program_id(0) == busy and time.monotonic() < deadline:
            pass
        nisa.core_barrier(data=out, cores=(0, 1))
        return out

    start = time.monotonic()
    alarm(0.2)
    with pytest.raises(KeyboardInterrupt):
        nki.simulate(kernel)[2](fresh(2, 2))
    assert time.monotonic() - start < 10
    assert not cores_left()
    np.testing.assert_array_equal(nki.simulate(swap_halves)[2](np.eye(2, dtype=np.float32)), np.eye(2)[::-1])


def test_an_interrupt_ends_cores_that_meet_in_a_long_loop(alarm):
    a, passes = np.zeros((2, 4), np.float32), np.array([[2**30]] * 2, np.int32)
    meet_in_loop[2](a, np.array([[1], [1]], np.int32))
    start = time.monotonic()
    alarm(0.2)
    with pytest.raises(KeyboardInterrupt):
        meet_in_loop[2](a, passes)
    assert time.monotonic() - start < 10


def test_threads_launch_kernels_on_two_cores_at_once():
    mistakes = []

    def call(seed):
        a = np.random.default_rng(seed).standard_normal((16, 8), np.float32)
        for round in range(5):
            for kernel in (swap_halves, nki.simulate(swap_halves)) if round == 0 else (swap_halves,):
                if not np.array_equal(kernel[2](a), np.concatenate([a[8:], a[:8]])):
                    mistakes.append(seed)
            got = sum_of_halves[2](a[:2])
            if not np.array_equal(got, np.stack([a[0] + a[1]] * 2)):
                mistakes.append(seed)

    threads = [threading.Thread(target=call, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not mistakes
