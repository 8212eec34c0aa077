"""Registers, loops that run while the kernel runs, and addresses that only the run knows, against plain NumPy."""

import contextlib

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


def loaded(tensor):
    """A register with the only element of an HBM tensor."""
    tile = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=tensor)
    register = nisa.register_alloc()
    nisa.register_load(register, tile)
    return register


@nki.jit
def add_rows(a, count):
    """Adds 2 to the first `count` blocks of 128 rows; the others become 0."""
    out = nl.zeros(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    columns = a.shape[1]
    for i in nl.dynamic_range(0, loaded(count), 128):
        tile = nl.ndarray((128, columns), dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a.ap([[columns, 128], [1, columns]], scalar_offset=i))
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=2.0)
        nisa.dma_copy(dst=out.ap([[columns, 128], [1, columns]], scalar_offset=i), src=tile)
    return out


@pytest.mark.parametrize("rows", [0, 128, 384, 512])
def test_a_dynamic_range_runs_as_often_as_its_register_says(rows):
    a = np.arange(512 * 8, dtype=np.float32).reshape(512, 8)
    expected = np.zeros_like(a)
    expected[:rows] = a[:rows] + 2
    np.testing.assert_array_equal(add_rows(a, np.array([[rows]], np.int32)), expected)


def test_one_trace_serves_every_trip_count():
    a = np.zeros((512, 8), np.float32)
    before = len(add_rows.specializations())
    for rows in (128, 256):
        add_rows(a, np.array([[rows]], np.int32))
    assert len(add_rows.specializations()) <= max(before, 1)


def test_an_index_beyond_the_tensor_names_it_and_the_line():
    a = np.zeros((256, 8), np.float32)
    with pytest.raises(nki.RunError, match=r"loops_test\.py:\d+.*dma_copy: scalar_offset is 256: .* of a, which holds"):
        add_rows(a, np.array([[384]], np.int32))
    np.testing.assert_array_equal(add_rows(a, np.array([[256]], np.int32)), a + 2)


