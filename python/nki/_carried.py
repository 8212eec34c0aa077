"""Python numbers that a loop's body changes from pass to pass, which a loop that is traced once cannot do."""

import contextlib
import dis
import functools
import sys
import warnings

from nki import _core

_NUMBERS = (int, float)
_LOADS = ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_NAME")
_STORES = ("STORE_FAST", "STORE_DEREF", "STORE_NAME")


@functools.lru_cache(maxsize=256)
def _carried_names(code, first):
    """Variables that a loop's body reads before it sets them: of `for` at offset `first`, or the whole code if None."""
    instructions = list(dis.get_instructions(code))
    if first is not None:
        head = next(i for i in instructions if i.offset == first)
        if head.opname != "FOR_ITER":
            return ()
        instructions = [i for i in instructions if first < i.offset < head.argval]
    read, written, carried = set(), set(), []
    for instruction in instructions:
        name = instruction.argval
        if instruction.opname in _LOADS and name not in written:
            read.add(name)
        elif instruction.opname in _STORES:
            written.add(name)
            if name in read and name not in carried:
                carried.append(name)
    return tuple(carried)


def _numbers(values):
    return {name: value for name, value in values if type(value) in _NUMBERS}


def _of_frame(frame):
    names = _carried_names(frame.f_code, frame.f_lasti)
    return lambda: _numbers((name, frame.f_locals.get(name)) for name in names)


def _of_closure(function):
    code, cells = function.__code__, function.__closure__ or ()
    names = _carried_names(code, None)
    kept = [(name, cell) for name, cell in zip(code.co_freevars, cells, strict=True) if name in names]
    return lambda: _numbers((name, cell.cell_contents) for name, cell in kept)


@contextlib.contextmanager
def warn_of_changes(body=None):
    """Warns, at the line of our caller's caller, of numbers that the only traced pass of its loop changes.

    Args:
        body: the function that is the loop's body, or None for a `for` statement.
    """
    if _core.runs_at_once():
        yield
        return
    frame = sys._getframe(3)  # below are contextlib's and that of the function in _loops
    place = (frame.f_code.co_filename, frame.f_lineno)
    numbers = _of_frame(frame) if body is None else _of_closure(body) if hasattr(body, "__code__") else dict
    before = numbers()
    yield
    after = numbers()
    changed = [name for name in before if after.get(name) != before[name]]
    if changed:
        from nki._kernel import NkiWarning

        warnings.warn_explicit(
            f"{', '.join(changed)} changes in the body of a loop that runs while the kernel runs: the body is traced "
            "once, so that every pass of the loop finds the first value; keep it in a tile, or use nl.static_range",
            NkiWarning,
            *place,
        )
