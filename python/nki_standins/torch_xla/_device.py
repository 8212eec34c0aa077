"""Gives torch's PrivateUse1 device the name xla and the few registrations a wrapper tensor does not get by itself."""

import types

import torch
from torch.utils import backend_registration
from torch_xla import _tensor

_NAME = "xla"
_LIBRARIES = []  # a torch.library registration lives as long as its Library
_aten = torch.ops.aten


def install():
    """Once per process, at import of torch_xla."""
    _name_device()
    _register_factories()
    _register_host_pinning()
    _register_recurrent_cells()
    _register_autocast()
    torch.serialization.register_package(5, lambda obj: None, _restore)


def _name_device():
    taken = torch._C._get_privateuse1_backend_name()
    if taken not in ("privateuseone", "privateuse1"):
        raise ImportError(f"torch's PrivateUse1 device is already in use as '{taken}': the torch_xla stand-in needs it")
    # By hand, because the official set-up function refuses the name: Tensor.is_xla exists already.
    torch.utils.rename_privateuse1_backend(_NAME)
    torch._register_device_module(_NAME, _device_module())
    torch._C._acc.register_python_privateuseone_hook(backend_registration._DummyPrivateUse1Hook())
    torch._C._acc.register_python_privateuseone_device_guard(backend_registration._DummyDeviceGuard())


def _device_module():
    module = types.ModuleType(f"torch.{_NAME}")
    module.is_available = lambda: True
    module.is_initialized = lambda: True
    module._is_in_bad_fork = lambda: False
    module.device_count = lambda: 1
    module.current_device = lambda: 0
    module.set_device = lambda device: None
    module.synchronize = lambda device=None: None
    module.get_amp_supported_dtype = lambda: [torch.bfloat16, torch.float16]
    module.manual_seed = module.manual_seed_all = lambda seed: None  # the host's generator serves the device
    module.get_rng_state = lambda device=None: torch.get_rng_state()
    module.set_rng_state = lambda state, device=None: torch.set_rng_state(state)
    return module


def _library(namespace):
    library = torch.library.Library(namespace, "IMPL")
    _LIBRARIES.append(library)
    return library


def _register_factories():
    library = _library("aten")
    for schema in torch._C._jit_get_all_schemas():
        if not schema.name.startswith("aten::") or not any(a.name == "device" for a in schema.arguments):
            continue
        if any("Tensor" in str(a.type) for a in schema.arguments):
            continue
        packet = getattr(_aten, schema.name[len("aten::") :])
        overload = getattr(packet, schema.overload_name or "default")
        if overload._schema.returns and str(overload._schema.returns[0].type) == "Tensor":
            library.impl(overload.name().removeprefix("aten::"), _factory(overload), "PrivateUse1")

    def copy_from(source, target, non_blocking=False):
        return _tensor.run(_aten._copy_from.default, (source, target), {})

    library.impl("_copy_from", copy_from, "PrivateUse1")


def _factory(overload):
    def make(*args, **kwargs):
        return _tensor.run(overload, args, {**kwargs, "device": _tensor.DEVICE})

    return make


def _register_host_pinning():
    # DataLoader(pin_memory=True) would ask this device, which has no pinned allocator.
    library = _library("aten")
    library.impl("_pin_memory", lambda tensor, device=None: tensor, "CPU")
    library.impl("is_pinned", lambda tensor, device=None: False, "CPU")


def _lstm_cell(input_gates, hidden_gates, cell, input_bias=None, hidden_bias=None):
    gates = input_gates + hidden_gates
    if input_bias is not None:
        gates = gates + input_bias + hidden_bias
    i, f, g, o = gates.chunk(4, 1)
    new_cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
    return o.sigmoid() * new_cell.tanh(), new_cell, gates.detach()


def _gru_cell(input_gates, hidden_gates, hidden, input_bias=None, hidden_bias=None):
    if input_bias is not None:
        input_gates, hidden_gates = input_gates + input_bias, hidden_gates + hidden_bias
    ir, iz, inew = input_gates.chunk(3, 1)
    hr, hz, hnew = hidden_gates.chunk(3, 1)
    update, new = (iz + hz).sigmoid(), (inew + (ir + hr).sigmoid() * hnew).tanh()
    return new + update * (hidden - new), new.detach()


def _register_recurrent_cells():
    # torch picks the fused cells for any PrivateUse1 device; plain operations bring their gradients along.
    library = _library("aten")
    library.impl("_thnn_fused_lstm_cell", _lstm_cell, "AutogradPrivateUse1")
    library.impl("_thnn_fused_gru_cell", _gru_cell, "AutogradPrivateUse1")


def _cast(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype) if value.is_floating_point() and value.dtype is not torch.float64 else value
    return [_cast(v, dtype) for v in value] if isinstance(value, list) else value


def _low_precision(overload):
    keys = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)

    def run(*args, **kwargs):
        dtype = torch.get_autocast_dtype(_NAME)
        with torch._C._ExcludeDispatchKeyGuard(keys):
            return overload(*[_cast(a, dtype) for a in args], **{k: _cast(v, dtype) for k, v in kwargs.items()})

    return run


def _register_autocast():
    _library("_").fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    library = _library("aten")
    for name in (
        "matmul",
        "mm",
        "bmm",
        "addmm",
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "scaled_dot_product_attention",
    ):
        library.impl(name, _low_precision(getattr(_aten, name).default), "AutocastPrivateUse1")


def _restore(storage, location):
    # torch.load(file, map_location="xla"): the tensors stay on the host, load_state_dict() copies them over.
    return storage if location.startswith(_NAME) else None
