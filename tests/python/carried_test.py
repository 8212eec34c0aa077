"""What a loop's body changes in Python, where the body is traced once: said in a warning."""

import collections
import warnings

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.loops_test import tracing

ONES = np.ones((8, 4), np.float32)


def add_one(dst, src):
    nisa.tensor_scalar(dst, src, op0=nl.add, operand0=1.0)


def kernel_of(body):
    """A kernel that calls body(a, b) with two tiles and returns the one that body returns."""

    @nki.jit
    def kernel(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, body(nl.load(x), nl.zeros(x.shape, x.dtype)))
        return out

    return kernel


def exchange(a, b):
    for _ in nl.dynamic_range(0, 3):
        add_one(b, a)
        a, b = b, a
    return a


def exchange_in_a_function(a, b):
    def turn():
        nonlocal a, b
        add_one(b, a)
        a, b = b, a

    for _ in nl.dynamic_range(0, 3):
        turn()
    return a


def exchange_in_fori(a, b):
    def body(_):
        nonlocal a, b
        add_one(b, a)
        a, b = b, a

    nl.fori_loop(0, 3, body)
    return a


def exchange_in_while(a, b):
    left = nisa.register_alloc(3)
    while left:
        add_one(b, a)
        a, b = b, a
        nisa.register_move(left, 0)
    return a


def exchange_in_a_list(a, b):
    tiles = [a, b]

    def body(_):
        add_one(tiles[1], tiles[0])
        tiles.reverse()

    nl.fori_loop(0, 3, body)
    return tiles[0]


def exchange_in_a_dict(a, b):
    tiles = {"from": a, "to": b}
    for _ in nl.dynamic_range(3):
        add_one(tiles["to"], tiles["from"])
        tiles["from"], tiles["to"] = tiles["to"], tiles["from"]
    return tiles["from"]


def rotate(a, b):
    tiles = collections.deque([a, b])
    for _ in nl.dynamic_range(3):
        add_one(tiles[1], tiles[0])
        tiles.rotate()
    return tiles[0]


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b


def exchange_in_an_object(a, b):
    pair = Pair(a, b)
    for _ in nl.dynamic_range(3):
        add_one(pair.b, pair.a)
        pair.a, pair.b = pair.b, pair.a
    return pair.a


def first_pass_is_another(a, b):
    first = True
    for _ in nl.dynamic_range(3):
        if first:
            add_one(a, a)
        first = False
    return a


def made_when_needed(a, b):
    other = None
    for _ in nl.dynamic_range(3):
        if other is None:
            other = nl.zeros(a.shape, a.dtype)
        add_one(a, a)
    return a


def gather(a, b):
    made = []
    for _ in nl.dynamic_range(3):
        made.append(nl.zeros(a.shape, a.dtype))
        add_one(a, a)
    return a


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (exchange, "a, b"),
        (exchange_in_a_function, "a, b"),
        (exchange_in_fori, "a, b"),
        (exchange_in_while, "a, b"),
        (exchange_in_a_list, r"tiles\[0\], tiles\[1\]"),
        (exchange_in_a_dict, r"tiles\['from'\], tiles\['to'\]"),
        (rotate, r"tiles\[0\], tiles\[1\]"),
        (exchange_in_an_object, r"pair\.[ab], pair\.[ab]"),
        (first_pass_is_another, "first"),
        (made_when_needed, "other"),
        (gather, r"len\(made\)"),
    ],
)
def test_what_changes_is_warned_of(body, changed):
    text = f"^{changed} changes in the body of a loop .* write what passes on into a tile"
    with pytest.warns(nki.NkiWarning, match=text) as said:
        kernel_of(body)(ONES)
    assert {(each.filename, each.category) for each in said} == {(__file__, nki.NkiWarning)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nki.simulate(kernel_of(body))(ONES)


class Counted(Pair):
    passes = 0

    def turn(self):
        self.passes += 1  # it is not the body that says so: names of tiles are made this way
        return self.a


def each_pass_the_same(a, b):
    view, last, cache, pair, row = a.reshape((8, 2, 2)), None, {}, Counted(a, b), 0
    shape = tuple(a.shape)
    for _ in nl.dynamic_range(3):
        last = nl.zeros(a.shape, a.dtype)  # set before it is read
        nisa.tensor_copy(last, a)
        view = view.reshape((8, 2, 2))
        shape = tuple(shape)
        cache["tile"] = last
        add_one(pair.turn(), cache["tile"])
        left = nisa.register_alloc(1)
        while left:
            last = nl.zeros(a.shape, a.dtype)
            nisa.register_move(left, 0)
        for row in range(2):
            add_one(b[:, row : row + 1], b[:, row : row + 1])
    return a


def test_what_does_not_change_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(kernel_of(each_pass_the_same)(ONES), ONES + 3)


# ---- Python numbers that change in a loop ----


def counted_in_for(tile):
    passes = 0
    for _ in nl.dynamic_range(3):
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=float(passes))
        passes += 1


def counted_in_body(tile):
    passes = 0

    def body(_):
        nonlocal passes
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=float(passes))
        passes = passes + 1

    nl.fori_loop(0, 3, body)


def counted_in_while(tile):
    passes, condition = 0, nisa.register_alloc(1)

    def body(register):
        nonlocal passes
        passes += 1
        nisa.register_move(register, 0)
        return register

    nl.while_loop(condition, body)


def unchanged_numbers(tile):
    total, offset, i, condition = 0, 5, 7, nisa.register_alloc(1)
    for i in range(3):
        total += i
    for _ in nl.dynamic_range(total):
        offset = 0
        for i in range(4):
            offset = i + total - 3
            nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=float(offset - i))

    def body(register):
        inner = 0
        inner += total
        nisa.register_move(register, inner - total)
        return register

    nl.while_loop(condition, body)


@pytest.mark.parametrize("body", [counted_in_for, counted_in_body, counted_in_while])
def test_a_number_that_changes_in_a_loop_is_warned_of(body):
    a = np.zeros((4, 4), np.float32)
    with pytest.warns(nki.NkiWarning, match=r"^passes changes in the body of a loop .* use nl\.static_range") as caught:
        planned = tracing(body)(a)
    assert {(w.filename, w.category) for w in caught} == {(__file__, nki.NkiWarning)}
    np.testing.assert_array_equal(planned, a)  # what is warned of
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulated = nki.simulate(tracing(body))(a)
    np.testing.assert_array_equal(simulated, a + (0 if body is counted_in_while else 3))


@pytest.mark.parametrize("way", ["planned", "simulated"])
def test_numbers_that_each_pass_sets_anew_are_not_warned_of(way):
    kernel = tracing(unchanged_numbers)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (nki.simulate(kernel) if way == "simulated" else kernel)(np.zeros((4, 4), np.float32))
