"""The PyTorch door while torch.compile traces: before anything that dynamo cannot trace, a look-up of constants."""

import dataclasses
import operator

import numpy
import torch

from nki import _core, _program, _torch_guard
from nki._torch import dispatch, refusal
from nki._torch_ops import NAMES, plan_of

_UNCOMPILED = (
    "a call of an NKI kernel can't be part of compiled code: what its Python reads can't be watched, or one of its "
    "arguments is a symbolic number that may be -0.0"
)


def dynamo_call(kernel, args, kwargs, grid=()):
    """Entry under torch.compile and strict export; all that is not tensors reaches `_lookup` as constants.

    `kernel` must be an object that existed before the trace: kernel[grid] is made inside it and passes its two parts.
    """
    tensors, statics = [], []
    grid = tuple([_constant(n) for n in grid])
    tree = (_flatten(list(args), tensors, statics), _flatten(dict(kwargs), tensors, statics))
    shapes = tuple([tuple([operator.index(n) for n in t.shape]) for t in tensors])
    plan, order, form = _lookup(kernel, grid, tree, shapes, tuple([t.dtype for t in tensors]), *statics)
    if plan is None:
        return _call_uncompiled(kernel, args, kwargs, grid)
    ordered = [tensors[i] for i in order]
    for i in plan.mutated:
        for j in range(len(ordered)):
            if i != j and ordered[i] is ordered[j]:
                raise ValueError(
                    f"{plan.name}: the kernel writes its argument '{plan.input_names[i]}', which is also its argument "
                    f"'{plan.input_names[j]}'; pass a copy of one"
                )
    outputs = dispatch(plan, ordered)
    return _unflatten(form[0], [outputs[i] for i in form[1]], form[2])


def _constant(value):
    """Specialises a number that dynamo holds as a symbol."""
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, (int, torch.SymInt)):
        return operator.index(value)  # int() keeps the symbol
    if isinstance(value, (float, torch.SymFloat)):
        return [*{value: 0}][0] if torch.compiler.is_dynamo_compiling() else float(value)
    return value


def _flatten(value, tensors, statics):
    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return ("tensor", len(tensors) - 1)
    if type(value) in (list, tuple):
        kind = "list" if type(value) is list else "tuple"
        return (kind, tuple([_flatten(v, tensors, statics) for v in value]))
    if isinstance(value, tuple) and hasattr(type(value), "_fields"):
        return ("named", (type(value), tuple([_flatten(v, tensors, statics) for v in value])))
    if type(value) is dict:
        return ("dict", tuple([(k, _flatten(v, tensors, statics)) for k, v in value.items()]))
    if isinstance(value, numpy.ndarray):
        # dynamo holds NumPy scalars as arrays too, and their values as unknown.
        raise TypeError("kernel argument is a NumPy array or scalar inside torch.compile: pass a tensor or a number")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
        count = len(tensors)
        nodes = tuple([(name, _flatten(item, tensors, statics)) for name, item in fields])
        if len(tensors) > count:
            return ("dataclass", (type(value), nodes))
    statics.append(_constant(value))
    return ("static", len(statics) - 1)


def _unflatten(node, tensors, statics):
    kind, content = node
    if kind == "tensor":
        return tensors[content]
    if kind == "static":
        return statics[content]
    if kind == "dict":
        return {k: _unflatten(v, tensors, statics) for k, v in content}
    if kind == "named":
        return content[0](*[_unflatten(v, tensors, statics) for v in content[1]])
    if kind == "dataclass":
        return content[0](**{name: _unflatten(v, tensors, statics) for name, v in content[1]})
    return (list if kind == "list" else tuple)([_unflatten(v, tensors, statics) for v in content])


@torch.compiler.disable(reason=_UNCOMPILED)
def _call_uncompiled(kernel, args, kwargs, grid):
    return kernel.launch(grid, args, kwargs)


def _positions(tensors, among):
    return tuple(next(i for i, other in enumerate(among) if other is t) for t in tensors)


def _lookup(kernel, grid, tree, shapes, dtypes, *statics):
    """Real Python at compile time: traces the kernel and returns (plan, order of the tensors, form of the result)."""
    try:
        return _find_plan(kernel, grid, tree, shapes, dtypes, *statics)
    except _core.NkiError as error:
        raise _as_passed_on(error) from error.__cause__


def _as_passed_on(error):
    """The error as one of its class that dynamo passes on; of others it makes an InternalTorchDynamoError."""
    from torch._dynamo import exc  # not above: dynamo is there only while it is at work

    kind = type(error)
    body = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "first_useful_frame": None}
    passed = _passed_on.setdefault(kind, type(kind.__name__, (kind, exc.ShortenTraceback), body))
    copy = passed.__new__(passed, *error.args)
    copy.__dict__.update(vars(error))
    return copy.with_traceback(error.__traceback__)


_passed_on = {}  # class -> that which dynamo knows


def _find_plan(kernel, grid, tree, shapes, dtypes, *statics):
    stands = [torch.empty(s, dtype=d, device="meta") for s, d in zip(shapes, dtypes, strict=True)]
    args, kwargs = (_unflatten(node, stands, statics) for node in tree)
    tensors, call_key = kernel.split(args, kwargs, grid)
    if len(tensors) != len(stands):
        raise TypeError(
            f"{kernel.__name__}: an argument is an object that holds tensors, which torch.compile can't see into; pass "
            "the tensors themselves, in tuples, lists, dicts, named tuples or dataclasses"
        )
    for tensor in tensors:
        if tensor.dtype not in NAMES:
            raise TypeError(refusal(kernel, tensors, tensor, call_key))
    spec = kernel.specialize(tuple((tuple(t.shape), NAMES[t.dtype]) for t in tensors), call_key)
    if not _torch_guard.signs_are_known(statics):
        return None, (), ()
    if not _torch_guard.install(kernel, spec, call_key, args, kwargs, statics):
        return None, (), ()
    _torch_guard.install_signs(statics)
    # The form of the result as nested tuples of constants: dynamo can walk nothing else that comes from here.
    marks, found, constants = [torch.empty(0, device="meta") for _ in spec.outputs], [], []
    form = _flatten(spec.rebuild(marks), found, constants)
    if len(found) != len(spec.form.order):
        raise TypeError(
            f"{kernel.__name__}: returns an object that holds tensors, which torch.compile can't make; return them in "
            "tuples, lists, dicts, named tuples or dataclasses"
        )
    _program.keep(spec.program)
    return plan_of(spec.program), _positions(tensors, stands), (form, _positions(found, marks), tuple(constants))


# All that torch.compiler.assume_constant_result does, without importing torch._dynamo.
_lookup._dynamo_marked_constant = True
