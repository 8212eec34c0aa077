"""A kernel in PyTorch is one op, `nki_sim::call`, which torch can trace, compile, export and vmap.

Nothing here is built against torch: the ops are defined from Python and hand addresses to `_core.run_pointers`.
"""

import numpy
import torch

from nki import _core, _numpy, _program

_DTYPES = {
    name: getattr(torch, name)
    for name in (
        *("float32", "float16", "bfloat16", "int8", "int16", "int32", "uint8", "uint16", "uint32"),
        *("float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu"),
    )
    if hasattr(torch, name)
} | {"bool": torch.bool}
NAMES = {dtype: name for name, dtype in _DTYPES.items()}
# How results of types that torch does not have lie in memory; packed types are raw words.
_STORED_AS = {
    "tfloat32": torch.float32,
    "float8_e4m3fn_x4": torch.uint32,
    "float8_e5m2_x4": torch.uint32,
    "float4_e2m1fn_x4": torch.uint16,
}

_LARGEST_STORAGE = 40  # bits of an address inside one

_lib = torch.library.Library("nki_sim", "FRAGMENT")
_TAGS = (torch.Tag.pt2_compliant_tag,)
_lib.define("call(Tensor[] ins, str key) -> Tensor[]", tags=_TAGS)
_lib.define("call_(Tensor[] ins, Tensor(a!)[] muts, str key) -> ()", tags=_TAGS)
_lib.define("no_gradient(Tensor[] like, str name) -> Tensor[]", tags=_TAGS)
call_op = torch.ops.nki_sim.call.default
mutating_op = torch.ops.nki_sim.call_.default
_no_gradient_op = torch.ops.nki_sim.no_gradient.default


class _Plan:
    """What the ops need of a program, in torch's words."""

    def __init__(self, key, spec):
        self.key, self.name, self.input_names = key, spec.name, spec.input_names
        self.inputs = tuple((tuple(shape), torch_dtype(spec.name, dtype, "takes")) for shape, dtype in spec.inputs)
        self.outputs = tuple((tuple(shape), torch_dtype(spec.name, dtype, "returns")) for shape, dtype in spec.outputs)
        self.mutated = tuple(spec.mutated)
        self.reads = tuple(i for i in range(len(self.inputs)) if i not in self.mutated)
        self.aliases = tuple(sorted(dict(spec.aliases).items()))
        aliased = dict(self.aliases)
        self.fresh = tuple(i for i in range(len(self.outputs)) if i not in aliased)
        # The order of `call_`: inputs that are only read, then the written ones, then the fresh outputs.
        self.arguments = tuple(self.inputs[i] for i in self.reads + self.mutated) + tuple(
            self.outputs[i] for i in self.fresh
        )

    def new_outputs(self, device="cpu"):
        return [torch.empty(self.outputs[i][0], dtype=self.outputs[i][1], device=device) for i in self.fresh]


def torch_dtype(kernel_name, name, verb):
    """The torch dtype for NKI's `name`; TypeError if there is none."""
    dtype = _DTYPES.get(name) or _STORED_AS.get(name)
    if dtype is not None:
        return dtype
    raise TypeError(
        f"{kernel_name}: {verb} {name}, for which torch has no dtype; torch tensors can be {', '.join(NAMES.values())}"
        + (" (float8_e4m3 is the IEEE type; torch has float8_e4m3fn)" if name == "float8_e4m3" else "")
    )


def plan_of(program):
    plan = program.forms.get("torch")
    if plan is None:
        plan = program.forms["torch"] = _Plan(program.key, program)
    return plan


def _find(key):
    program = _program.find(key)
    if program is None:
        raise _core.UnknownKernelError(
            f"kernel {key} is not known in this process: trace it first, by calling the same kernel once "
            "with arguments of the same shapes and dtypes"
        )
    return plan_of(program)


# ---- the ops ----


def _check(plan, tensors, expected):
    if len(tensors) != len(expected):
        raise RuntimeError(f"{plan.name}: {len(tensors)} tensors given; kernel {plan.key} takes {len(expected)}")
    for position, (tensor, (shape, dtype)) in enumerate(zip(tensors, expected, strict=True)):
        if tensor.shape != shape or tensor.dtype is not dtype:
            raise RuntimeError(
                f"{plan.name}: tensor {position} is {tuple(tensor.shape)} {tensor.dtype}; "
                f"kernel {plan.key} was traced for {shape} {dtype}"
            )


def _call_cpu(ins, key):
    plan = _find(key)
    if plan.mutated:
        raise RuntimeError(f"{plan.name}: kernel {key} writes its inputs; call it through nki_sim::call_")
    _check(plan, ins, plan.inputs)
    ins = [t.contiguous() for t in ins]
    fresh = plan.new_outputs()
    _core.run_pointers(key, [t.data_ptr() for t in ins], _output_pointers(plan, ins, fresh))
    return fresh


def _output_pointers(plan, ins, fresh):
    pointers = dict(zip(plan.fresh, [t.data_ptr() for t in fresh], strict=True))
    pointers.update((out, ins[i].data_ptr()) for out, i in plan.aliases)
    return [pointers[i] for i in range(len(plan.outputs))]


def _call_mutating_cpu(ins, muts, key):
    plan = _find(key)
    _check(plan, [*ins, *muts], plan.arguments)
    _refuse_overlap(plan, places_of([*ins, *muts]))
    tensors = dict(zip(plan.reads + plan.mutated, [*ins, *muts], strict=False))
    operands = [tensors[i].contiguous() for i in range(len(plan.inputs))]
    fresh = muts[len(plan.mutated) :]
    results = [t.contiguous() for t in fresh]
    copied = [_place_of(i, tensors[i]) for i in plan.mutated if operands[i] is not tensors[i]]
    outs = _output_pointers(plan, operands, results)
    _core.run_pointers(key, [t.data_ptr() for t in operands], outs, copied)
    for tensor, result in zip(fresh, results, strict=True):
        if result is not tensor:
            tensor.copy_(result)
    for tensor in muts:
        if not tensor.is_inference():
            torch.autograd.graph.increment_version(tensor)


