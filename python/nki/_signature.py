"""Python signatures of the functions of nki.isa, from the instruction table."""

import inspect

_KIND = inspect.Parameter.POSITIONAL_OR_KEYWORD


def signature_of(instruction):
    """inspect.Signature of a function of nki.isa."""
    parameters = []
    for name, _, _, required, default in instruction.fields:
        value = inspect.Parameter.empty if required else _value_of(default)
        parameters.append(inspect.Parameter(name, _KIND, default=value))
    return inspect.Signature(parameters)


def _value_of(source):
    """The object that a default's source text, such as "engine.unknown", "nl.add" or "()", stands for."""
    from nki import isa, language

    enumeration, _, member = source.partition(".")
    if enumeration == "nl":
        return getattr(language, member)
    if hasattr(isa, enumeration) and member:
        return isa.__dict__[enumeration][member]
    constants = {"None": None, "True": True, "False": False, "()": ()}
    if source in constants:
        return constants[source]
    return float(source) if "." in source else int(source)
