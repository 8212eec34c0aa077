"""What the code of a function says: the names that it reads."""

import dis
import functools
import types
from typing import NamedTuple

# Functions that find attributes of what they are given by names that no code says.
_COMPUTE = frozenset({"getattr", "vars", "dir", "getmembers", "__dict__", "attrgetter", "methodcaller", "eval", "exec"})
# What finds names in the module of the code itself, or modules by computed names.
_NAME_ITSELF = frozenset({"globals", "eval", "exec", "modules", "import_module", "__import__"})
_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_CLOSED_OVER = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_ADDS = frozenset({"append", "extend", "add"})  # methods of list and set that say nothing about what is in them


class Said(NamedTuple):
    """What a function's code says, that of the functions and classes inside it included."""

    names: frozenset  # every name, attributes among them
    globals: frozenset  # those that are looked up in its module
    imports: frozenset  # modules
    logs: frozenset  # variables of which it does nothing but add to them
    computes: bool  # whether it may find attributes by names that it does not say
    names_itself: bool  # whether it may find names of its own module so


@functools.lru_cache(maxsize=4096)
def read_code(code):
    """What a code object says. Equal code says the same."""
    names, found, imports, loaded, read = set(), set(), set(), set(), set()
    pending = [code]
    while pending:
        inner = pending.pop()
        names.update(inner.co_names)
        pending.extend(constant for constant in inner.co_consts if isinstance(constant, types.CodeType))
        instructions = list(dis.get_instructions(inner))
        for instruction, following in zip(instructions, [*instructions[1:], None], strict=True):
            name = instruction.argval
            if instruction.opname == "IMPORT_NAME":
                imports.add(name)
            if instruction.opname in _GLOBAL:
                found.add(name)
            elif instruction.opname not in _CLOSED_OVER:
                continue
            loaded.add(name)
            if following is None or not _only_adds(following):
                read.add(name)
    return Said(
        *map(frozenset, (names, found, imports, loaded - read)),
        computes=not names.isdisjoint(_COMPUTE),
        names_itself=not names.isdisjoint(_NAME_ITSELF),
    )


def _only_adds(following):
    """Whether the instruction after one that loads a variable shows that only its method for adding is wanted."""
    if following.opname in ("LOAD_METHOD", "LOAD_ATTR"):
        return following.argval in _ADDS
    return following.opname.startswith("POP_JUMP") and following.opname.endswith("NONE")  # `if log is not None`
