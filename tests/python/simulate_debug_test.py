"""Looking into a kernel while it runs: debuggers, print, device_print; torch and JAX; dynamic loops in nki.simulate."""

import contextlib
import io
import os
import pdb
import re
import subprocess
import sys
import threading

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python import loops_test, small_kernels
from tests.python.small_kernels import result_of, tile_of

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def counted(rows, columns, dtype=np.float32):
    return np.arange(rows * columns, dtype=dtype).reshape(rows, columns)


# ---- debuggers ----


def debugged(a):
    x = tile_of(a)
    total = nl.ndarray((a.shape[0], 1), dtype=nl.float32, buffer=nl.psum)
    nisa.tensor_reduce(dst=total, op=nl.add, data=x, axis=1)
    nisa.tensor_scalar(dst=x, data=x, op0=nl.subtract, operand0=total)
    return result_of(x)


def run_debugger(function, commands, *arguments):
    """What pdb says to the commands, from the first line of `function`."""
    output = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("\n".join(commands) + "\n"), stdout=output, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    debugger.prompt = ""
    debugger.set_break(function.__code__.co_filename, function.__code__.co_firstlineno + 1)
    result = debugger.runcall(nki.simulate(function), *arguments)
    return result, output.getvalue()


def test_pdb_steps_through_a_kernel_and_sees_values():
    a = counted(2, 3)
    commands = ["continue", "next", "next", "p total.numpy().tolist()", "next", "p total.numpy().tolist()"]
    commands += ["p x", "next", "p x.numpy().tolist()", "continue"]
    result, said = run_debugger(debugged, commands, a)
    expected = a - a.sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(result, expected)
    lines = [line for line in said.splitlines() if line.startswith(("[[", "<Nki", " ["))]
    assert lines == [
        "[[nan], [nan]]",
        "[[3.0], [12.0]]",
        "<NkiTensor sbuf.0: float32[2, 3] in sbuf>",
        "[[0. 1. 2.]",
        " [3. 4. 5.]]",
        str(expected.tolist()),
    ]


def test_a_debugger_can_issue_instructions():
    commands = ["continue", "next", "next", "!nisa.memset(x, 7.0)", "p x.numpy().max()", "continue"]
    result, said = run_debugger(debugged, commands, counted(2, 3))
    assert "7.0" in said
    np.testing.assert_array_equal(result, np.full((2, 3), -14, np.float32))


def test_breakpoint_stops_where_it_stands(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "breakpointhook", lambda: seen.append(sys._getframe(1).f_locals["x"].numpy()))

    def kernel(a):
        x = tile_of(a)
        breakpoint()
        nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=2.0)
        breakpoint()
        return result_of(x)

    a = counted(2, 3)
    nki.simulate(kernel)(a)
    np.testing.assert_array_equal(seen, [a, a * 2])


def test_values_are_there_after_an_error():
    def kernel(a):
        x = tile_of(a)
        raise ZeroDivisionError(x)

    a = counted(2, 3)
    with pytest.raises(ZeroDivisionError) as error:
        nki.simulate(kernel)(a)
    del a
    frame = error.tb.tb_next
    while frame.tb_next:
        frame = frame.tb_next
    np.testing.assert_array_equal(frame.tb_frame.f_locals["x"].numpy(), counted(2, 3))
    np.testing.assert_array_equal(frame.tb_frame.f_locals["a"].numpy(), counted(2, 3))


# ---- print and NumPy ----


def test_print_shows_the_tensor_and_its_values(capsys):
    def kernel(a):
        x = tile_of(a)
        print(x)
        print(x[0:1, 1:3])
        print(nl.ndarray((1, 2), dtype=nl.bfloat16, buffer=nl.psum, name="acc"))
        return result_of(x)

    nki.simulate(kernel)(counted(2, 3))
    assert capsys.readouterr().out.splitlines() == [
        "<NkiTensor sbuf.0: float32[2, 3] in sbuf>",
        "[[0. 1. 2.]",
        " [3. 4. 5.]]",
        "<NkiTensor sbuf.0[0:1, 1:3]: float32[1, 2] in sbuf>",
        "[[1. 2.]]",
        "<NkiTensor acc: bfloat16[1, 2] in psum>",
        "[[nan nan]]",
    ]


