"""The PyTorch door: checks tensors and calls the op that runs the kernel; what has no gradient rule says so.

`Kernel.launch` imports this file only when a torch tensor arrives, and `_torch_dynamo` while torch.compile is at work.
"""

import operator

import torch
from torch.autograd import forward_ad

from nki import _program
from nki._torch_ops import NAMES, WithoutGradient, call_op, mutating_op, plan_of

_DEVICES = ("cpu", "meta")
_PLAIN = (torch.Tensor, torch.nn.Parameter)


def call(kernel, tensors, call_key):
    """Eager entry: `tensors` are the kernel's array arguments in order, `call_key` everything else."""
    spec = kernel.specialize(types(kernel, tensors, call_key), call_key)
    if not runs_now(tensors):
        _program.keep(spec.program)
    return spec.rebuild(dispatch(plan_of(spec.program), tensors))


def types(kernel, tensors, call_key):
    """((shape, NKI dtype), …) of tensors; TypeError for one that no kernel takes."""
    found = []
    for tensor in tensors:
        name = NAMES.get(tensor.dtype) if isinstance(tensor, torch.Tensor) else None
        if name is None or tensor.layout is not torch.strided or not _runs_here(tensor):
            raise TypeError(refusal(kernel, tensors, tensor, call_key))
        found.append((tuple(map(operator.index, tensor.shape)), name))
    return tuple(found)


def runs_now(tensors):
    """Whether the op runs before the call returns, and nothing records it to run it later."""
    return (
        torch._C._len_torch_dispatch_stack() == 0
        and torch._ops._len_torch_dispatch_stack_pre_dispatch() == 0
        and torch._C._get_tracing_state() is None
        and all([type(t) in _PLAIN and t.device.type == "cpu" for t in tensors])
    )


def _runs_here(tensor):
    kind = tensor.device.type
    # The torch_xla stand-in lends its name to PrivateUse1; a real XLA tensor has another dispatch key.
    return kind in _DEVICES or torch._C._dispatch_keys(tensor).has(torch._C.DispatchKey.PrivateUse1)


def refusal(kernel, tensors, tensor, call_key):
    position = next(i for i, t in enumerate(tensors) if t is tensor)
    argument = f"argument '{kernel.argument_names(call_key)[position]}'"
    if not isinstance(tensor, torch.Tensor):
        reason = f"is a {type(tensor).__name__} beside torch tensors; pass torch.as_tensor(...) of it"
    elif tensor.dtype not in NAMES:
        reason = f"is {tensor.dtype}; NKI has {', '.join(NAMES.values())}"
    elif tensor.layout is not torch.strided:
        reason = f"has layout {tensor.layout}; pass tensor.to_dense()"
    else:
        reason = f"is on device '{tensor.device}'; kernels run on the CPU here, pass tensor.cpu()"
    return f"{kernel.__name__}: {argument} {reason}"


def dispatch(plan, tensors):
    """One output tensor per output of the kernel; what it returned of its inputs is that very tensor."""
    if forward_ad._current_level >= 0:
        _refuse_tangents(plan, tensors)
    tracked = torch.is_grad_enabled() and any([t.requires_grad for t in tensors])
    if plan.mutated:
        fresh = _dispatch_mutating(plan, tensors, tracked)
    elif tracked and plan.fresh:
        position = [t.requires_grad for t in tensors].index(True)
        others = [t.detach() for i, t in enumerate(tensors) if i != position]
        fresh = WithoutGradient.apply(plan.key, plan.name, position, tensors[position], *others)
    else:
        fresh = call_op(tensors, plan.key)
    if not plan.aliases:
        return list(fresh)
    aliased, fresh = dict(plan.aliases), iter(fresh)
    return [tensors[aliased[i]] if i in aliased else next(fresh) for i in range(len(plan.outputs))]


def _dispatch_mutating(plan, tensors, tracked):
    if tracked:
        refuse_recording(plan.name)
    first = tensors[plan.mutated[0]]
    # new_empty and not empty: under vmap the outputs must be batched as the written input is.
    fresh = [first.new_empty(plan.outputs[i][0], dtype=plan.outputs[i][1]) for i in plan.fresh]
    mutating_op([tensors[i] for i in plan.reads], [*[tensors[i] for i in plan.mutated], *fresh], plan.key)
    return fresh


def refuse_recording(name):
    raise RuntimeError(
        f"{name}: writes its input in place while an input requires grad; call it under torch.no_grad() or "
        "inside the forward() of a torch.autograd.Function that marks the tensor with ctx.mark_dirty()"
    )


def _refuse_tangents(plan, tensors):
    for tensor in tensors:
        if forward_ad.unpack_dual(tensor).tangent is not None:
            raise NotImplementedError(
                f"kernel '{plan.name}' has no forward-mode derivative: give its torch.autograd.Function a jvp()"
            )
