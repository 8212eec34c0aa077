"""Kernels inside JAX programs: values against NumPy and jax.numpy, behaviour against JAX's own operations."""

import base64
import gc
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

jax = pytest.importorskip("jax")
import jax.numpy as jnp  # noqa: E402
from jax import export  # noqa: E402
from nki import _jax, _program  # noqa: E402

from tests.python.small_kernels import (  # noqa: E402
    add,
    add_into,
    increment,
    result_of,
    scaled,
    through_sbuf,
    tile_of,
)

TARGET = "AwsNeuronCustomNativeKernel"


@nki.jit(platform_target="trn1")
def sum_and_scaled(a, b, factor):
    scaled = nl.ndarray(b.shape, dtype=nl.bfloat16, buffer=nl.sbuf)
    nisa.tensor_scalar(dst=scaled, data=tile_of(b), op0=nl.multiply, operand0=factor)
    return add(a, b), result_of(scaled)


@nki.jit(platform_target="trn1")
def overwrite_second(a, scratch):
    x = tile_of(a)
    y = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.tensor_scalar(dst=y, data=x, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=scratch, src=y)
    return result_of(x)


@jax.custom_vjp
def differentiable_add(a, b):
    return add(a, b)


differentiable_add.defvjp(lambda a, b: (add(a, b), None), lambda _, grad: (grad, grad))


@nki.jit(platform_target="trn1")
def nested_results(a):
    c = scaled(a)
    return {"doubled": c, "rest": [a, c, a]}


