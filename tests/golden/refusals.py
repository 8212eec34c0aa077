"""Calls of one instruction that it must refuse, and what it says then.

    refuse = Refusals(nisa.reciprocal, dst=sbuf(4, 8), data=sbuf(4, 8))
    refuse("same-free", data=sbuf(4, 7))
    case = refuse.text

The keywords are a legal call. `text` first spoils its operands in every way of `KINDS`, then makes the calls that the
file adds for the rules which those do not reach. Spoilt calls that are legal all the same are not shown.
"""
import enum
import warnings

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

UNWRITTEN = {"uninitialised-read", "uninitialised-register", "uninitialised-kept"}  # no operand here is ever written
PACKED = "float8_e4m3fn_x4"
CALL = "self.instruction(**made)"
OPERATORS = ["add", "maximum", "square", "bitwise_and", "tanh"]
LEFT_OUT = type("LeftOut", (), {"__repr__": lambda self: "(left out)"})()


class Code:
    """An expression that makes an operand when a kernel is traced.

    In it sbuf(4, 8) is a tensor, and the operands before have their names.
    """

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def make(self, before):
        makers = {buffer: lambda *shape, buffer=buffer: _tensor(buffer, shape) for buffer in BUFFERS}
        return eval(self.text, {"nl": nl, "nisa": nisa, **makers, **before})


BUFFERS = {"sbuf": nl.sbuf, "psum": nl.psum, "hbm": nl.shared_hbm}


def _tensor(buffer, shape):
    *shape, dtype = shape if not isinstance(shape[-1], int) else (*shape, nl.float32)
    return nl.ndarray(shape, dtype, buffer=BUFFERS[buffer])


class Tile(Code):
    """A whole tensor of which variants can be made."""

    def __init__(self, buffer, *shape):
        self.buffer = buffer
        *self.shape, self.dtype = shape if not isinstance(shape[-1], int) else (*shape, nl.float32)
        super().__init__(self._text())

    def _text(self, buffer=None, shape=None, dtype=None, view=""):
        name = dtype or self.dtype
        numbers = ", ".join(map(str, shape or self.shape))
        return f"{buffer or self.buffer}({numbers}{'' if name == 'float32' else f', nl.{name}'}){view}"

    def other(self, **changes):
        return Code(self._text(**changes))


def sbuf(*shape):
    return Tile("sbuf", *shape)


def psum(*shape):
    return Tile("psum", *shape)


def hbm(*shape):
    return Tile("hbm", *shape)


def _in_other_spaces(tile):
    return [tile.other(buffer=buffer) for buffer in BUFFERS if buffer != tile.buffer]


def _of_other_dtypes(tile):
    return [tile.other(dtype=dtype) for dtype in ("int32", "float32", "bfloat16", PACKED) if dtype != tile.dtype]


