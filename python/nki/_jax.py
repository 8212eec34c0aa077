"""JAX arrays into kernels and out of them: every call becomes one typed XLA FFI custom call on the CPU.

Imported by Kernel.__call__ when it meets a JAX array or tracer, never before.
"""

import base64
import functools
import json
import threading
import types
from collections import OrderedDict

import jax
import jax.numpy as jnp
import numpy as np

from nki import _core, _program

TARGET = "AwsNeuronCustomNativeKernel"

# What a kernel takes and gives (NKI 0.6 dtypes that JAX knows too). 4-bit types are packed by XLA and left out.
_DTYPES = frozenset(
    "bool int8 int16 int32 uint8 uint16 uint32 float16 bfloat16 float32"
    " float8_e4m3 float8_e4m3fn float8_e5m2 float8_e8m0fnu".split()
)
_JAX_NAMES = {"bool_": "bool", "tfloat32": "float32"}  # where JAX has another name for the stored bytes

_changing = threading.Lock()  # of what follows
_registered = False
# Programs of the latest calls, which may run after the call has returned and their kernel is gone. XLA's CPU client has
# at most 32 calls of a device in flight (CpuClientOptions::max_inflight_computations_per_device), but they need not end
# in order: one may wait for its input while others pass it. So more are kept; a call that is passed by so many other
# programs, all of kernels since dropped, ends in UnknownKernelError.
_RUNNING_PER_DEVICE = 8 * 32
_most_running = 0
_running = OrderedDict()  # program key -> Program, the latest called last


def call(kernel, arrays, call_key):
    """Run or trace `kernel` on JAX arrays (NumPy arrays may be among them); returns what the kernel returns."""
    if not _registered:
        _register()
    # Not array.dtype: a NumPy float64 array arrives as float32 unless x64 is on.
    try:
        avals = [jax.typeof(array) for array in arrays]
    except TypeError:
        refuse_others(kernel, arrays, call_key)
        raise
    for index, aval in enumerate(avals):
        if aval.dtype.name not in _DTYPES:
            raise TypeError(_dtype_refused(kernel, call_key, index, aval.dtype))
        if aval.shape == () and isinstance(arrays[index], jax.core.Tracer):
            raise ValueError(_scalar_refused(kernel, call_key, index))
    spec = kernel.specialize(tuple([(aval.shape, aval.dtype.name) for aval in avals]), call_key)
    if spec.mutated:
        _refuse_numpy(spec, spec.mutated, arrays)
    forms = spec.program.forms
    form = forms.get("jax")
    if form is None:
        form = forms.setdefault("jax", _form(spec))
    if any(isinstance(array, jax.core.Tracer) for array in arrays):
        _program.keep(spec.program)
        return spec.rebuild(_bind(form, arrays))
    results = form.eager(*arrays)
    with _changing:
        _running[spec.key] = spec.program  # only now: until here `spec` keeps it, whatever other threads call
        _running.move_to_end(spec.key)
        while len(_running) > _most_running:
            _running.popitem(last=False)
    return spec.rebuild(results)


def _register():
    global _registered, _most_running
    with _changing:
        if _registered:
            return
        if not hasattr(_core, "jax_handler"):
            raise RuntimeError(
                "this build of nki has no JAX support: jaxlib's headers were absent when it was built; "
                "install jax and build nki again"
            )
        # A handler that this jaxlib refuses would keep the CPU backend from starting, were it registered first.
        devices = len(jax.devices("cpu"))
        jax.ffi.register_ffi_target(TARGET, _core.jax_handler(devices), platform="cpu", api_version=1)
        _most_running = _RUNNING_PER_DEVICE * devices
        _registered = True


def _dtype_refused(kernel, call_key, index, dtype):
    name = kernel.argument_names(call_key)[index]
    text = f"{kernel.__name__}: argument '{name}' has dtype {dtype}, which no kernel takes"
    if jax.dtypes.issubdtype(dtype, jax.dtypes.prng_key):
        return text + "; pass jax.random.key_data(key), the key's uint32 words"
    return text + f"; cast it to one of {', '.join(sorted(_DTYPES))}"


def _scalar_refused(kernel, call_key, index):
    name = kernel.argument_names(call_key)[index]
    return (
        f"{kernel.__name__}: argument '{name}' has shape (), as which jax.jit (vmap, grad, …) passes "
        "numbers on; keep it a Python number by jax.jit(..., static_argnames=...) or "
        f"functools.partial(kernel, {name}=...), or pass an array with at least one axis"
    )