def normal(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def pair(*shape):
    return jnp.asarray(normal(*shape, seed=1)), jnp.asarray(normal(*shape, seed=2))


def equal(actual, expected):
    np.testing.assert_array_equal(np.asarray(actual), np.asarray(expected))


def in_new_process(code, devices=1, **environment):
    """Runs `code` after this module's names; returns the finished process (status 0 is the caller's to ask)."""
    here = pathlib.Path(__file__).parent
    paths = [*map(str, (here, here.parents[1], pathlib.Path(nki.__file__).parents[1]))]
    flags = f"--xla_force_host_platform_device_count={devices} --xla_cpu_collective_call_terminate_timeout_seconds=20"
    return subprocess.run(
        [sys.executable, "-c", "from jax_test import *\n" + code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
        | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def passes(code, devices=1, **environment):
    run = in_new_process(code, devices, **environment)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout


# --- values and types


def test_eager_and_jit_equal_numpy():
    a, b = pair(128, 512)
    want = np.asarray(a) + np.asarray(b)
    for result in (add(a, b), jax.jit(add)(a, b), jax.jit(lambda x, y: jax.jit(add)(x, y))(a, b)):
        assert isinstance(result, jax.Array) and result.dtype == jnp.float32
        equal(result, want)


def test_numpy_array_beside_a_jax_array():
    a, b = pair(16, 32)
    equal(add(a, np.asarray(b)), np.asarray(a) + np.asarray(b))
    equal(add(np.asarray(a), b), np.asarray(a) + np.asarray(b))


def test_the_kernel_runs_inside_a_larger_program():
    a, b = pair(128, 64)
    fused = jax.jit(lambda a, b: add(a * 2, b) * b + add(b, b))
    a_, b_ = np.asarray(a), np.asarray(b)
    np.testing.assert_allclose(fused(a, b), (a_ * 2 + b_) * b_ + (b_ + b_), rtol=1e-6, atol=1e-6)


def test_tuple_result_static_argument_and_new_shapes():
    for rows, factor in ((128, 3.0), (8, 3.0), (8, -0.5)):
        a, b = pair(rows, 16)
        for function in (sum_and_scaled, jax.jit(sum_and_scaled, static_argnums=2)):
            total, scaled = function(a, b, factor)
            equal(total, np.asarray(a) + np.asarray(b))
            equal(scaled, (np.asarray(b) * np.float32(factor)).astype(jnp.bfloat16))
            assert scaled.dtype == jnp.bfloat16


@pytest.mark.parametrize(
    "dtype",
    "bool int8 int16 int32 uint8 uint16 uint32 float16 bfloat16 float32 float8_e4m3 float8_e5m2".split(),
)
def test_every_dtype_keeps_its_bits(dtype):
    width = jnp.dtype(dtype).itemsize
    bits = np.random.default_rng(3).integers(0, 256, (128, 16 * width), dtype=np.uint8)
    bits = bits & 1 if dtype == "bool" else bits
    array = jnp.asarray(bits.view(jnp.dtype(dtype)))
    for result in (through_sbuf(array), jax.jit(through_sbuf)(array)):
        assert result.dtype == dtype and result.shape == array.shape
        equal(np.asarray(result).view(np.uint8), bits)


def test_one_tensor_in_several_places_of_the_result():
    a_ = normal(8, 16)
    for function in (nested_results, jax.jit(nested_results)):
        result = function(jnp.asarray(a_))
        equal(result["doubled"], a_ * 2)
        for got, want in zip(result["rest"], (a_, a_ * 2, a_), strict=True):
            equal(got, want)


def test_layouts_other_than_row_major_arrive_dense():
    a, b = pair(64, 96)
    a_ = np.asarray(a)
    equal(add(a.T, b.T), a_.T + np.asarray(b).T)
    function = jax.jit(lambda x: add(x.T[::-1], jnp.broadcast_to(x[0, :64], (96, 64))))
    equal(function(a), a_.T[::-1] + np.broadcast_to(a_[0, :64], (96, 64)))


def test_subnormals_survive_as_they_do_with_numpy_arrays():
    tiny = np.full((8, 16), 1e-40, np.float32)
    want = tiny + tiny
    assert want.all()
    equal(add(tiny, tiny), want)
    equal(add(jnp.asarray(tiny), jnp.asarray(tiny)), want)
    equal(jax.jit(add)(tiny, tiny), want)
    equal(jax.lax.map(lambda x: add(x, x), jnp.asarray(tiny)[None])[0], want)


def test_xla_keeps_its_own_float_state_after_a_kernel():
    tiny = jnp.full((8, 16), 1e-40, jnp.float32)
    before = np.asarray(jax.jit(lambda x: x * 1.5)(tiny))
    add(tiny, tiny)
    equal(jax.jit(lambda x: x * 1.5)(tiny), before)


def test_float64_follows_jax_x64_rules():
    a = normal(8, 16, dtype=np.float64)
    b = jnp.asarray(normal(8, 16))
    assert add(b, a).dtype == jnp.float32  # JAX narrows a NumPy float64 argument
    equal(add(b, a), np.asarray(b) + a.astype(np.float32))
    with jax.enable_x64(True), pytest.raises(TypeError, match=r"argument 'b'.*float64"):
        add(b, jnp.asarray(a))


# --- transformations


def test_vmap_over_axes_and_nested():
    a, b = pair(3, 16, 32)
    a_, b_ = np.asarray(a), np.asarray(b)
    equal(jax.vmap(add)(a, b), a_ + b_)
    equal(jax.jit(jax.vmap(add, in_axes=(0, None)))(a, b[0]), a_ + b_[0])
    last = jax.vmap(add, in_axes=2, out_axes=1)(a.transpose(1, 2, 0), b.transpose(1, 2, 0))
    equal(last, (a_ + b_).transpose(1, 0, 2))
    equal(jax.vmap(jax.vmap(add))(a[None], b[None]), (a_ + b_)[None])


def test_vmap_of_no_elements():
    a = jnp.zeros((0, 16, 32))
    assert jax.vmap(add)(a, a).shape == (0, 16, 32)


def test_control_flow():
    a, b = pair(16, 32)
    a_, b_ = np.asarray(a), np.asarray(b)
    summed, steps = jax.lax.scan(lambda c, _: (add(c, b),) * 2, a, length=3)
    want = a_ + b_
    equal(steps[0], want)
    want = want + b_ + b_
    equal(summed, want)
    equal(jax.lax.fori_loop(0, 3, lambda _, c: add(c, b), a), want)
    equal(jax.jit(lambda p: jax.lax.cond(p, lambda: add(a, b), lambda: a))(True), a_ + b_)
    equal(jax.lax.while_loop(lambda s: s[0] < 2, lambda s: (s[0] + 1, add(s[1], b)), (0, a))[1], a_ + b_ + b_)


def test_gradient_through_custom_vjp():
    a, b = pair(16, 32)

    def loss(function):
        return lambda a, b: (function(a, b) * a * b).sum()

    want = jax.grad(loss(jnp.add), argnums=(0, 1))(a, b)
    for grad in (
        jax.grad(loss(differentiable_add), argnums=(0, 1)),
        jax.jit(jax.grad(loss(differentiable_add), argnums=(0, 1))),
        jax.grad(jax.checkpoint(loss(differentiable_add)), argnums=(0, 1)),
    ):
        for got, expected in zip(grad(a, b), want, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    batched = jax.vmap(jax.grad(loss(differentiable_add)))(a[None], b[None])
    np.testing.assert_allclose(batched[0], want[0], rtol=1e-5, atol=1e-5)


def test_gradient_without_a_rule_is_refused():
    a, b = pair(16, 32)
    with pytest.raises(ValueError, match="cannot be differentiated|custom_jvp|custom_vjp"):
        jax.grad(lambda a: add(a, b).sum())(a)


def test_ahead_of_time_eval_shape_and_disable_jit():
    a, b = pair(16, 32)
    shape = jax.ShapeDtypeStruct((16, 32), jnp.float32)
    compiled = jax.jit(add).lower(shape, shape).compile()
    equal(compiled(a, b), np.asarray(a) + np.asarray(b))
    assert jax.eval_shape(add, shape, shape) == shape
    with jax.disable_jit():
        equal(add(a, b), np.asarray(a) + np.asarray(b))


def test_export_with_the_custom_call_allowed():
    a, b = pair(16, 32)
    allowed = [export.DisabledSafetyCheck.custom_call(TARGET)]
    exported = export.export(jax.jit(add), disabled_checks=allowed)(a, b)
    equal(exported.call(a, b), np.asarray(a) + np.asarray(b))


# --- inputs that the kernel writes


def test_a_returned_input_is_a_result_and_the_input_stays():
    a_ = normal(16, 32)
    a = jnp.array(a_)
    equal(increment(a), a_ + 1)
    equal(jax.jit(lambda x: (increment(x), x))(a)[1], a_)
    equal(jax.jit(lambda x: increment(increment(x)))(a), a_ + 1 + 1)
    equal(jax.lax.scan(lambda c, _: (increment(c), None), a, length=4)[0], a_ + 1 + 1 + 1 + 1)
    equal(jax.vmap(increment)(jnp.stack([a, a])), np.stack([a_ + 1, a_ + 1]))
    equal(a, a_)


def test_one_array_as_written_and_read_argument():
    a_ = normal(16, 32)
    a = jnp.array(a_)
    for function in (add_into, jax.jit(add_into)):
        equal(function(a, a), a_ + a_)
    equal(a, a_)


def test_a_donated_input_is_written_in_place():
    a = jnp.array(normal(128, 256))
    want, address = np.asarray(a) + 1, a.unsafe_buffer_pointer()
    result = jax.jit(increment, donate_argnums=0)(a)
    equal(result, want)
    assert a.is_deleted() and result.unsafe_buffer_pointer() == address


def test_a_written_numpy_array_beside_jax_arrays_is_refused():
    a = np.ones((4, 8), np.float32)
    with pytest.raises(TypeError, match="writes its argument 'total', a NumPy array beside JAX arrays"):
        add_into(a, jnp.ones((4, 8)))
    assert (a == 1).all()


def test_a_written_input_that_is_not_returned_is_refused():
    a, b = pair(16, 32)
    for function in (overwrite_second, jax.jit(overwrite_second)):
        with pytest.raises(TypeError, match="argument 'scratch'.*return scratch"):
            function(a, b)


# --- what the program looks like


def test_the_hlo_names_target_scope_and_config():
    a, b = pair(16, 32)
    text = jax.jit(add).lower(a, b).compile().runtime_executable().hlo_modules()[0].to_string()
    line = next(line for line in text.splitlines() if f'custom_call_target="{TARGET}"' in line)
    assert "nki_call" in line
    config = json.loads(base64.b64decode(re.search(r"eyJ[A-Za-z0-9+/=]+", line)[0]))
    assert list(config) == ["kernel_version", "klir_binary", "func_name", "grid", "has_collectives"]
    assert list(config["klir_binary"]) == ["binary", "input_names", "output_names"]
    assert config["klir_binary"]["input_names"] == ["a", "b"]
    assert config["func_name"] == "add" and config["grid"] == [] and config["has_collectives"] is False


def test_the_config_names_the_grid():
    a, b = pair(16, 32)
    function = jax.jit(lambda a, b: add[2](a, b))
    config = re.search(r"eyJ[A-Za-z0-9+/=]+", function.lower(a, b).compile().as_text())[0]
    assert json.loads(base64.b64decode(config))["grid"] == [2]
    equal(function(a, b), np.asarray(a) + np.asarray(b))


def test_jitting_again_keeps_no_more_programs():
    a, b = pair(16, 20)
    kept = len(_program._kept)
    for n in range(5):
        equal(jax.jit(lambda x, y, n=n: add(x, y) * n)(a, b), (np.asarray(a) + np.asarray(b)) * n)
    assert len(_program._kept) == kept + 1


def test_the_programs_of_the_latest_calls_are_kept(monkeypatch):
    """Calls may run after they have returned and their kernels are gone."""
    a, _ = pair(8, 8)
    equal(scaled(a), a * 2)
    assert _jax._most_running == 8 * 32 * len(jax.devices("cpu"))
    monkeypatch.setattr(_jax, "_most_running", 3)
    keys = []
    for n in range(5):
        kernel = nki.jit(lambda x, n=n: scaled(x, n + 0.5))
        equal(kernel(a), np.asarray(a) * np.float32(n + 0.5))
        keys.append(kernel.specializations()[0].key)
    del kernel
    gc.collect()
    assert list(_jax._running) == keys[2:]
    assert [key for key in keys if _program.find(key) is not None] == keys[2:]


def test_equal_calls_trace_once():
    traced = []

    def counted(a):
        traced.append(a.shape)
        c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=x, src=a)
        nisa.dma_copy(dst=c, src=x)
        return c

    kernel = nki.jit(platform_target="trn1")(counted)
    a = jnp.ones((8, 16))
    for _ in range(3):
        kernel(a)
    jax.jit(kernel)(a)
    assert traced == [(8, 16)]


# --- errors


def test_the_kernels_own_assert_surfaces():
    for function in (add, jax.jit(add)):
        with pytest.raises(AssertionError, match=r"shapes \(8, 16\) and \(8, 32\) differ"):
            function(jnp.ones((8, 16)), jnp.ones((8, 32)))
    equal(add(jnp.ones((8, 16)), jnp.ones((8, 16))), np.full((8, 16), 2))


@nki.jit
def endless(a):
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(a.shape, dtype=a.dtype)
    nisa.dma_copy(dst=tile, src=a)
    for _ in nl.dynamic_range(2**30):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
    nisa.dma_copy(dst=out, src=tile)
    return out


@pytest.mark.parametrize("call", ["endless", "jax.jit(endless)"])
def test_ctrl_c_ends_a_long_run(call):
    """XLA runs kernels while Python's signal handlers wait; the second interrupt is after the first poll for sure."""
    code = f"""
import signal, time
before = signal.getsignal(signal.SIGINT)
for delay in (1.0, 1.5):
    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    try:
        jax.block_until_ready({call}(jnp.ones((4, 4))))
    except jax.errors.JaxRuntimeError as error:
        assert "the run was interrupted" in str(error)
    time.sleep(5)  # Python's own handler has got the signals too
    print("not interrupted")
except KeyboardInterrupt:
    print("interrupted")
try:
    time.sleep(1)
except KeyboardInterrupt:
    pass
assert signal.getsignal(signal.SIGINT) is before
print(sum_and_scaled(jnp.ones((2, 2)), jnp.ones((2, 2)), 2.0)[0].sum())
"""
    assert passes(code) == "interrupted\n8.0\n"


def test_prng_keys_are_refused():
    with pytest.raises(TypeError, match=r"through_sbuf: argument 'a' .*key_data"):
        through_sbuf(jax.random.split(jax.random.key(0), 8))


@pytest.mark.parametrize("dtype", ["complex64", "int4", "float8_e4m3fnuz"])
def test_other_dtypes_are_refused_by_argument(dtype):
    with pytest.raises(TypeError, match=rf"add: argument 'b' has dtype {dtype}"):
        add(jnp.ones((8, 16)), jnp.ones((8, 16), dtype))


@pytest.mark.parametrize("shape", [(), (0, 16)])
def test_shapes_no_kernel_takes_are_named(shape):
    for function in (through_sbuf, jax.jit(through_sbuf)):
        with pytest.raises(ValueError, match=rf"through_sbuf: argument 'a' has shape {re.escape(str(shape))}"):
            function(jnp.zeros(shape))


def custom_call(array, result_shape, key):
    result = jax.ShapeDtypeStruct(result_shape, array.dtype)
    return jax.ffi.ffi_call(TARGET, result)(array, config="", func_name="through_sbuf", key=key)


def key_in(text):
    return re.search(r'key = "([^"]+)"', text)[1]


def test_a_kernel_of_another_process_is_named():
    through_sbuf(jnp.ones((8, 16)))
    with pytest.raises(RuntimeError, match="NOT_FOUND: NKI kernel through_sbuf: .*nki1-absent is not in this process"):
        custom_call(jnp.ones((8, 16)), (8, 16), "nki1-absent")


def test_buffers_of_another_size_are_refused():
    a = jnp.ones((8, 16))
    key = key_in(jax.jit(through_sbuf).lower(a).compile().as_text())
    equal(custom_call(a, (8, 16), key), a)
    with pytest.raises(RuntimeError, match="input 0 has 1024 bytes; the kernel was compiled for 512"):
        custom_call(jnp.ones((16, 16)), (8, 16), key)
    with pytest.raises(RuntimeError, match="output 0 has 1024 bytes; the kernel was compiled for 512"):
        custom_call(a, (16, 16), key)
    with pytest.raises(RuntimeError, match="got 2 outputs; the kernel was compiled for 1"):
        jax.ffi.ffi_call(TARGET, [jax.ShapeDtypeStruct((8, 16), a.dtype)] * 2)(a, config="", func_name="f", key=key)
    with pytest.raises(RuntimeError, match="input 0 has elements of less than a byte"):
        custom_call(jnp.ones((8, 64), jnp.int4), (8, 16), key)


# --- threads, devices, processes


def test_threads_share_a_jitted_kernel():
    function = jax.jit(add)
    wrong = []

    def work(seed):
        a, b = jnp.asarray(normal(32, 64, seed=seed)), jnp.asarray(normal(32, 64, seed=seed + 100))
        for call in (function, add) * 20:
            if not np.array_equal(call(a, b), np.asarray(a) + np.asarray(b)):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_first_use_from_many_threads():
    passes("""
results = [None] * 8
def work(i):
    results[i] = np.asarray(add(jnp.full((8, 16), float(i)), jnp.ones((8, 16))))
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
for i, result in enumerate(results):
    equal(result, np.full((8, 16), i + 1.0))
""")


def test_shard_map_checks_and_runs():
    passes(
        """
from functools import partial
from jax.sharding import Mesh, PartitionSpec as P
mesh = Mesh(np.array(jax.devices()), ("x",))
a, b = pair(32, 16)
want = np.asarray(a) + np.asarray(b)
for check in (True, False):
    sharded = partial(jax.shard_map, mesh=mesh, check_vma=check)
    equal(jax.jit(sharded(add, in_specs=P("x"), out_specs=P("x")))(a, b), want)
    total = sharded(lambda a, b: jax.lax.psum(add(a, b), "x"), in_specs=P("x"), out_specs=P())
    np.testing.assert_allclose(jax.jit(total)(a, b), want.reshape(4, 8, 16).sum(0), rtol=1e-5, atol=1e-5)
    loop = lambda a, b: jax.lax.scan(lambda c, _: (add(c, b), None), a, length=2)[0]
    equal(jax.jit(sharded(loop, in_specs=P("x"), out_specs=P("x")))(a, b), want + np.asarray(b))
    batch = sharded(jax.vmap(add), in_specs=P("x"), out_specs=P("x"))
    equal(jax.jit(batch)(a[:, None], b[:, None]), want[:, None])
try:
    jax.jit(jax.shard_map(add, mesh=mesh, in_specs=P("x"), out_specs=P()))(a, b)
except ValueError as error:
    print("refused")
grad = jax.grad(lambda a, b: (differentiable_add(a, b) * b).sum())
equal(jax.jit(jax.shard_map(grad, mesh=mesh, in_specs=P("x"), out_specs=P("x")))(a, b), b)
grid = Mesh(np.array(jax.devices()).reshape(2, 2), ("x", "y"))
mixed = jax.shard_map(add, mesh=grid, in_specs=(P("x"), P("y")), out_specs=P("x", "y"))
mixed(a, b)
""",
        devices=4,
    ) == "refused\n"


def test_pmap_and_sharded_jit():
    passes(
        """
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
a, b = pair(4, 8, 16)
want = np.asarray(a) + np.asarray(b)
equal(jax.pmap(add)(a, b), want)
summed = jax.pmap(lambda a, b: jax.lax.psum(add(a, b), "i"), axis_name="i")(a, b)
np.testing.assert_allclose(summed[0], want.sum(0), rtol=1e-5, atol=1e-5)
mesh = Mesh(np.array(jax.devices()), ("x",))
a, b = (jax.device_put(x, NamedSharding(mesh, P("x"))) for x in pair(32, 16))
equal(jax.jit(add)(a, b), np.asarray(a) + np.asarray(b))
equal(add(a, b), np.asarray(a) + np.asarray(b))
explicit = jax.make_mesh((4,), ("x",))
with jax.set_mesh(explicit):
    c, d = (jax.device_put(x, NamedSharding(explicit, P("x"))) for x in (np.asarray(a), np.asarray(b)))
    equal(jax.jit(add)(c, d), np.asarray(a) + np.asarray(b))
""",
        devices=4,
    )


def test_an_error_reaches_stderr_when_there_are_several_devices():
    code = """
through_sbuf(jnp.ones((8, 16)))
try:
    jax.block_until_ready(custom_call(jnp.ones((8, 16)), (8, 16), "nki1-absent"))
except RuntimeError:
    print("raised")
"""
    alone, several = in_new_process(code, devices=1), in_new_process(code, devices=2)
    assert alone.stdout == several.stdout == "raised\n"
    assert "NKI kernel" not in alone.stderr
    assert several.stderr.startswith("NKI kernel through_sbuf: ") and "not in this process" in several.stderr


def test_persistent_cache_in_a_second_process(tmp_path):
    code = """
from jax import monitoring
events = []
monitoring.register_event_listener(lambda name, **_: events.append(name))
a, b = pair(16, 32)
np.testing.assert_allclose(jax.jit(lambda a, b: add(a, b) * 2)(a, b), (np.asarray(a) + np.asarray(b)) * 2)
print(events.count("/jax/compilation_cache/cache_hits"), events.count("/jax/compilation_cache/cache_misses"))
"""
    environment = dict(
        JAX_COMPILATION_CACHE_DIR=str(tmp_path),
        JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
        JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES="-1",
    )
    first, second = (passes(code, **environment).split() for _ in range(2))
    assert first[0] == "0" and int(first[1]) > 0
    assert second == [first[1], "0"]


def test_nki_alone_does_not_import_jax():
    run = subprocess.run(
        [sys.executable, "-c", "import sys, nki, nki.language, nki.isa; assert 'jax' not in sys.modules"],
        env={**os.environ, "PYTHONPATH": str(pathlib.Path(nki.__file__).parents[1])},
    )
    assert run.returncode == 0