def test_traced_printing_stays_as_it_is(capsys):
    @nki.jit
    def kernel(a):
        x = tile_of(a)
        print(x)
        return result_of(x)

    kernel(counted(2, 3))
    assert capsys.readouterr().out == "<NkiTensor sbuf.0: float32[2, 3] in sbuf>\n"


def test_numpy_of_any_view():
    def kernel(a):
        x = tile_of(a)
        np.testing.assert_array_equal(np.asarray(x), a_values)
        np.testing.assert_array_equal(np.asarray(x, dtype=np.int64), a_values.astype(np.int64))
        np.testing.assert_array_equal(x[32:96:1, 3:11:2].numpy(), a_values[32:96, 3:11:2])
        np.testing.assert_array_equal(a[5:9, :].numpy(), a_values[5:9])
        np.testing.assert_array_equal(a.permute([1, 0]).numpy(), a_values.T)
        np.testing.assert_array_equal(x.view(nl.int32).numpy(), a_values.view(np.int32))
        np.testing.assert_array_equal(x.view(nl.bfloat16).numpy(), a_values.view(BFLOAT16))
        np.testing.assert_array_equal(x[:, 0:1].broadcast(1, 4).numpy(), np.repeat(a_values[:, :1], 4, axis=1))
        copy = x.numpy()
        copy[:] = 0
        np.testing.assert_array_equal(x.numpy(), a_values)
        register = nisa.register_alloc(3)
        moved = a.ap([[16, 2], [1, 4]], scalar_offset=register)
        np.testing.assert_array_equal(moved.numpy(), a_values[3:5, :4])
        np.testing.assert_array_equal(moved[1:2, :].numpy(), a_values[4:5, :4])
        return result_of(x)

    a_values = counted(128, 16)
    nki.simulate(kernel)(a_values)


def test_numpy_outside_the_storage_is_an_error():
    def kernel(a):
        with pytest.raises(IndexError, match="holds 16"):
            a.ap([[16, 2], [1, 16]]).numpy()
        return result_of(tile_of(a))

    nki.simulate(kernel)(counted(1, 16))


def test_outside_the_simulator_tensors_have_no_values():
    @nki.jit
    def kernel(a):
        return result_of(a.numpy())

    with pytest.raises(TypeError, match=r"a has no values while a kernel is traced; .*nki.simulate\(kernel\)"):
        kernel(counted(2, 3))


# ---- device_print ----


def printing(a):
    x = tile_of(a)
    nl.device_print("first", x[0:1, 0:3])
    nisa.tensor_scalar(dst=x, data=x, op0=nl.multiply, operand0=2.0)
    nl.device_print("it's the second:", x[0:1, 0:3])
    nl.device_print("hbm", a[0:2, 0:2])
    return result_of(x)


@pytest.mark.parametrize("way", ["simulated", "planned"])
@pytest.mark.parametrize("columns", [8, 8192])  # the second is worth several workers
def test_device_print(way, columns, capsys):
    a = counted(128, columns)
    expected = f"first {a[0:1, 0:3]}\nit's the second: {2 * a[0:1, 0:3]}\nhbm {a[0:2, 0:2]}\n"
    kernel = nki.simulate(printing) if way == "simulated" else nki.jit(printing)
    for _ in range(2):
        np.testing.assert_array_equal(kernel(a), a * 2)
        assert capsys.readouterr().out == expected


def test_device_print_prints_while_the_kernel_runs_not_while_it_is_traced(capsys):
    @nki.jit
    def kernel(a):
        x = tile_of(a)
        for _ in nl.dynamic_range(3):
            nisa.tensor_scalar(dst=x, data=x, op0=nl.add, operand0=1.0)
            nl.device_print("x", x)
        return result_of(x)

    kernel.plan(counted(1, 2))
    assert capsys.readouterr().out == ""
    kernel(counted(1, 2))
    assert capsys.readouterr().out == "x [[1. 2.]]\nx [[2. 3.]]\nx [[3. 4.]]\n"
    nki.simulate(kernel)(counted(1, 2))
    assert capsys.readouterr().out == "x [[1. 2.]]\nx [[2. 3.]]\nx [[3. 4.]]\n"


