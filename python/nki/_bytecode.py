"""Loops in bytecode: which instruction asks for the condition of a `while`, and what its body is. CPython 3.11 to 3.13.

tests/python/bytecode_programs.py runs by itself in any of them.
"""

import dis
import functools
import sys

_UNKNOWN = sys.version_info >= (3, 14)


@functools.lru_cache(maxsize=256)
def body_of_while(code, offset):
    """(first offset, offset behind) of the body of the `while x:` whose condition the instruction at `offset` asks for.

    None if it asks for something else, as `if x:` or bool(x). A `while` alone asks twice at the same place of the
    source, before its body and behind it, and if x is true goes on at the body both times.
    """
    instructions = list(dis.get_instructions(code))
    place = next(n for n, i in enumerate(instructions) if i.offset == offset)
    positions = instructions[place].positions
    tests = [n for n, i in enumerate(instructions) if i.positions == positions and "POP_JUMP" in i.opname]
    asking = next((k for k, n in enumerate(tests) if place <= n <= place + 1), None)  # 3.13 has TO_BOOL before it
    if asking is None:
        return None
    for first in (asking - 1, asking):
        pair = tests[first : first + 2] if first >= 0 else ()
        ways = {_where_if_true(instructions, n) for n in pair}
        if len(pair) == 2 and len(ways) == 1 and (start := ways.pop()) <= instructions[pair[1]].offset:
            return start, instructions[pair[1]].offset
    return None


def _where_if_true(instructions, test):
    """The offset at which a conditional jump, the instruction of that index, goes on if the condition is true."""
    if instructions[test].opname.endswith("IF_TRUE"):
        return instructions[test].argval
    following = instructions[test + 1]
    jumps = following.opname.startswith("JUMP") and following.positions == instructions[test].positions
    return following.argval if jumps else following.offset


def is_while_condition(code, offset):
    """Whether the instruction asks for the condition of `while x:`; in Pythons whose bytecode we do not know, yes."""
    return _UNKNOWN or body_of_while(code, offset) is not None


@functools.lru_cache(maxsize=256)
def instructions_of_body(code, offset):
    """Those of the body of the `for` or `while` whose instruction is at `offset`; none if it is something else."""
    instructions = list(dis.get_instructions(code))
    head = next(i for i in instructions if i.offset == offset)
    if head.opname == "FOR_ITER":
        first, behind = offset + 1, head.argval
    else:
        first, behind = body_of_while(code, offset) or (0, 0)
    return [i for i in instructions if first <= i.offset < behind]