def _of_other_shapes(tile):
    rows, *free = tile.shape
    longer = [rows, *free[:-1], free[-1] + 1] if free else [rows + 1]
    return [tile.other(shape=longer), tile.other(shape=[rows // 2 or 2, *free])]


def _at_other_partitions(tile):
    rows, *free = tile.shape
    if tile.buffer == "hbm":
        return []
    shifted = [tile.other(shape=[rows + 8, *free], view="[8:]")] if rows <= 120 else []
    stepped = [tile.other(shape=[2 * rows, *free], view="[::2]")] if 1 < rows <= 64 else []
    return shifted + stepped


def _too_tall(tile):
    return [tile.other(shape=[256, *tile.shape[1:]])] if tile.buffer != "hbm" else []


KINDS = {
    "wrong space": _in_other_spaces,
    "wrong dtype": _of_other_dtypes,
    "too many partitions": _too_tall,
    "illegal start partition": _at_other_partitions,
    "mismatched shapes": _of_other_shapes,
}


def _made(value, before):
    if isinstance(value, list):
        return [_made(one, before) for one in value]
    return value.make(before) if isinstance(value, Code) else value


def _written(value):
    if isinstance(value, enum.Enum):
        return f"nisa.{value}"
    return f"nl.{value.__name__}" if callable(value) else repr(value)


class Refusals:
    def __init__(self, instruction, target="trn3", on_cores=1, name=None, **legal):
        self.instruction, self.target, self.on_cores, self.legal = instruction, target, on_cores, legal
        self.name = name or instruction.__name__
        self.more, self.beyond, self.not_asked = [], {}, {}
        self.kinds, self.rules = {}, set()  # what was refused

    def __call__(self, rule, target=None, **changes):
        """The call with these changes breaks `rule`."""
        self.more.append((rule, target or self.target, changes))

    def unreachable(self, rule, reason):
        """No call from Python breaks `rule`, because …"""
        self.beyond[rule] = reason

    def none(self, kind, reason):
        """No call has this kind of fault, because …"""
        self.not_asked[kind] = reason

    def text(self):
        assert self._said(self.target, {}) == [], f"the legal call: {self._said(self.target, {})}"
        lines = []
        for kind, calls in {**self._spoilt(), **self._without()}.items():
            shown = [self._shown(self.target, changes) for changes in calls]
            if calls:
                self.kinds[kind] = any(shown)
            lines += [f"{kind}:", *(line for one in shown for line in one)] if any(shown) else []
        if self.more:
            lines.append("rules:")
        for rule, target, changes in self.more:
            said = self._said(target, changes)
            assert any(rule in one for one in said), f"{changes} does not break {rule}: {said}"
            lines += self._shown(target, changes)
        lines += [f"{kind}: none, {reason}" for kind, reason in self.not_asked.items()]
        return "\n".join(lines + [f"[{rule}] is out of reach: {reason}" for rule, reason in self.beyond.items()])

    def _spoilt(self):
        """{kind: changes of one operand each}"""
        tiles = {name: value for name, value in self.legal.items() if isinstance(value, Tile)}
        operators = [name for name, value in self.legal.items() if callable(value)]
        calls = {
            kind: [{name: bad} for name, tile in tiles.items() for bad in spoil(tile)] for kind, spoil in KINDS.items()
        }
        wrong = ["add", *(getattr(nl, name) for name in OPERATORS)]
        return {**calls, "illegal operator": [{name: op} for name in operators for op in wrong]}

    def _without(self):
        return {
            "unknown keyword": [{"colour": 1}],
            "missing operand": [{name: LEFT_OUT} for name in self.legal],
        }

    def _shown(self, target, changes):
        said = self._said(target, changes)
        if not said:
            return []
        call = ", ".join(f"{name}={_written(value)}" for name, value in changes.items())
        call = call if target == self.target else f"{call or 'the legal call'} on {target}"
        return [f"  {call}", *(f"    {line}" for line in said)]

    def _said(self, target, changes):
        """What the call is told, line by line; nothing if it is legal."""
        arguments = {name: value for name, value in {**self.legal, **changes}.items() if value is not LEFT_OUT}
        made = {}

        @nki.jit(platform_target=target)
        def kernel(x):
            for name, value in arguments.items():
                made[name] = _made(value, made)
            self.instruction(**made)
            return x

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                kernel[self.on_cores](np.zeros((1, 1), np.float32))
                said = []
            except nki.VerifyError as error:
                said = [self._checked(one) for one in error.diagnostics if one["rule"] not in UNWRITTEN]
            except Exception as error:
                said = [f"{type(error).__name__}: {error}"]
        warned = [str(one.message) for one in caught]
        return said + [text for text in warned if not any(f"[{rule}]" in text for rule in UNWRITTEN)]

    def _checked(self, one):
        """A diagnostic, which names the instruction and the line of the call."""
        assert CALL in [one["text"], *(caller["text"] for caller in one["callers"])], one
        assert one["message"].startswith(f"{self.name}: ") or one["rule"] == "core-meeting", one
        self.rules.add(one["rule"])
        return f"{one['message']} [{one['rule']}]"