def _place_of(index, tensor):
    size = tensor.element_size()
    return index, tensor.data_ptr(), [stride * size for stride in tensor.stride()], False


class _Bytes:
    """Where a tensor's bytes lie, for NumPy, which only compares the places."""

    def __init__(self, tensor, address):
        size = tensor.element_size()
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "data": (address, True),
            "shape": (*map(int, tensor.shape), size),
            "strides": (*[int(stride) * size for stride in tensor.stride()], 1),
        }


def places_of(tensors):
    """Arrays of bytes at the places of tensors, for _numpy.refuse_overlap."""
    return [numpy.asarray(_Bytes(tensor, tensor.data_ptr())) for tensor in tensors]


def _places_of_fakes(tensors):
    """As places_of, for tensors without memory: what a program compiles must be what it may run eagerly."""
    storages, places = {}, []
    for tensor in tensors:
        number = storages.setdefault(tensor.untyped_storage()._cdata, len(storages) + 1)
        # Symbolic strides become constants here; only views that are written have them.
        offset = int(tensor.storage_offset()) * tensor.element_size()
        places.append(numpy.asarray(_Bytes(tensor, (number << _LARGEST_STORAGE) + offset)))
    return places


def _refuse_overlap(plan, places):
    places = dict(zip(plan.reads + plan.mutated, places, strict=False))
    _numpy.refuse_overlap(plan, plan.mutated, [places[i] for i in range(len(places))])


def _no_gradient_cpu(like, name):
    raise RuntimeError(
        f"kernel '{name}' has no gradient rule: call it inside the forward() of a torch.autograd.Function "
        "whose backward() says what the gradients are"
    )


def _check_fake(plan, tensors, expected):
    torch._check(len(tensors) == len(expected), lambda: f"{plan.name}: {len(tensors)} tensors, not {len(expected)}")
    for tensor, (shape, dtype) in zip(tensors, expected, strict=True):
        # int() puts the guard on a symbolic size: the key holds for these sizes only.
        actual = (tuple(map(int, tensor.shape)), tensor.dtype)
        torch._check(actual == (shape, dtype), lambda a=actual, s=shape, d=dtype: f"{plan.name}: {a} is not {(s, d)}")


def _call_fake(ins, key):
    plan = _find(key)
    _check_fake(plan, ins, plan.inputs)
    return plan.new_outputs(ins[0].device)


def _call_mutating_fake(ins, muts, key):
    plan = _find(key)
    tensors = [*ins, *muts]
    _check_fake(plan, tensors, plan.arguments)
    apart = len({tensor.untyped_storage()._cdata for tensor in tensors}) == len(tensors)
    if not apart or not all([tensor.is_contiguous() for tensor in muts]):
        _refuse_overlap(plan, _places_of_fakes(tensors))


def _no_gradient_fake(like, name):
    return [torch.empty_like(t) for t in like]


def _select(tensor, axis, index):
    return tensor if axis is None else tensor.select(axis, index)


def _call_vmap(info, in_dims, ins, key):
    plan, axes = _find(key), in_dims[0]
    rows = [
        call_op([_select(t, axis, i) for t, axis in zip(ins, axes, strict=True)], key) for i in range(info.batch_size)
    ]
    if not rows:
        outs = [t.new_empty((0, *t.shape)) for t in plan.new_outputs(ins[0].device)]
    else:
        outs = [torch.stack(column) for column in zip(*rows, strict=True)]
    return outs, [0] * len(outs)


def _call_mutating_vmap(info, in_dims, ins, muts, key):
    if None in in_dims[1]:
        raise RuntimeError(f"{_find(key).name}: under vmap, a tensor that the kernel writes must be batched too")
    for i in range(info.batch_size):
        reads = [_select(t, axis, i) for t, axis in zip(ins, in_dims[0], strict=True)]
        mutating_op(reads, [t.select(axis, i) for t, axis in zip(muts, in_dims[1], strict=True)], key)
    return None, None


def _no_gradient_vmap(info, in_dims, like, name):
    return _no_gradient_op(like, name), in_dims[0]


for _name, _cpu, _fake, _vmap in (
    ("call", _call_cpu, _call_fake, _call_vmap),
    ("call_", _call_mutating_cpu, _call_mutating_fake, _call_mutating_vmap),
    ("no_gradient", _no_gradient_cpu, _no_gradient_fake, _no_gradient_vmap),
):
    _lib.impl(_name, _cpu, "CPU")
    torch.library.register_fake(f"nki_sim::{_name}", _fake, lib=_lib)
    torch.library.register_vmap(f"nki_sim::{_name}", _vmap, lib=_lib)


class WithoutGradient(torch.autograd.Function):
    """Runs the kernel for inputs that require grad; only its backward raises.

    One tensor carries the history and the others come detached: dynamo refuses one tensor given to apply() twice.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(key, name, position, history, *others):
        return tuple(call_op([*others[:position], history, *others[position:]], key))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.name, ctx.others = inputs[1], len(inputs) - 4
        ctx.save_for_backward(inputs[3])

    @staticmethod
    def backward(ctx, *gradients):
        return None, None, None, _missing(ctx, gradients), *([None] * ctx.others)


def _missing(ctx, gradients):
    # It takes the incoming gradients, or AOTAutograd's partitioner would move it into the forward graph.
    return _no_gradient_op([*ctx.saved_tensors, *gradients], ctx.name)[0]
