"""Writes python/nki/isa.pyi, the typed signatures and documents of nki.isa, from the instruction table.

    .venv/bin/python python/tools/generate.py            writes the file
    .venv/bin/python python/tools/generate.py --check    status 1 if it is not what the table gives
"""
import argparse
import pathlib
import sys
import types

from nki import isa

STUB = pathlib.Path(__file__).resolve().parents[1] / "nki" / "isa.pyi"
HEADING = '''\
# Written by python/tools/generate.py from the instruction table; don't edit.
"""{doc}"""

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum

from nki import language as nl
from nki._core import NkiInstruction as NkiInstruction
from nki._core import VerifyError
from nki._core import VirtualRegister as VirtualRegister
from nki._loops import register_alloc as register_alloc
from nki.language import NkiTensor

NkiValidationError = VerifyError
Operator = Callable[..., NkiTensor]  # nl.add, nl.exp, ...
'''
TYPES = {
    "tensor": "NkiTensor",
    "tensor | None": "NkiTensor | None",
    "tensor | number": "NkiTensor | float | None",
    "operator": "Operator",
    "operator | None": "Operator | None",
    "function": "Operator",
    "ints": "Sequence[int] | int | None",
    "ints | None": "Sequence[int] | int | None",
    "tensors": "Sequence[NkiTensor]",
    "numbers | None": "Sequence[float] | None",
    "pattern": "Sequence[Sequence[int]]",
}


def enum_stub(enumeration):
    base = "IntEnum" if issubclass(enumeration, int) else "Enum"
    lines = [f"class {enumeration.__name__}({base}):"]
    return "\n".join(lines + [f"    {member.name} = {member.value!r}" for member in enumeration])


def function_stub(instruction):
    parameters = []
    for name, _, kind, required, default in instruction.fields:
        text = f"{name}: {TYPES.get(kind, kind)}"
        parameters.append(text if required else f"{text} = {default}")
    arguments = "".join(f"    {parameter},\n" for parameter in parameters)
    doc = "".join(f"    {line}".rstrip() + "\n" for line in instruction.__doc__.strip().split("\n"))
    return f'def {instruction.__name__}(\n{arguments}) -> NkiInstruction:\n    """{doc.strip()}\n    """'


def question_stub(function):
    """Of a function that takes nothing and is written in isa.py."""
    result = function.__annotations__["return"].__name__
    return f'def {function.__name__}() -> {result}:\n    """{function.__doc__}"""\n'


def generate():
    """The text of isa.pyi."""
    enums = [value for value in vars(isa).values() if isinstance(value, type) and hasattr(value, "__members__")]
    parts = [HEADING.format(doc=isa.__doc__.strip())]
    parts += sorted(enum_stub(enumeration) + "\n" for enumeration in enums)
    members = [(name, type(value).__name__) for name, value in vars(isa).items() if _is_member(value)]
    parts.append("".join(f"{name}: {enumeration}\n" for name, enumeration in members))
    parts += [question_stub(value) for value in vars(isa).values() if _is_question(value)]
    parts += [function_stub(isa._instructions[name]) + "\n" for name in sorted(isa._instructions)]
    return "\n".join(parts)


def _is_member(value):
    return hasattr(type(value), "__members__") and type(value).__module__ == "nki.isa"


def _is_question(value):
    return isinstance(value, types.FunctionType) and value.__module__ == "nki.isa" and value.__name__ in isa.__all__


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if the file would change")
    text = generate()
    if parser.parse_args().check:
        if not STUB.exists() or STUB.read_text(encoding="utf-8") != text:
            sys.exit(f"{STUB} is out of date; run python/tools/generate.py")
        return
    STUB.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
