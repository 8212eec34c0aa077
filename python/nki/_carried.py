"""What a loop's body changes from pass to pass, which a loop that is traced once cannot do."""

import collections
import contextlib
import dis
import functools
import sys
import types
import warnings
from typing import NamedTuple

from nki import _core
from nki._bytecode import instructions_of_body

_VALUES = (bool, int, float, complex, str, bytes)  # equal ones are as good as one
_MOST_ITEMS = 64  # of a list or dict, that are looked at
_MOST_NAMED = 4


class _Said(NamedTuple):
    """What the code of a loop's body says."""

    carried: tuple  # variables that it reads before it sets them
    read: tuple  # variables that it reads
    attributes: frozenset  # that it sets, of any object


def _accesses(instruction):
    """("LOAD" or "STORE", variable) of an instruction; Python 3.13 does two in one."""
    kinds = [part for part in instruction.opname.split("_") if part in ("LOAD", "STORE")]
    if kinds and any(word in instruction.opname for word in ("FAST", "DEREF", "NAME")):
        names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
        yield from zip(kinds, names, strict=False)


@functools.lru_cache(maxsize=256)
def _read_body(code, first):
    """What a body says: that of the `for` or `while` whose instruction is at offset `first`; None: the whole code."""
    instructions = list(dis.get_instructions(code)) if first is None else instructions_of_body(code, first)
    read, written, carried = {}, set(), {}
    for kind, name in [access for i in instructions for access in _accesses(i)]:
        if kind == "LOAD":
            read.setdefault(name, name not in written)
        else:
            written.add(name)
            if read.get(name):
                carried[name] = True
    for inner in (each for each in code.co_consts if isinstance(each, types.CodeType)):
        carried.update((name, True) for name in _read_body(inner, None).carried if name in inner.co_freevars)
    attributes = frozenset(i.argval for i in instructions if i.opname == "STORE_ATTR")
    return _Said(tuple(sorted(carried)), tuple(read), attributes)


def _parts(name, value, attributes):
    """(how it is written, what gives it now) of what is in a list, a dict or, of these attributes, an object."""
    if type(value) in (list, collections.deque):
        yield f"len({name})", functools.partial(len, value)
        for i in range(min(len(value), _MOST_ITEMS)):
            yield f"{name}[{i}]", lambda i=i: value[i] if i < len(value) else None
    elif type(value) is dict:
        for key in [*value][:_MOST_ITEMS]:
            yield f"{name}[{key!r}]", functools.partial(value.get, key)
    elif not isinstance(value, (type, types.ModuleType, types.FunctionType)):
        for field in attributes.intersection(getattr(value, "__dict__", ())):
            yield f"{name}.{field}", functools.partial(vars(value).get, field)


def _same(before, after):
    if before is after:
        return True
    if type(before) is not type(after):
        return False
    if isinstance(before, tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, _core.NkiTensor):  # views are made anew; the text says all of one
        return repr(before) == repr(after)
    return isinstance(before, _VALUES) and before == after


class _Watch:
    """Variables as they are before a body, and what is in them."""

    def __init__(self, said, variables, place):
        """`variables()` are those that are bound now; `place` is the (file, line) of the loop."""
        bound = variables()
        self._variables, self._place = variables, place
        self._carried = [(name, bound[name]) for name in said.carried if name in bound]
        parts = [part for name in said.read if name in bound for part in _parts(name, bound[name], said.attributes)]
        self._parts = [(text, now, now()) for text, now in parts]

    def warn(self):
        """Warns of what is not now as it was."""
        bound = self._variables()
        changed = [name for name, value in self._carried if not _same(value, bound.get(name))]
        changed += [text for text, now, value in self._parts if not _same(value, now())]
        if changed:
            from nki._kernel import NkiWarning

            warnings.warn_explicit(
                f"{', '.join(changed[:_MOST_NAMED])} changes in the body of a loop that runs while the kernel runs: "
                "the body is traced once, so that every pass of the loop finds the first value; write what passes on "
                "into a tile or register that is made before the loop, or use nl.static_range",
                NkiWarning,
                *self._place,
            )


def _place_of(frame):
    return frame.f_code.co_filename, frame.f_lineno


def _of_frame(frame):
    return _Watch(_read_body(frame.f_code, frame.f_lasti), lambda: dict(frame.f_locals), _place_of(frame))


def _of_closure(function, place):
    code, cells = function.__code__, function.__closure__ or ()

    def variables():
        found = {}
        for name, cell in zip(code.co_freevars, cells, strict=True):
            with contextlib.suppress(ValueError):  # it is not bound yet
                found[name] = cell.cell_contents
        return found

    return _Watch(_read_body(code, None), variables, place)


def watch_while():
    """The watch of the body of `while register:` in the frame that calls; its `warn()` is for the body's end."""
    return _of_frame(sys._getframe(1))


@contextlib.contextmanager
def warn_of_changes(body=None):
    """Warns, at the line of our caller's caller, of what the only traced pass of its loop changes in Python.

    Args:
        body: the function that is the loop's body, or None for a `for` statement.
    """
    if _core.runs_at_once() or (body is not None and not hasattr(body, "__code__")):
        yield
        return
    frame = sys._getframe(3)  # below are contextlib's and that of the function in _loops
    watch = _of_frame(frame) if body is None else _of_closure(body, _place_of(frame))
    yield
    watch.warn()