@nki.jit
def count_down(start, trace):
    """R14: writes start, start - 1, … 1 to the front of a copy of `trace`."""
    out = nl.ndarray(trace.shape, dtype=nl.int32, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=trace)
    value = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    nisa.dma_copy(dst=value, src=start)
    position = nl.zeros((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    register = nisa.register_alloc()
    nisa.register_load(register, value)
    while register:
        nisa.dma_copy(dst=out.ap([[1, 1], [1, 1]], scalar_offset=position), src=value)
        nisa.tensor_scalar(dst=value, data=value, op0=nl.subtract, operand0=1)
        nisa.tensor_scalar(dst=position, data=position, op0=nl.add, operand0=1)
        nisa.register_load(register, value)
    return out


@pytest.mark.parametrize("start", [0, 1, 5])
def test_r14_a_while_loop_on_a_register_ends(start):
    trace = np.full((8, 1), -1, np.int32)
    expected = trace.copy()
    expected[:start, 0] = np.arange(start, 0, -1)
    np.testing.assert_array_equal(count_down(np.array([[start]], np.int32), trace), expected)


@nki.jit
def sum_to(n):
    """0 + 1 + … + (n - 1) with fori_loop, and how often a while_loop halves n until it is 0."""
    out = nl.ndarray((1, 2), dtype=nl.int32, buffer=nl.shared_hbm)
    total = nl.zeros((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    halvings = nl.zeros((1, 1), dtype=nl.int32, buffer=nl.sbuf)

    def add(i):
        term = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.register_store(term, i)
        nisa.tensor_tensor(dst=total, data1=total, data2=term, op=nl.add)
        nisa.register_move(i, 7)  # has no effect on the loop

    def halve(r):
        value = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.register_store(value, r)
        nisa.tensor_scalar(dst=value, data=value, op0=nl.right_shift, operand0=1)
        nisa.tensor_scalar(dst=halvings, data=halvings, op0=nl.add, operand0=1)
        following = nisa.register_alloc()
        nisa.register_load(following, value)
        return following

    n_register = loaded(n)
    nl.fori_loop(0, n_register, add)
    nl.while_loop(n_register, halve)
    nisa.dma_copy(dst=out[:, 0:1], src=total)
    nisa.dma_copy(dst=out[:, 1:2], src=halvings)
    return out


@pytest.mark.parametrize("n", [0, 1, 6, 37])
def test_fori_loop_and_while_loop(n):
    np.testing.assert_array_equal(sum_to(np.array([[n]], np.int32)), [[n * (n - 1) // 2, n.bit_length()]])


@nki.jit
def matmul_over_k(a, b):
    """a.T @ b, accumulated over K in a loop that is not unrolled: the first pass overwrites, the others add."""
    (k, m), (_, n) = a.shape, b.shape
    out = nl.ndarray((m, n), dtype=nl.float32, buffer=nl.shared_hbm)
    acc = nl.ndarray((m, n), dtype=nl.float32, buffer=nl.psum)
    for i in nl.dynamic_range(0, k, 128):
        left = nl.ndarray((128, m), dtype=a.dtype, buffer=nl.sbuf)
        right = nl.ndarray((128, n), dtype=b.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=left, src=a.ap([[m, 128], [1, m]], scalar_offset=i))
        nisa.dma_copy(dst=right, src=b.ap([[n, 128], [1, n]], scalar_offset=i))
        nisa.nc_matmul(dst=acc, stationary=left, moving=right)
    result = nl.ndarray((m, n), dtype=nl.float32, buffer=nl.sbuf)
    nisa.tensor_copy(dst=result, src=acc)
    nisa.dma_copy(dst=out, src=result)
    return out


def test_accumulation_across_the_passes_of_a_loop():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((512, 64), np.float32), rng.standard_normal((512, 96), np.float32)
    for _ in range(2):  # nothing is left from the run before
        np.testing.assert_allclose(matmul_over_k(a, b), a.astype(np.float64).T @ b, rtol=1e-4, atol=1e-4)


@nki.jit
def products_of_inner_passes(x):
    """x.T @ x for each pass of an inner loop that runs 0 times in the first pass of the outer one, then once."""
    out = nl.ndarray((64, 64), dtype=nl.float32, buffer=nl.shared_hbm)
    old = nl.full((64, 64), 7.0, nl.float32, buffer=nl.psum)
    nl.store(out, nl.copy(old))
    acc = nl.ndarray((64, 64), dtype=nl.float32, buffer=nl.psum)
    tile = nl.load(x)
    for i in nl.dynamic_range(2):
        for _ in nl.dynamic_range(i):
            nisa.nc_matmul(dst=acc, stationary=tile, moving=tile)
    nl.store(out, nl.copy(acc))
    return out


def test_a_loop_that_did_not_run_at_first_overwrites_when_it_does():
    x = np.ones((64, 64), np.float32)
    np.testing.assert_array_equal(products_of_inner_passes(x), x.T @ x)


@nki.jit
def nested(counts):
    """How often the body of two nested loops ran; the inner bound is read in each pass of the outer loop."""
    out = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.shared_hbm)
    total = nl.zeros((1, 1), dtype=nl.int32, buffer=nl.sbuf)
    for i in nl.dynamic_range(counts.shape[0]):
        bound = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.dma_copy(dst=bound, src=counts.ap([[1, 1], [1, 1]], scalar_offset=i))
        stop = nisa.register_alloc(bound)
        for _ in nl.dynamic_range(stop):
            nisa.tensor_scalar(dst=total, data=total, op0=nl.add, operand0=1)
    nisa.dma_copy(dst=out, src=total)
    return out


def test_nested_loops():
    assert nested(np.array([[3], [0], [4]], np.int32)).item() == 7


@nki.jit
def gather(table, rows):
    out = nl.ndarray((rows.shape[0], table.shape[1]), dtype=table.dtype, buffer=nl.shared_hbm)
    index = nl.ndarray(rows.shape, dtype=rows.dtype, buffer=nl.sbuf)
    tile = nl.ndarray(out.shape, dtype=table.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=index, src=rows)
    columns = table.shape[1]
    nisa.dma_copy(dst=tile, src=table.ap([[columns, rows.shape[0]], [1, columns]], vector_offset=index))
    nisa.dma_copy(dst=out, src=tile)
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint16])
@pytest.mark.parametrize("count", [1, 16, 100])
def test_gather_of_rows(dtype, count):
    rng = np.random.default_rng(count)
    table = rng.integers(-100, 100, (300, 24)).astype(dtype)
    rows = rng.integers(0, 300, (count, 1)).astype(np.int32)
    np.testing.assert_array_equal(gather(table, rows), table[rows[:, 0]])


def test_a_gather_out_of_range_names_the_row():
    table = np.zeros((10, 4), np.float32)
    with pytest.raises(nki.RunError, match="index 2 of vector_offset is 10: the access reaches element 43 of table"):
        gather(table, np.array([[0], [9], [10]], np.int32))


@nki.jit
def scatter_into(table, rows, values, add):
    """Writes rows of `values` into the table itself, or adds them to it."""
    index = nl.ndarray(rows.shape, dtype=rows.dtype, buffer=nl.sbuf)
    tile = nl.ndarray(values.shape, dtype=values.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=index, src=rows)
    nisa.dma_copy(dst=tile, src=values)
    columns = table.shape[1]
    target = table.ap([[columns, rows.shape[0]], [1, columns]], vector_offset=index)
    if add:
        nisa.dma_compute(dst=target, srcs=[target, tile], reduce_op=nl.add)
    else:
        nisa.dma_copy(dst=target, src=tile)
    return table


@pytest.mark.parametrize("add", [False, True])
def test_a_scatter_out_of_range_writes_nothing(add):
    table, values = np.zeros((10, 4), np.float32), np.ones((3, 4), np.float32)
    with pytest.raises(nki.RunError, match="index 2 of vector_offset is 10"):
        scatter_into(table, np.array([[0], [9], [10]], np.int32), values, add)
    np.testing.assert_array_equal(table, 0)
    scatter_into(table, np.array([[0], [9], [3]], np.int32), values, add)
    np.testing.assert_array_equal(np.flatnonzero(table[:, 0]), [0, 3, 9])


@nki.jit
def scatter_skipping(table, rows, values):
    """Writes rows of `values` to the rows of a copy of `table`; indices beyond it are skipped."""
    out = nl.ndarray(table.shape, dtype=table.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=table)
    index = nl.ndarray(rows.shape, dtype=rows.dtype, buffer=nl.sbuf)
    tile = nl.ndarray(values.shape, dtype=values.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=index, src=rows)
    nisa.dma_copy(dst=tile, src=values)
    columns = table.shape[1]
    target = out.ap([[columns, rows.shape[0]], [1, columns]], vector_offset=index)
    nisa.dma_copy(dst=target, src=tile, oob_mode=nisa.oob_mode.skip)
    return out


def test_r03_a_scatter_skips_what_is_out_of_range_and_keeps_integers_exact():
    table = np.full((8, 4), 2**24 + 1, np.int32)
    values = np.arange(16, dtype=np.int32).reshape(4, 4) + 2**30 + 1
    expected = table.copy()
    expected[5], expected[0] = values[0], values[2]
    rows = np.array([[5], [8], [0], [-1]], np.int32)
    np.testing.assert_array_equal(scatter_skipping(table, rows, values), expected)


@nki.jit
def select_columns(a, which):
    """On chip: block `which[0]` of the free axis, by select with a register."""
    out = nl.ndarray((a.shape[0], a.shape[2]), dtype=a.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    picked = nl.ndarray(out.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a)
    nisa.tensor_copy(dst=picked, src=tile.select(1, loaded(which)))
    nisa.dma_copy(dst=out, src=picked)
    return out


@pytest.mark.parametrize("which", [0, 3])
def test_select_on_chip_by_a_register(which):
    a = np.random.default_rng(0).standard_normal((32, 4, 6)).astype(np.float32)
    np.testing.assert_array_equal(select_columns(a, np.array([[which]], np.int32)), a[:, which])


def test_select_on_chip_out_of_range():
    with pytest.raises(nki.RunError, match="the index is 4; it must be 0 to 3 for the part of"):
        select_columns(np.zeros((32, 4, 6), np.float32), np.array([[4]], np.int32))


def tracing(body):
    """A kernel that runs `body(a, out)` and stores a."""

    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a)
        body(tile)
        nisa.dma_copy(dst=out, src=tile)
        return out

    return kernel


def leave_by_break(tile):
    for _ in nl.dynamic_range(3):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        break


def leave_by_return(tile):
    for _ in nl.dynamic_range(3):
        return


def ask_if(tile):
    if nisa.register_alloc(1):
        nisa.memset(tile, 0)


def ask_in_loop(tile):
    condition = nisa.register_alloc(1)
    while condition:
        if condition:
            nisa.memset(tile, 0)
        nisa.register_move(condition, 0)


def ask_not(tile):
    if not nisa.register_alloc(1):
        nisa.memset(tile, 0)


def ask_while_not(tile):
    condition = nisa.register_alloc(0)
    while not condition:
        nisa.register_move(condition, 1)


def ask_and(tile):
    return tile is None or (nisa.register_alloc(1) and tile)


def ask_bool(tile):
    return bool(nisa.register_alloc(1))


def ask_before_endless(tile):
    if nisa.register_alloc(1):
        while True:
            nisa.memset(tile, 0)
            if tile is not None:
                return


def break_while(tile):
    condition = nisa.register_alloc(1)
    while condition:
        nisa.register_move(condition, 0)
        if tile is not None:
            break


def body_returns(tile):
    nl.fori_loop(0, 3, lambda _: 3)


def begin_with_number(tile):
    nl.while_loop(1, lambda register: register)


def in_order_range(tile):
    with nl.no_reorder():
        for _ in nl.dynamic_range(3):
            nisa.memset(tile, 0)


def in_order_fori(tile):
    with nl.no_reorder(), nl.no_reorder():
        nl.fori_loop(0, 3, lambda _: None)


def in_order_while(tile):
    condition = nisa.register_alloc(0)
    with nl.no_reorder():
        while condition:
            nisa.memset(tile, 0)


def in_order_while_loop(tile):
    condition = nisa.register_alloc(0)
    with nl.no_reorder():
        nl.while_loop(condition, lambda register: register)


def depend_out_of_loop(tile):
    for _ in nl.dynamic_range(3):
        inside = nisa.memset(tile, 0)
    nisa.memset(tile, 1).depends_on(inside)


def depend_on_other_loop(tile):
    for _ in nl.dynamic_range(3):
        inside = nisa.memset(tile, 0)
    for _ in nl.dynamic_range(3):
        nisa.memset(tile, 1).depends_on(inside)


def depend_on_later(tile):
    first, second = nisa.memset(tile, 0), nisa.memset(tile, 1)
    first.depends_on(second)


def depend_on_number(tile):
    nisa.memset(tile, 0).depends_on(3)


def use_outside(tile):
    for _ in nl.dynamic_range(3):
        inner = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.sbuf)
        nisa.memset(inner, 0)
    nisa.tensor_copy(dst=tile, src=inner)


def set_the_index(tile):
    for i in nl.dynamic_range(3):
        nisa.register_move(i, 7)


def use_unset(tile):
    for _ in nl.dynamic_range(nisa.register_alloc()):
        nisa.memset(tile, 0)


def count_in_python(tile):
    for i in nl.dynamic_range(3):
        nisa.memset(tile[:, i : i + 1], 0)


def step_register(tile):
    for _ in nl.dynamic_range(0, 3, nisa.register_alloc(1)):
        nisa.memset(tile, 0)


def step_zero(tile):
    for _ in nl.dynamic_range(0, 3, 0):
        nisa.memset(tile, 0)


def no_register(tile):
    nisa.register_move(3, 4)


def wide_value(tile):
    nisa.register_move(nisa.register_alloc(), 2**32)


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (leave_by_break, nki.NkiError, r"dynamic_range at .*loops_test\.py:\d+ was left by break, return"),
        (leave_by_return, nki.NkiError, r"dynamic_range at .*loops_test\.py:\d+ was left by break, return"),
        (ask_if, TypeError, "the value of a register is known .* no truth value"),
        (ask_in_loop, TypeError, "the value of a register is known .* no truth value"),
        (ask_not, TypeError, "the value of a register is known .* no truth value"),
        (ask_while_not, TypeError, "the value of a register is known .* no truth value"),
        (ask_and, TypeError, "the value of a register is known .* no truth value"),
        (ask_bool, TypeError, "the value of a register is known .* no truth value"),
        (ask_before_endless, TypeError, "the value of a register is known .* no truth value"),
        (break_while, nki.NkiError, r"loops_test\.py:\d+ never ends: a register can be the condition of `while reg"),
        (body_returns, TypeError, "fori_loop: body_fun can't return a value, it returned 3"),
        (begin_with_number, TypeError, "while_loop: init must be a register, the first condition; got 1"),
        (in_order_range, nki.NkiError, r"can't be inside `with nl.no_reorder\(\):`; put the no_reorder block into"),
        (in_order_fori, nki.NkiError, r"can't be inside `with nl.no_reorder\(\):`; put the no_reorder block into"),
        (in_order_while, nki.NkiError, r"can't be inside `with nl.no_reorder\(\):`; put the no_reorder block into"),
        (in_order_while_loop, nki.NkiError, r"can't be inside `with nl.no_reorder\(\):`; put the no_reorder"),
        (depend_out_of_loop, ValueError, r"depends_on: .* inside the loop at .*loops_test\.py:\d+, which this in"),
        (depend_on_other_loop, ValueError, r"depends_on: .* inside the loop at .*loops_test\.py:\d+, which this inst"),
        (depend_on_later, ValueError, "depends_on: a producer must be issued before the instruction that waits for it"),
        (depend_on_number, TypeError, r"depends_on: producers must be results of nki\.isa calls, got 3"),
        (use_outside, nki.VerifyError, r"src is sbuf\.\d+, .*was made inside the loop at line \d+ .*\[loop-tensor\]"),
        (set_the_index, AssertionError, "register_move: dst is the index of a loop"),
        (use_unset, nki.VerifyError, r"loop: stop reads register r0, which nothing has set \[register-unset\]"),
        (count_in_python, TypeError, "the value of a register is known only while the kernel runs"),
        (step_register, AssertionError, "dynamic_range: step is a register"),
        (step_zero, ValueError, "dynamic_range: step is 0; it must be a positive integer"),
        (no_register, TypeError, r"register_move: dst must be a register \(nisa.register_alloc\), got 3"),
        (wide_value, nki.VerifyError, r"src is 4294967296; a register holds 32 bits \[register-range\]"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.parametrize("way", ["planned", "simulated"])
def test_mistakes_with_loops_and_registers(way, body, error, message):
    kernel = tracing(body)
    if way == "simulated":
        kernel = nki.simulate(kernel)
    registers_have_values = way == "simulated" and "value of a register" in message
    with contextlib.nullcontext() if registers_have_values else pytest.raises(error, match=message):
        kernel(np.zeros((4, 4), np.float32))
    np.testing.assert_array_equal(tracing(lambda tile: None)(np.ones((4, 4), np.float32)), 1)


def test_dependencies_that_a_device_can_wait_for():
    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(a.shape, a.dtype, buffer=nl.sbuf)
        loaded = nisa.dma_copy(dst=tile, src=a)
        for _ in nl.dynamic_range(2):
            first = nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0).depends_on(loaded)
            for _ in nl.dynamic_range(3):
                nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0).depends_on(first, loaded)
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0).depends_on(first).depends_on(loaded)
        nisa.dma_copy(dst=out, src=tile).depends_on(loaded)
        return out

    a = np.zeros((4, 4), np.float32)
    for run in (kernel, nki.simulate(kernel)):
        np.testing.assert_array_equal(run(a), a + 10)


def test_a_dependency_joins_instructions_of_one_call():
    kept, a = [], np.zeros((4, 4), np.float32)
    tracing(lambda tile: kept.append(nisa.memset(tile, 0)))(a)

    def depend(tile):
        nisa.memset(tile, 0)
        nisa.memset(tile, 0).depends_on(kept[0])

    for run in (tracing(depend), nki.simulate(tracing(depend))):
        with pytest.raises(ValueError, match="depends_on: both instructions must be of the present call of the kernel"):
            run(a)


def test_a_loop_may_hold_blocks_in_order():
    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(a.shape, a.dtype, buffer=nl.sbuf)
        with nl.no_reorder():
            nisa.dma_copy(dst=tile, src=a)
        for _ in nl.dynamic_range(3):
            with nl.no_reorder():
                for _ in nl.affine_range(2):
                    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.dma_copy(dst=out, src=tile)
        return out

    a = np.zeros((4, 4), np.float32)
    for run in (kernel, nki.simulate(kernel)):
        np.testing.assert_array_equal(run(a), a + 6)


def test_a_register_ends_every_form_of_while():
    @nki.jit
    def kernel(a):
        out = nl.ndarray((1, 2), nl.int32, buffer=nl.shared_hbm)
        left, total = nl.ndarray((1, 1), nl.int32, buffer=nl.sbuf), nl.zeros((1, 2), nl.int32, buffer=nl.sbuf)
        registers = {"left": nisa.register_alloc(), "outer": nisa.register_alloc(2)}

        def step(column):
            nisa.tensor_scalar(dst=total[:, column], data=total[:, column], op0=nl.add, operand0=1)
            nisa.tensor_scalar(dst=left, data=left, op0=nl.subtract, operand0=1)
            nisa.register_load(registers["left"], left)

        outer = registers["outer"]
        while outer:
            nisa.dma_copy(dst=left, src=a)
            nisa.register_load(registers["left"], left)
            try:
                while registers["left"]:
                    step(0)
                else:
                    nisa.memset(left, 1)
            finally:
                nisa.register_load(registers["left"], left)
            while (
                registers["left"]
            ):
                step(1)
            nisa.register_load(outer, left)
        nisa.dma_copy(dst=out, src=total)
        return out

    for run in (kernel, nki.simulate(kernel)):
        np.testing.assert_array_equal(run(np.array([[4]], np.int32)), [[4, 1]])


def test_the_graph_shows_the_loop():
    a = np.zeros((512, 8), np.float32)
    text = add_rows.graph(a, np.zeros((1, 1), np.int32)).text()
    head = text.index("  loop index=r1 start=0 stop=r0 step=128\n")
    assert "\n    tensor_scalar " in text[head:]
    assert text.index("\n  end_loop\n") > head
    assert "src=a.ap([[8, 128], [1, 8]], scalar_offset=r1*8)" in text


def test_vector_offset_chooses_rows_of_a_tensor_under_its_new_shape():
    @nki.jit
    def kernel(table, rows):
        index = nl.ndarray((3, 1), nl.int32, buffer=nl.sbuf)
        nisa.dma_copy(dst=index, src=rows)
        tile = nl.ndarray((3, 4), table.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=table.reshape((10, 4)).ap([[4, 3], [1, 4]], vector_offset=index))
        out = nl.ndarray((3, 4), table.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=tile)
        return out

    table = np.arange(40, dtype=np.float32).reshape(5, 8)
    rows = np.array([[9], [0], [3]], np.int32)
    np.testing.assert_array_equal(kernel(table, rows), table.reshape(10, 4)[rows[:, 0]])


def keeping(kept):
    """A kernel that stores what is in its first call's register."""

    def kernel(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        count = nl.ndarray((1, 1), nl.int32, buffer=nl.sbuf)
        if not kept:
            kept.append(nisa.register_alloc(1))
        nisa.register_store(count, kept[0])
        nisa.dma_copy(dst=out, src=count)
        return out

    return nki.simulate(kernel)


def test_a_register_of_an_earlier_call_is_refused():
    """Also where the memory of the earlier call's graph has been used again."""
    x = np.zeros((1, 1), np.int32)
    for _ in range(30):
        kernel = keeping([])
        assert kernel(x) == 1
        with pytest.raises(ValueError, match="is a register of another call of a kernel"):
            kernel(x)
