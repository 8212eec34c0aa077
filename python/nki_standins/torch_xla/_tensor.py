"""Device tensors: a wrapper around a host tensor that says it lives on xla:0, and records what is done to it."""

import itertools
import weakref

import torch
from torch_xla import _graph

_aten = torch.ops.aten
DEVICE = torch.device("privateuseone", 0)
_KERNEL_CALL = "xla::_op_<locals>CallImpl"  # torch_neuronx's name, as AWS's custom-operator page prints it
_SAME_VALUE = {_aten.detach.default, _aten.alias.default, _aten.lift_fresh.default}
_READS = {_aten._local_scalar_dense.default, _aten.equal.default}
_TAKES_HOST = {
    *(_aten.copy_.default, _aten._to_copy.default, _aten._copy_from.default),
    *(_aten.index.Tensor, _aten.index_put.default, _aten.index_put_.default, _aten._index_put_impl_.default),
    *(_aten._unsafe_index.Tensor, _aten._unsafe_index_put.default),
}
_MAKES_DATA = {_aten.new_empty.default, _aten.new_empty_strided.default, _aten.empty_like.default}
_data_of = torch._C.TensorBase.data
_live = weakref.WeakValueDictionary()  # by number of creation
_sequence = itertools.count()
_operations = {}


class tensor(torch.Tensor):  # noqa: N801 (torch's repr prints the name of the class)
    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})

    is_xla = property(lambda self: True)

    @property
    def data(self):
        return _data_of.__get__(self)

    @data.setter
    def data(self, value):
        # torch's setter is not dispatched: it would change the sizes and leave the values.
        _data_of.__set__(self, value)
        self.elem, self.node, self.index, self.version = value.elem, value.node, value.index, _version(value.elem)

    def numpy(self, *, force=False):
        if force:
            return self.detach().cpu().numpy()
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. "
            "Use Tensor.cpu() to copy the tensor to host memory first."
        )

    def __array__(self, dtype=None, copy=None):
        return self.numpy()

    def tolist(self):
        return self.detach().cpu().tolist()

    def __format__(self, spec):
        return format(self.item(), spec) if self.dim() == 0 else object.__format__(self, spec)

    def __repr__(self, *, tensor_contents=None):
        text = super().__repr__(tensor_contents=tensor_contents)
        return f"Parameter containing:\n{text}" if getattr(self, "_is_param", False) else text

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user support the deepcopy protocol")
        copy = self.detach().clone().requires_grad_(self.requires_grad)
        if getattr(self, "_is_param", False):
            copy._is_param = True
        memo[id(self)] = copy
        if self.grad is not None:
            copy.grad = self.grad.__deepcopy__(memo)
        return copy

    def __reduce_ex__(self, protocol):
        host = (self.detach().cpu(), self.dtype, str(self.device), self.requires_grad)
        if not getattr(self, "_is_param", False):
            return torch._utils._rebuild_device_tensor_from_cpu_tensor, host
        plain = self.detach()
        return torch._utils._rebuild_parameter, (plain, self.requires_grad, {})


class _Operation:
    """What the dispatcher needs to know of an overload, found once from its schema."""

    __slots__ = ("is_kernel", "name", "takes_device", "takes_host", "written")

    def __init__(self, func):
        schema = func._schema
        self.is_kernel = func.namespace == "nki_sim" and schema.name != "nki_sim::no_gradient"
        self.written = [a.name for a in schema.arguments if a.alias_info is not None and a.alias_info.is_write]
        name = schema.name
        if self.written and name.endswith("_") and not name.endswith("__"):
            name = name[:-1]  # the graph is functional: mul_ is recorded as mul
        self.name = _KERNEL_CALL if self.is_kernel else name
        self.takes_device = any(a.name == "device" for a in schema.arguments)
        self.takes_host = func in _TAKES_HOST


def _version(elem):
    return 0 if elem.is_inference() else elem._version


def wrap(elem, node=None, index=0):
    made = torch.Tensor._make_wrapper_subclass(
        tensor,
        elem.size(),
        strides=elem.stride(),
        storage_offset=elem.storage_offset(),
        dtype=elem.dtype,
        layout=elem.layout,
        device=DEVICE,
    )
    made.elem, made.node, made.index, made.version = elem, node or _graph.data(elem), index, _version(elem)
    made.number = next(_sequence)
    _live[made.number] = made
    return made


def sync(tensors=None):
    """Dumps the graph of `tensors` (None: of all live ones); what was computed is device data from here on."""
    if tensors is None:
        # By number, as the order of ROOTs must not depend on addresses; valuerefs() is safe against other threads.
        tensors = [t for reference in _live.valuerefs() if (t := reference()) is not None]
        tensors.sort(key=lambda t: t.number)
    pending = [t for t in tensors if not _current(t).is_data]
    roots = list({id(t.node): t.node for t in pending}.values())
    _graph.dump(roots)
    for t in pending:
        t.node, t.index = _graph.data(t.elem), 0


def _current(t):
    """The node of t; one that was written through another view of its memory starts again as data."""
    if t.version != _version(t.elem):
        t.node, t.index, t.version = _graph.data(t.elem), 0, _version(t.elem)
    return t.node


