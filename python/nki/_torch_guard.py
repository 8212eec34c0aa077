"""What torch.compile must ask before it uses compiled code again: whether the kernels in it would still say the same.

dynamo guards what it has seen of a program. It has not seen what a kernel's Python reads, and asks by `==`.
"""

import math

import torch
from torch._dynamo.source import GlobalStateSource
from torch._dynamo.symbolic_convert import InstructionTranslator
from torch._guards import Guard, TracingContext

from nki import _settings

_PLAIN = (type(None), bool, int, float, str, bytes)  # dynamo guards these itself


def install(kernel, spec, call_key, args, kwargs, statics):
    """Makes the program that dynamo is compiling depend on what the kernel has read and on the objects it was given.

    Says whether it could: if not, the kernel must be traced at every call.
    """
    captured, target, given = spec.captured, call_key.target, None
    if not all(type(value) in _PLAIN for value in statics) or not kernel.has_plain_defaults:
        given = args, kwargs

    def holds(_):
        if not captured.unchanged() or _settings.target_of(kernel.platform_target) != target:
            return False
        try:
            return given is None or kernel.split(*given, call_key.grid)[1] == call_key
        except Exception:  # it says why when the kernel is called
            return False

    def create(builder, guard):
        text = f"what kernel {kernel.__name__} has read is unchanged"
        builder.guard_manager.root.add_lambda_guard(holds, [text], guard.user_stack)

    if not holds(None):
        return False
    TracingContext.get().guards_context.dynamo_guards.add(Guard(GlobalStateSource(), create))
    return True


def install_signs(statics):
    """Makes the program depend on the signs of the zeros that it was given, which dynamo takes for equal."""
    if not _zeros(statics):
        return
    context = TracingContext.get().guards_context

    def create(builder, guard):
        for source in {other.originating_source for other in context.dynamo_guards}:
            value = _value(source, builder.scope)
            if type(value) is float and value == 0:
                manager = builder.get_guard_manager_from_source(source)
                manager.add_lambda_guard(_same_sign(value), [f"sign of {source.name}"], guard.user_stack)

    context.dynamo_guards.add(Guard(GlobalStateSource(), create))


def signs_are_known(statics):
    """Whether zeros among the arguments have the signs that they have without torch.compile.

    A float that dynamo holds as a symbol becomes 0.0 when it is made a constant, whatever its sign was.
    """
    if not any(math.copysign(1, zero) == 1 for zero in _zeros(statics)):
        return True
    output = InstructionTranslator.current_tx().output
    scope = {"L": output.local_scope, "G": output.global_scope}
    symbols = [sources for symbol, sources in output.shape_env.var_to_sources.items() if symbol.is_integer is not True]
    values = [_value(source, scope) for sources in symbols for source in sources]
    if any(type(value) is float and value == 0 and math.copysign(1, value) == -1 for value in values):
        return False
    return not any(  # and none is computed of others
        isinstance(node.meta.get("example_value"), torch.SymFloat) and node.target != "item"
        for node in output.graph.nodes
    )


def _zeros(statics):
    return [value for value in statics if type(value) is float and value == 0]


def _value(source, scope):
    """What dynamo found at a source; None if it stands for no value."""
    try:
        return source.get_value(scope, {}, {})
    except Exception:
        return None


def _same_sign(zero):
    sign = math.copysign(1, zero)
    return lambda value: value != 0 or math.copysign(1, value) == sign