def refuse_others(kernel, arrays, call_key):
    """TypeError if one of the arrays is another framework's."""
    for index, array in enumerate(arrays):
        if not isinstance(array, (jax.Array, np.ndarray)):
            kind = type(array)
            raise TypeError(
                f"{kernel.__name__}: argument '{kernel.argument_names(call_key)[index]}' is a {kind.__module__}."
                f"{kind.__name__} beside JAX arrays; pass jnp.asarray(...) of it, or arrays of one kind"
            ) from None  # JAX's own message shows all values


def refuse_written(spec, written, arrays, returned):
    """TypeError if an argument that a kernel writes can't be changed, nor its new value be a result."""
    _refuse_numpy(spec, written, arrays)
    _refuse_unreturned(spec, written, returned)


def _refuse_numpy(spec, written, arrays):
    for index in written:
        if isinstance(arrays[index], np.ndarray):
            raise TypeError(
                f"{spec.name}: the kernel writes its argument '{spec.input_names[index]}', a NumPy array beside JAX "
                "arrays, which would stay as it is; pass jnp.asarray(...) of it, or NumPy arrays only"
            )


def _refuse_unreturned(spec, written, returned):
    unreturned = sorted(set(written) - set(returned))
    if unreturned:
        name = spec.input_names[unreturned[0]]
        raise TypeError(
            f"{spec.name}: the kernel writes its argument '{name}', and JAX arrays cannot be changed in place; "
            f"return {name} from the kernel to get the new value as a result"
        )


def _form(spec):
    """What every call of one specialization shares: result types, aliases, attributes, the jitted eager form."""
    _refuse_unreturned(spec, spec.mutated, spec.aliases.values())
    form = types.SimpleNamespace(
        outputs=[jax.ShapeDtypeStruct(shape, _result_dtype(spec, i)) for i, (shape, _) in enumerate(spec.outputs)],
        aliases={source: output for output, source in spec.aliases.items()},
        attributes=dict(config=_config(spec), func_name=spec.name, key=spec.key),
    )
    form.call = jax.custom_jvp(functools.partial(_call_ffi, form))
    form.call.defjvp(functools.partial(_refuse_derivative, spec.name))
    # An eager ffi_call costs five times what a jitted one does.
    form.eager = jax.jit(lambda *arrays: _bind(form, arrays))
    return form


def _result_dtype(spec, index):
    name = spec.outputs[index][1]
    name = _JAX_NAMES.get(name, name)
    if name not in _DTYPES:
        raise TypeError(f"{spec.name}: output {spec.output_names[index]} has dtype {name}, which JAX does not have")
    return jnp.dtype(name)


def _config(spec):
    """The kernel's description in the form and with the keys that Neuron's compiler reads from the HLO."""
    binary = dict(binary=spec.key, input_names=list(spec.input_names), output_names=list(spec.output_names))
    config = dict(
        kernel_version=1,
        klir_binary=binary,
        func_name=spec.name,
        grid=list(spec.grid),
        has_collectives=False,
    )
    return base64.b64encode(json.dumps(config).encode()).decode()


def _refuse_derivative(name, primals, tangents):
    raise ValueError(  # as JAX's own, which would name the custom call and not the kernel
        f"kernel '{name}' has no derivative: give the function that calls it one by jax.custom_vjp (for jax.grad) or "
        "jax.custom_jvp"
    )


def _call_ffi(form, *arrays):
    return jax.ffi.ffi_call(
        TARGET,
        form.outputs,
        vmap_method="sequential",
        has_side_effect=False,  # with it, sharded inputs and jax.checkpoint fail to compile
        input_output_aliases=form.aliases,
    )(*arrays, **form.attributes)


def _bind(form, arrays):
    with jax.named_scope("nki_call"):
        results = form.call(*arrays)
    # A custom call's result counts as the same on all devices; under shard_map it varies as its inputs do.
    varying = frozenset().union(*(jax.typeof(array).manual_axis_type.varying for array in arrays))
    return [_vary(result, varying) for result in results]


def _vary(result, axes):
    missing = axes - jax.typeof(result).manual_axis_type.varying
    return jax.lax.pcast(result, tuple(sorted(missing)), to="varying") if missing else result