@pytest.mark.parametrize("way", [nki.simulate, nki.jit])
def test_a_stdout_that_fails_is_an_error_of_the_run(way, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError("nobody reads")

    with monkeypatch.context() as patch, pytest.raises(nki.RunError, match="device_print: .*nobody reads"):
        patch.setattr(sys, "stdout", Closed())
        way(printing)(counted(128, 8))


def test_the_prefix_is_part_of_the_kernel():
    def kernel(a, prefix):
        nl.device_print(prefix, a)
        return result_of(tile_of(a))

    texts = [nki.jit(kernel).graph(counted(1, 2), prefix).text() for prefix in ("a'b", "a\\'b")]
    assert texts[0] != texts[1]
    assert "device_print print_prefix='a\\'b' tensor=a" in texts[0]
    with pytest.raises(TypeError, match="device_print: print_prefix must be a string, got 3"):
        nki.simulate(kernel)(counted(1, 2), 3)


@pytest.mark.parametrize("way", [nki.simulate, nki.jit])
def test_device_print_dumps_where_the_runtime_would(way, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEURON_RT_DEBUG_OUTPUT_DIR", str(tmp_path / "new"))
    a = counted(128, 8)
    way(printing)(a)
    way(printing)(a)
    assert capsys.readouterr().out.count("first ") == 2
    files = {str(path.relative_to(tmp_path / "new")): np.load(path) for path in tmp_path.rglob("*.npy")}
    assert set(files) == {f"{p}/core_0/{n}/tensor.npy" for p in ("first", "it's the second:", "hbm") for n in (0, 1)}
    np.testing.assert_array_equal(files["first/core_0/1/tensor.npy"], a[0:1, 0:3])
    np.testing.assert_array_equal(files["it's the second:/core_0/0/tensor.npy"], 2 * a[0:1, 0:3])


def test_a_prefix_stays_inside_the_folder_of_dumps(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURON_RT_DEBUG_OUTPUT_DIR", str(tmp_path / "here"))

    def kernel(a):
        for prefix in ("../up", "/root", "..", ""):
            nl.device_print(prefix, a)
        return result_of(tile_of(a))

    nki.simulate(kernel)(counted(1, 2))
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["_", "_root", "_up"]
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


# ---- loops and registers ----


def test_registers_have_values(capsys):
    def kernel(a):
        register = nisa.register_alloc(5)
        print(register, nisa.register_alloc())
        for i in nl.dynamic_range(1, register, 2):
            print(i)
        return result_of(tile_of(a))

    nki.simulate(kernel)(counted(1, 2))
    said = capsys.readouterr().out
    assert re.findall(r"<VirtualRegister r\d+(.*?)>", said) == [" = 5", "", " = 1", " = 3"]


@pytest.mark.parametrize(
    ("compute", "result"),
    [
        (lambda r, q: int(r), 5),
        (lambda r, q: float(r), 5.0),
        (lambda r, q: [r == 5, r == 4, r != 4, r < 6, 6 > r, r >= q], [True, False, True, True, True, True]),
        (lambda r, q: [r == q, r != q, r is None, r == None], [False, True, False, False]),  # noqa: E711
        (lambda r, q: list(range(r)), [0, 1, 2, 3, 4]),
        (lambda r, q: "abcdef"[r], "f"),
        (lambda r, q: [r + 1, 1 - r, r * q, r // 2, r / 2, r % 3, r**2, -r, abs(r)], [6, -4, 10, 2, 2.5, 2, 25, -5, 5]),
        (lambda r, q: [r & 4, r | 2, r ^ 1, r << 1, r >> 1, ~r, divmod(r, 2)], [4, 7, 4, 10, 2, -6, (2, 1)]),
        (lambda r, q: [1 if r else 2, not r, r and 7, bool(r - 5)], [1, False, 7, False]),
        (lambda r, q: np.arange(8)[r:], [5, 6, 7]),
        (lambda r, q: f"{int(r):03d}", "005"),
    ],
)
def test_python_computes_with_registers(compute, result):
    def kernel(a):
        found = compute(nisa.register_alloc(5), nisa.register_alloc(2))
        np.testing.assert_equal(found, result)
        return result_of(tile_of(a))

    nki.simulate(kernel)(counted(1, 2))


def test_what_python_cannot_do_with_a_register():
    def kernel(a):
        tile, register = tile_of(a), nisa.register_alloc(2)
        with pytest.raises(ValueError, match=r"register r\d+ has no value yet"):
            int(nisa.register_alloc())
        with pytest.raises(TypeError, match="the value of a register is known only while the kernel runs"):
            nisa.tensor_scalar(tile, tile, op0=nl.add, operand0=register)  # no instruction takes one here
        with pytest.raises(TypeError, match="expand_dim: dim must be an integer, got <VirtualRegister"):
            tile.expand_dim(register)
        kept.append(register)
        return result_of(tile)

    kept = []
    nki.simulate(kernel)(counted(1, 2))
    with pytest.raises(TypeError, match="the value of a register is known only while the kernel runs"):
        int(kept[0])


def test_loops_call_their_bodies_for_every_pass():
    passes = []

    def kernel(a):
        x = tile_of(a)
        nl.fori_loop(0, 3, lambda i: passes.append(repr(i)))
        for _ in nl.dynamic_range(0):
            passes.append("never")
        left = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.memset(left, 2)
        condition = nisa.register_alloc(left)
        while condition:
            passes.append("while")
            nisa.tensor_scalar(dst=left, data=left, op0=nl.subtract, operand0=1)
            nisa.register_load(condition, left)
        return result_of(x)

    nki.simulate(kernel)(counted(1, 2))
    assert [text.split("= ")[-1] for text in passes] == ["0>", "1>", "2>", "while", "while"]


def with_condition(body):
    def kernel(a):
        x = tile_of(a)
        left = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.memset(left, 2)
        body(x, left, nisa.register_alloc(left))
        return result_of(x)

    return kernel


def use_after_while(x, left, condition):
    while condition:
        inner = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
        nisa.memset(inner, 1.0)
        nisa.tensor_scalar(dst=left, data=left, op0=nl.subtract, operand0=1)
        nisa.register_load(condition, left)
    nisa.tensor_copy(dst=x, src=inner)


def leave_while(x, left, condition):
    while condition:
        break


def leave_while_perhaps(x, left, condition):
    while condition:
        if x is not None:
            break


def ask_if(x, left, condition):
    if condition:
        nisa.memset(x, 1.0)


@pytest.mark.parametrize("way", [nki.simulate, nki.jit])
@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (use_after_while, nki.VerifyError, r"was made inside the loop at line \d+ .*\[loop-tensor\]"),
        (leave_while, TypeError, "nor of a `while` whose body always leaves it by break or return"),
        (leave_while_perhaps, nki.NkiError, r"the loop at .*simulate_debug_test\.py:\d+ never ends"),
        (ask_if, TypeError, "the value of a register is known .*, but not of `if`"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_while_on_a_register_is_a_region(way, body, error, message):
    has_value = way is nki.simulate and error is TypeError
    with contextlib.nullcontext() if has_value else pytest.raises(error, match=message):
        way(with_condition(body))(counted(1, 2))


def test_whiles_may_be_nested():
    def kernel(a):
        x = tile_of(a)
        outer, inner, one = nisa.register_alloc(), nisa.register_alloc(), nl.ndarray((1, 1), nl.int32)
        count = nl.ndarray((1, 1), dtype=nl.int32, buffer=nl.sbuf)
        nisa.memset(count, 2)
        nisa.register_load(outer, count)
        while outer:
            nisa.memset(one, 3)
            nisa.register_load(inner, one)
            while inner:
                nisa.tensor_scalar(dst=x, data=x, op0=nl.add, operand0=1.0)
                nisa.tensor_scalar(dst=one, data=one, op0=nl.subtract, operand0=1)
                nisa.register_load(inner, one)
            nisa.tensor_scalar(dst=count, data=count, op0=nl.subtract, operand0=1)
            nisa.register_load(outer, count)
        return result_of(x)

    a = counted(2, 4)
    for way in (nki.jit, nki.simulate):
        np.testing.assert_array_equal(way(kernel)(a), a + 6)


def test_accumulation_across_passes_has_the_planned_bits():
    a, b = (np.random.default_rng(i).standard_normal((512, 64), dtype=np.float32) for i in (1, 2))
    planned, simulated = loops_test.matmul_over_k(a, b), nki.simulate(loops_test.matmul_over_k)(a, b)
    assert planned.tobytes() == simulated.tobytes()


def test_partly_written_accumulators_have_the_planned_bits():
    @nki.jit
    def kernel(a):
        x = tile_of(a)
        acc = nl.ndarray((64, 64), dtype=nl.float32, buffer=nl.psum)
        nisa.nc_matmul(dst=acc[0:32, 0:40], stationary=x[:, 0:32], moving=x[:, 0:40])
        nisa.nc_matmul(dst=acc, stationary=x, moving=x)
        nisa.nc_matmul(dst=acc, stationary=x, moving=x, accumulate=False)
        nisa.nc_matmul(dst=acc[0:32, :], stationary=x[:, 0:32], moving=x)
        out = nl.ndarray((64, 64), dtype=nl.float32, buffer=nl.sbuf)
        nisa.tensor_copy(dst=out, src=acc)
        return result_of(out)

    a = np.random.default_rng(5).standard_normal((64, 64), dtype=np.float32)
    assert kernel(a).tobytes() == nki.simulate(kernel)(a).tobytes()


def test_the_accumulator_of_the_scalar_engine_starts_at_zero_in_every_program():
    @nki.jit
    def kernel(a):
        x = tile_of(a)
        sums = nl.ndarray((a.shape[0], 1), dtype=nl.float32, buffer=nl.sbuf)
        out = nl.ndarray((nl.num_programs(), a.shape[0], 1), dtype=nl.float32, buffer=nl.shared_hbm)
        nisa.activation(dst=x, op=nl.copy, data=x, reduce_op=nl.add, reduce_res=sums, reduce_cmd=nisa.reduce_cmd.reduce)
        nisa.dma_copy(dst=out[nl.program_id()], src=sums)
        return out

    a = counted(4, 8)
    with pytest.warns(nki.NkiWarning, match="uninitialised-register"):
        result = nki.simulate(kernel[2])(a)
    np.testing.assert_array_equal(result[:, :, 0], [a.sum(axis=1)] * 2)


# ---- two cores ----


def on_two_cores(body):
    """Runs body(core, tile) on both cores, with a tile that holds the core's row of the argument."""

    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        core = nl.program_id(0)
        tile = nl.ndarray((1, a.shape[1]), dtype=a.dtype, buffer=nl.sbuf, address=(0, 0))
        nisa.dma_copy(dst=tile, src=a[core : core + 1])
        body(core, tile)
        nisa.dma_copy(dst=out[core : core + 1], src=tile)
        return out

    return nki.simulate(nki.jit(kernel, platform_target="trn2"))[2]


def exchange(core, tile, pipe=0):
    nisa.sendrecv(src=tile, dst=tile, send_to_rank=1 - core, recv_from_rank=1 - core, pipe_id=pipe)


def test_an_exchange_is_done_when_it_returns():
    seen = []

    def body(core, tile):
        exchange(core, tile)
        seen.append((core, tile.numpy().tolist()))

    a = counted(2, 3)
    np.testing.assert_array_equal(on_two_cores(body)(a), a[::-1])
    assert sorted(seen) == [(0, [[3, 4, 5]]), (1, [[0, 1, 2]])]


def test_cores_take_turns_where_they_meet_and_nowhere_else():
    runs = []
    for _ in range(5):
        order = []

        def body(core, tile, order=order):
            for step in range(3):
                order.append((core, step))
                nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
                order.append((core, step))
                exchange(core, tile, step)

        on_two_cores(body)(counted(2, 3))
        runs.append(order)
        assert len(order) == 12 and order[0:2] == [(0, 0)] * 2 and order[2:4] == [(1, 0)] * 2
    assert all(order == runs[0] for order in runs)


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_on_one_core_ends_both(failing):
    ended = []

    def body(core, tile):
        try:
            exchange(core, tile)
            if core == failing:
                raise ZeroDivisionError(f"on core {core}")
            exchange(core, tile)
        finally:
            ended.append(core)

    kernel = on_two_cores(body)
    with pytest.raises(ZeroDivisionError, match=f"on core {failing}"):
        kernel(counted(2, 3))
    assert sorted(ended) == [0, 1]
    assert all(thread.name != "nki core 1" for thread in threading.enumerate())


def test_an_error_on_the_second_core_names_the_kernels_lines():
    def body(core, tile):
        nisa.tensor_copy(dst=tile[:, 0 : 2 + core], src=tile[:, 0:2])

    with pytest.raises(nki.VerifyError, match="src has 2 elements per partition and dst has 3") as error:
        on_two_cores(body)(counted(2, 3))
    [diagnostic] = error.value.diagnostics
    assert diagnostic["file"] == __file__ and [caller["file"] for caller in diagnostic["callers"]] == [__file__]


# ---- the other doors ----


def test_torch_in_torch_out():
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.bfloat16, torch.int32):
        a, b = torch.arange(24).reshape(4, 6).to(dtype), torch.ones(4, 6, dtype=dtype)
        result = nki.simulate(small_kernels.add)(a, b)
        assert result.dtype == dtype and torch.equal(result, a + b)
    leaf = torch.ones(4, 6, requires_grad=True)
    assert not nki.simulate(small_kernels.add)(leaf, leaf).requires_grad


def test_torch_inputs_are_updated_in_place():
    torch = pytest.importorskip("torch")
    base = torch.zeros(6, 4, dtype=torch.bfloat16)
    assert nki.simulate(small_kernels.increment)(base.T[1:3]).shape == (2, 6)
    assert torch.equal(base.T[1:3], torch.ones(2, 6, dtype=torch.bfloat16)) and base.sum() == 12
    with pytest.raises(ValueError, match="argument .a., some elements of which share memory"):
        nki.simulate(small_kernels.increment)(torch.zeros(1, 4).expand(3, 4))
    with pytest.raises(ValueError, match="shares memory with its argument 'a'"):
        nki.simulate(small_kernels.add_into)(base[0:4], base[1:5])


def test_torch_with_the_variable_runs_in_the_simulator(monkeypatch):
    torch = pytest.importorskip("torch")
    seen = []

    @nki.jit
    def kernel(a):
        x = tile_of(a)
        seen.append(x.numpy().sum() if nki._core.simulator_wanted() else None)
        return result_of(x)

    monkeypatch.setenv("NKI_SIMULATOR", "1")
    assert torch.equal(kernel(torch.ones(2, 3)), torch.ones(2, 3)) and seen == [6.0]
    monkeypatch.delenv("NKI_SIMULATOR")
    with pytest.raises(TypeError, match="no values here .on device 'meta'"):
        nki.simulate(kernel)(torch.ones(2, 3, device="meta"))


def test_jax_in_jax_out(monkeypatch):
    jax = pytest.importorskip("jax")
    a = jax.numpy.arange(6.0).reshape(2, 3)
    result = nki.simulate(small_kernels.add)(a, a)
    assert isinstance(result, jax.Array)
    np.testing.assert_array_equal(result, np.asarray(a) * 2)
    with pytest.raises(TypeError, match="is called inside jax.jit"):
        jax.jit(nki.simulate(small_kernels.add))(a, a)
    np.testing.assert_array_equal(nki.simulate(small_kernels.increment)(a), small_kernels.increment(a))
    monkeypatch.setenv("NKI_SIMULATOR", "1")  # not for JAX: the ordinary call
    np.testing.assert_array_equal(jax.jit(small_kernels.add)(a, a), np.asarray(a) * 2)


def test_the_variable_works_for_scripts(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import nki, nki.isa as nisa, nki.language as nl, numpy as np\n"
        "@nki.jit\n"
        "def kernel(a):\n"
        "    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)\n"
        "    nisa.dma_copy(dst=x, src=a)\n"
        "    print('sum', x.numpy().sum())\n"
        "    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)\n"
        "    nisa.dma_copy(dst=out, src=x)\n"
        "    return out\n"
        "kernel(np.ones((2, 3), np.float32))\n"
    )
    run = subprocess.run(
        [sys.executable, script], env={**os.environ, "NKI_SIMULATOR": "1"}, capture_output=True, text=True, timeout=120
    )
    assert (run.stdout, run.returncode) == ("sum 6.0\n", 0), run.stderr
