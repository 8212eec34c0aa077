"""Loops that run while the kernel runs, on registers: the body is traced once."""

from nki import _carried, _core


def register_alloc(x=None):
    """A register of the engines' sequencers, for loop bounds, conditions and dynamic offsets.

    Args:
        x: None leaves it unset; an integer of 32 bits or another register is its first value; a tensor with one
            element is loaded (NKI 0.2).

    Source: nki.isa.register_alloc, NKI 0.6.
    """
    if isinstance(x, _core.NkiTensor):
        register = _core.new_register(None)
        _core.instructions["register_load"](register, x)
        return register
    return _core.new_register(x)


def dynamic_range(start, stop=None, step=1):
    """The values start, start + step, … below stop, as the register of a loop that is not unrolled.

    The body is recorded once and runs as often as the bounds say, which may be registers. It cannot be left by break or
    return, and its register cannot be set.

    Args:
        start: an integer or a register; with one argument it is stop, and the loop starts at 0.
        stop: an integer or a register.
        step: a positive integer.

    Errors: AssertionError if step is a register, ValueError if it is not positive.
    Source: nki.language.dynamic_range, NKI 0.6; deprecated there in favour of fori_loop.
    """
    if stop is None:
        start, stop = 0, start
    return _passes(start, stop, step)


def _passes(start, stop, step):
    finished = False
    register = _core.begin_loop(start, stop, step, "dynamic_range")
    try:
        while _core.next_pass():
            with _carried.warn_of_changes():
                yield register
        finished = True
    finally:
        if not finished:
            _core.abandon_loop("dynamic_range")


def fori_loop(lower, upper, body_fun, step=1):
    """body_fun(i) for i = lower, lower + step, … below upper, while the kernel runs.

    Args:
        lower, upper: integers or registers.
        body_fun: called once, with a register that holds i; setting it has no effect on the loop. It returns nothing.
        step: a positive integer.

    Errors: as for dynamic_range, and TypeError if body_fun returns something. Source: nki.language.fori_loop, NKI 0.6.
    """
    index = _core.begin_loop(lower, upper, step, "fori_loop")
    copy = _core.new_register(None)
    while _core.next_pass():
        _core.instructions["register_move"](copy, index)
        with _carried.warn_of_changes(body_fun):
            returned = body_fun(copy)
        if returned is not None:
            raise TypeError(
                f"fori_loop: body_fun can't return a value, it returned {returned!r}; what passes from one iteration "
                "to the next is written to a tile"
            )


def while_loop(init, body_fun):
    """r = init; while r != 0: r = body_fun(r), while the kernel runs.

    Args:
        init: the register that holds the first condition.
        body_fun: called once, with the register of the present condition; returns that of the next one.

    Errors: TypeError if init or what body_fun returns is no register. Source: nki.language.while_loop, NKI 0.6.
    """
    if not isinstance(init, _core.VirtualRegister):
        raise TypeError(f"while_loop: init must be a register, the first condition; got {init!r}")
    condition = _core.new_register(init)
    _core.begin_while(condition)
    while _core.next_pass():
        with _carried.warn_of_changes(body_fun):
            following = body_fun(condition)
        if not isinstance(following, _core.VirtualRegister):
            raise TypeError(
                f"while_loop: body_fun must return a register, the next condition; it returned {following!r}"
            )
        _core.instructions["register_move"](condition, following)
