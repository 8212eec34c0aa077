"""What nki reads of loops in bytecode, in any Python: runs by itself, with a stand-in for what is compiled.

    python3.13 tests/python/bytecode_programs.py python/nki
"""

import importlib.util
import pathlib
import sys
import types
import warnings


def load(folder):
    """The modules _loops, _carried and _bytecode, with a stand-in for the compiled module."""
    package = types.ModuleType("nki")
    package.__path__ = []
    core = types.ModuleType("nki._core")
    core.NkiTensor = type("NkiTensor", (), {})
    core.VirtualRegister = type("VirtualRegister", (), {})
    core.runs_at_once = lambda: False
    core.begin_loop = lambda *bounds: object()
    core.next_pass = lambda passes=iter([True, False] * 100): next(passes)
    kernel = types.ModuleType("nki._kernel")
    kernel.NkiWarning = UserWarning
    package._core = core
    sys.modules.update({"nki": package, "nki._core": core, "nki._kernel": kernel})
    for name in ("_bytecode", "_carried", "_loops"):
        spec = importlib.util.spec_from_file_location(f"nki.{name}", pathlib.Path(folder, f"{name}.py"))
        module = sys.modules[f"nki.{name}"] = importlib.util.module_from_spec(spec)
        setattr(package, name, module)
        spec.loader.exec_module(module)
    return package._loops, package._carried, package._bytecode


loops, carried, bytecode = load(sys.argv[1])


class Register:
    """As VirtualRegister: says true and then false to a `while`, and keeps what the bytecode says who asks."""

    def __init__(self):
        self.answers, self.asked, self.watches = [True, False], [], []

    def __bool__(self):
        caller = sys._getframe(1)
        self.asked.append(bytecode.is_while_condition(caller.f_code, caller.f_lasti))
        answer = self.answers.pop(0) if self.answers else False
        if answer:
            self.watches.append(carried._of_frame(caller))
        elif self.watches:
            self.watches.pop().warn()
        return answer


def plain_while(r):
    a, b = [1], [2]
    while r:
        a, b = b, a
    return a


def while_in_for(r):
    for _ in range(1):
        while r:
            len("body")
    return None


def while_with_continue(r):
    n = 3
    while r:
        if n:
            continue
        len("body")


def while_else(r):
    while r:
        len("body")
    else:
        len("else")


def while_before_return(r):
    x = [0]
    while r:
        x[0] = 1
    return x


def while_pass(r):
    while r:
        pass


def while_in_finally(r):
    try:
        len("try")
    finally:
        while r:
            len("body")


def while_in_with(r):
    with warnings.catch_warnings():
        while r:
            len("body")


def while_in_while(r):
    n = 1
    while n:
        n -= 1
        while r:
            if n:
                break
            len("body")


def while_first_in_if(r):
    if len("first"):
        while r:
            len("body")
    else:
        len("else")


def while_and(r):
    while r and len("more"):
        len("body")


def if_in_finally(r):
    try:
        len("try")
    finally:
        if r:
            len("body")


def only_if(r):
    if r:
        len("body")


def if_in_loop(r):
    for _ in range(2):
        if r:
            len("body")


def while_not(r):
    while not r:
        len("body")


def if_else(r):
    return 1 if r else 2


def and_or(r):
    return (r and 3) or (r or 4)


def called(r):
    return bool(r)


def comprehension(r):
    return [i for i in range(3) if r]


def last_statement_of_a_loop(r):
    n = 0
    while n < 2:
        n += 1
        if r:
            n += 1


def for_with_swap():
    a, b = [1], [2]
    for _ in loops.dynamic_range(3):
        a, b = b, a


def for_with_cell():
    a, b = [1], [2]

    def turn():
        nonlocal a, b
        a, b = b, a

    for _ in loops.dynamic_range(3):
        turn()


def for_with_list():
    tiles = [object(), object()]
    for _ in loops.dynamic_range(3):
        tiles[0], tiles[1] = tiles[1], tiles[0]


def for_without_change():
    a = b = object()
    for i in loops.dynamic_range(3):
        c = a
        d = c or b
        c, d = d, c
        for j in range(3):
            e = (i, j)
            del e


class Holder:
    pass


def for_with_attribute():
    holder = Holder()
    holder.a, holder.b = object(), object()
    for _ in loops.dynamic_range(3):
        holder.a, holder.b = holder.b, holder.a


def first_of(function, *args):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        function(*args)
    return [str(each.message).partition(" changes")[0] for each in said]


register = Register()
assert first_of(plain_while, register) == ["a, b"], first_of(plain_while, Register())
for function in (
    *(plain_while, while_in_for, while_with_continue, while_else, while_before_return, while_pass),
    *(while_in_finally, while_in_with, while_in_while, while_first_in_if),
):
    register = Register()
    first_of(function, register)
    assert register.asked == [True, True], (function, register.asked)
for function in (
    *(only_if, if_in_loop, if_in_finally, while_not, while_and, if_else, and_or, called, comprehension),
    last_statement_of_a_loop,
):
    register = Register()
    first_of(function, register)
    assert register.asked and not any(register.asked), (function, register.asked)
assert first_of(for_with_swap) == ["a, b"], first_of(for_with_swap)
assert first_of(for_with_cell) == ["a, b"], first_of(for_with_cell)
assert first_of(for_with_list) == ["tiles[0], tiles[1]"], first_of(for_with_list)
assert first_of(for_with_attribute)[0].startswith("holder."), first_of(for_with_attribute)
assert first_of(for_without_change) == [], first_of(for_without_change)
assert first_of(while_before_return, Register()) == ["x[0]"]
print("passed")
