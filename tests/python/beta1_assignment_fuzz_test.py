"""Random sequences of assignments to tiles of Beta 1, compared with NumPy: whatever way an instruction's result takes.

The value of an assignment may become the destination of the instruction that makes it; it must not where something else
still looks at the value, or where the instruction reads what it would overwrite.
"""

import random

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

P, F = 64, 64
TILES = {"a": "sbuf", "b": "sbuf", "c": "psum"}
SEEDS = 60
LIMIT = 1000.0  # integers below it have exact sums of products


class Program:
    """Statements for a kernel, and what they do to NumPy arrays."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        generator = np.random.default_rng(seed)
        self.start = {name: generator.integers(-9, 9, (P, F)).astype(np.float32) for name in TILES}
        self.now = {name: array.copy() for name, array in self.start.items()}
        self.held = {}
        self.statements = []
        for _ in range(14):
            kinds = [self.assign, self.hold, self.use, self.look, self.change, self.add, self.chain, self.view]
            self.random.choice([*kinds, self.assign, self.assign, self.matmul])()
            self.clamp()

    def key(self, rows=None, columns=None):
        """A part of a tile."""
        rows = rows or self.random.choice([32, 64])
        columns = columns or self.random.choice([16, 32, 64])
        top = self.random.choice(range(0, P - rows + 1, 32))
        step = self.random.choice([1, 2]) if columns <= 32 else 1
        left = self.random.randrange(F - (columns - 1) * step)
        return slice(top, top + rows), slice(left, left + (columns - 1) * step + 1, step)

    def value(self, rows, columns):
        """(what a kernel calls with its tiles, the result): an instruction and its operands."""
        kind = self.random.choice(["copy", "scale", "masked", "both", "square", "reduce", "shuffle", "match"])
        one, two = self.random.choice("abc"), self.random.choice("abc")
        x, y = self.key(rows, columns), self.key(rows, columns)
        now, other = self.now[one][x].copy(), self.now[two][y].copy()
        if kind == "copy":
            return lambda t: nisa.tensor_copy(t[one][x]), now, None
        if kind == "scale":
            return lambda t: nisa.tensor_scalar(t[one][x], np.multiply, -1.0, op1=np.add, operand1=3.0), 3 - now, None
        if kind == "masked":
            cut = self.random.randrange(columns + 1)
            mask = np.arange(columns)[None, :] < cut
            return self.masked(one, x, lambda i_p, i_f: i_f < cut, now, np.broadcast_to(mask, now.shape))
        if kind == "both":
            return lambda t: nisa.tensor_tensor(t[one][x], t[two][y], np.maximum), np.maximum(now, other), None
        if kind == "square" and rows == columns == 64 and one != "c":
            return lambda t: nisa.nc_transpose(t[one][x]), now.T.copy(), None
        if kind == "reduce" and columns == 64:
            wide = lambda t: nisa.tensor_reduce(np.max, t[one][x], axis=[1], keepdims=True)  # noqa: E731
            least = np.minimum(now, now.max(1, keepdims=True))
            return lambda t: nisa.tensor_scalar(t[one][x], np.minimum, wide(t)), least, None
        mask = np.arange(rows)[:, None] >= np.arange(columns)[None, :]
        return self.masked(one, x, lambda i_p, i_f: i_p >= i_f, now, mask)

    def masked(self, one, x, condition, now, holds):
        def call(t):
            i_p, i_f = nl.mgrid[0 : now.shape[0], 0 : now.shape[1]]
            return nisa.tensor_scalar(t[one][x], np.subtract, 1.0, mask=condition(i_p, i_f))

        return call, now - 1, holds

    def put(self, name, key, value, holds):
        part = self.now[name][key]
        part[...] = value if holds is None else np.where(holds, value, part)

    def assign(self):
        name, key = self.random.choice("abc"), self.key()
        call, value, holds = self.value(*self.now[name][key].shape)

        def statement(t, held):
            t[name][key] = call(t)

        self.statements.append(statement)
        self.put(name, key, value, holds)

    def hold(self):
        label = self.random.choice("xy")
        call, value, holds = self.value(32, self.random.choice([16, 32]))

        def statement(t, held):
            held[label] = call(t)

        self.statements.append(statement)
        self.held[label] = value, holds

    def use(self):
        if not self.held:
            return
        label = self.random.choice(sorted(self.held))
        value, holds = self.held[label]
        name, key = self.random.choice("abc"), self.key(*value.shape)
        gone = self.random.random() < 0.3

        def statement(t, held):
            t[name][key] = held.pop(label) if gone else held[label]

        self.statements.append(statement)
        self.put(name, key, value, holds)
        if gone:
            del self.held[label]

    def look(self):
        """A view of a result, which outlives the assignment of the result."""
        if not self.held or next(iter(self.held.values()))[1] is not None:
            return
        label = next(iter(self.held))
        value, _ = self.held.pop(label)
        one, two = self.random.choice("abc"), self.random.choice("abc")
        key, other = self.key(*value.shape), self.key(32, 16)

        def statement(t, held):
            view = held[label][:, 0:16]
            t[one][key] = held.pop(label)
            t[one][key] += 1
            t[two][other] = view

        self.statements.append(statement)
        self.put(one, key, value + 1, None)
        self.put(two, other, value[:, :16], None)

    def change(self):
        """A result that is changed in place."""
        whole = [label for label, (_, holds) in self.held.items() if holds is None]
        if not whole:
            return
        label = whole[0]
        value, _ = self.held[label]
        call, other, holds = self.value(*value.shape)

        def statement(t, held):
            held[label][...] = call(t)
            held[label] -= 2

        self.statements.append(statement)
        self.held[label] = (other if holds is None else np.where(holds, other, value)) - 2, None

    def add(self):
        name, key = self.random.choice("abc"), self.key()
        call, value, holds = self.value(*self.now[name][key].shape)

        def statement(t, held):
            t[name][key] += call(t)

        self.statements.append(statement)
        self.put(name, key, self.now[name][key] + value, holds)

    def chain(self):
        first, second = self.random.sample("abc", 2)
        key = self.key()
        other = self.key(*self.now[first][key].shape)
        call, value, holds = self.value(*self.now[first][key].shape)

        def statement(t, held):
            t[first][key] = t[second][other] = call(t)

        self.statements.append(statement)
        self.put(first, key, value, holds)
        self.put(second, other, value, holds)

    def view(self):
        one, two = self.random.choice("abc"), self.random.choice("abc")
        key = self.key()
        other = self.key(*self.now[one][key].shape)

        def statement(t, held):
            t[one][key] = t[two][other]

        self.statements.append(statement)
        self.put(one, key, self.now[two][other].copy(), None)

    def matmul(self):
        x, y, key = self.key(64, 32), self.key(64, 32), self.key(32, 32)
        adds = self.random.random() < 0.5
        name = self.random.choice("abcc")
        value = (np.sign(self.now["a"][x]).T @ np.sign(self.now["b"][y])).astype(np.float32)

        def statement(t, held):
            stationary = nisa.activation(np.sign, t["a"][x])
            moving = nisa.activation(np.sign, t["b"][y])
            if adds:
                t[name][key] += nisa.nc_matmul(stationary, moving)
            else:
                t[name][key] = nisa.nc_matmul(stationary, moving)

        self.statements.append(statement)
        self.put(name, key, self.now[name][key] + value if adds else value, None)

    def clamp(self):
        for name, array in self.now.items():
            if np.abs(array).max() > LIMIT:

                def statement(t, held, name=name):
                    t[name][...] = nisa.tensor_scalar(t[name], np.minimum, 9.0, op1=np.maximum, operand1=-9.0)

                self.statements.append(statement)
                array[...] = array.clip(-9, 9)


def run(statements, start):
    """The tiles after the statements."""

    @nki.jit
    def kernel(a, b, c):
        tiles, held = {}, {}
        for name, array in zip("abc", (a, b, c), strict=True):
            tiles[name] = nl.ndarray((P, F), dtype=nl.float32, buffer=getattr(nl, TILES[name]))
            tiles[name][...] = nl.load(array)
        for statement in statements:
            statement(tiles, held)
        out = nl.ndarray((3, P, F), dtype=nl.float32, buffer=nl.shared_hbm)
        for i, name in enumerate("abc"):
            nl.store(out[i], tiles[name])
        return out

    return dict(zip("abc", kernel(*[start[name] for name in "abc"]), strict=True))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_assignments(seed):
    program = Program(seed)
    got = run(program.statements, program.start)
    for name, want in program.now.items():
        assert np.array_equal(got[name], want), f"{name} of seed {seed}"