def _unwrap(value, wrappers, hosts):
    # A module-level function and no closure: a recursive closure is a reference cycle that keeps dead tensors alive.
    kind = type(value)
    if kind is tensor:
        wrappers.append(value)
        return value.elem
    if kind is list or kind is tuple:
        return kind([_unwrap(v, wrappers, hosts) for v in value])
    if isinstance(value, torch.Tensor):
        hosts.append(value)
    return value


def _is_device(device):
    return device is not None and torch.device(device).type == DEVICE.type


def run(func, args, kwargs):
    operation = _operations.get(func)
    if operation is None:
        operation = _operations[func] = _Operation(func)
    wrappers, hosts = [], []
    host_args = [_unwrap(a, wrappers, hosts) for a in args]
    host_kwargs = {k: _unwrap(v, wrappers, hosts) for k, v in kwargs.items()} if kwargs else kwargs
    if hosts and not operation.takes_host:
        _refuse_mixing(func, hosts)
    to_host = False
    if operation.takes_device and host_kwargs.get("device") is not None:
        to_host = not _is_device(host_kwargs["device"])
        host_kwargs["device"] = "cpu" if not to_host else host_kwargs["device"]
    if host_kwargs.get("pin_memory"):
        host_kwargs["pin_memory"] = False
    if func in _READS or (to_host and func is _aten._to_copy.default):
        sync(wrappers)
    if func in (_aten.copy_.default, _aten._copy_from.default) and hosts:
        return _copy(func, args, host_args)
    # Before the operation runs: its own write must not make an operand look stale.
    operands = tuple([(_current(w), w.index) for w in wrappers])
    out = func(*host_args, **host_kwargs)
    if to_host or func in _READS:
        return out
    return _record(func, operation, args, kwargs, operands, out)


def _refuse_mixing(func, hosts):
    for host in hosts:
        if host.dim() != 0 and not host.is_meta:
            raise RuntimeError(
                f"{func.name()}: Input tensor is not an XLA tensor: {host.type()}; "
                f"all tensors must be on {DEVICE}, move this one with .to('{DEVICE}')"
            )


def _copy(func, args, host_args):
    """Between host and device: out of the device is a read, into it makes data."""
    if func is _aten._copy_from.default:
        (source, target), (host_source, host_target) = args[:2], host_args[:2]
    else:
        (target, source), (host_target, host_source) = args[:2], host_args[:2]
    if type(source) is tensor:
        sync([source])
    host_target.copy_(host_source)
    if type(target) is tensor:
        target.node, target.index, target.version = _graph.data(host_target), 0, _version(host_target)
    return target


def _written(func, args, kwargs):
    """The device tensors among the arguments that the schema says are written."""
    found = []
    for position, argument in enumerate(func._schema.arguments):
        if argument.alias_info is None or not argument.alias_info.is_write:
            continue
        value = args[position] if position < len(args) else kwargs.get(argument.name)
        found += [v for v in (value if isinstance(value, (list, tuple)) else [value]) if type(v) is tensor]
    return found


def _record(func, operation, args, kwargs, operands, out):
    if func in _SAME_VALUE and operands:
        return wrap(out, *operands[0])
    written = _written(func, args, kwargs) if operation.written else ()
    outs = out if isinstance(out, (list, tuple)) else [out]
    results = [t.elem for t in written] + [r for r in outs if isinstance(r, torch.Tensor)]
    results = list({id(r): r for r in results}.values())
    if not results:
        return out
    several = isinstance(out, (list, tuple)) or len(written) > 1 or operation.is_kernel
    node = _node(func, operation, operands, [(r.dtype, r.shape) for r in results], several, args, kwargs)
    positions = {id(r): index if several else 0 for index, r in enumerate(results)}
    owners = {id(t.elem): t for t in written}
    for t in written:
        _update(t, node, positions[id(t.elem)], operation.is_kernel)
    if isinstance(out, (list, tuple)):
        return type(out)([_result(r, node, positions, owners) for r in out])
    return _result(out, node, positions, owners)


def _node(func, operation, operands, shapes, several, args, kwargs):
    shapes = shapes if several else shapes[0]
    if not operands or func in _MAKES_DATA:
        return _graph.Node("xla::device_data", (), shapes)
    constants = "" if operation.is_kernel else _constants(args, kwargs)
    return _graph.Node(operation.name, operands, shapes, constants)


def _constants(args, kwargs):
    scalars = [repr(v) for v in args if _is_constant(v)]
    scalars += [f"{k}={v!r}" for k, v in kwargs.items() if _is_constant(v)]
    return f", constants=({', '.join(scalars)})" if scalars else ""


def _is_constant(value):
    return all(isinstance(v, (bool, int, float)) for v in (value if isinstance(value, list) else [value]))


def _update(t, node, index, bump):
    elem = t.elem
    if t.shape != elem.shape or t.dtype != elem.dtype or t.stride() != elem.stride():
        _data_of.__set__(t, wrap(elem))  # out=, resize_, t_: the wrapper's own sizes are fixed
    t.node, t.index, t.version = node, index, _version(elem)
    if bump and not t.is_inference():
        torch.autograd.graph.increment_version(t)


def _result(value, node, positions, owners):
    if not isinstance(value, torch.Tensor):
        return value
    owner = owners.get(id(value))
    return owner if owner is not None else wrap(value, node, positions[id(value)])
