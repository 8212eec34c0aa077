"""What a kernel does to its arguments is its own: every program gets them as they were passed."""

import collections
import types

import nki
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import scaled

X = np.ones((2, 4), np.float32)


class Counter(nl.NKIObject):
    n: int = 0

    def __init__(self, n=0):
        self.n = n


class Ring:
    def __init__(self):
        self.n = 0
        self.me = self


class Table(dict):
    pass


def count_object(counter):
    counter.n += 1
    return counter.n


def count_item(counter):
    counter["n"] += 1
    return counter["n"]


def count_members(counter):
    counter.add(len(counter))
    return len(counter)


def count_around(ring):
    assert ring.me is ring
    return count_object(ring.me)


CHANGES = {
    "NKIObject": (Counter, count_object),
    "simple namespace": (lambda: types.SimpleNamespace(n=0), count_object),
    "inside an object": (lambda: Counter(Counter()), lambda counter: count_object(counter.n)),
    "dict in an object": (lambda: Counter({"n": 0}), lambda counter: count_item(counter.n)),
    "object in a list": (lambda: [Counter()], lambda counters: count_object(counters[0])),
    "dict": (lambda: {"n": 0}, count_item),
    "class of dict": (lambda: Table(n=0), count_item),
    "ordered dict": (lambda: collections.OrderedDict(n=0), count_item),
    "default dict": (lambda: collections.defaultdict(int), count_item),
    "set": (set, count_members),
    "object that holds itself": (Ring, count_around),
}


@pytest.mark.parametrize("run", [lambda kernel: kernel, nki.simulate], ids=["planned", "simulated"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_kernel_changes_its_own_copy(name, run):
    make, count = CHANGES[name]

    @nki.jit(platform_target="trn2")
    def kernel(x, counter):
        out = nl.ndarray((2, *x.shape), x.dtype, buffer=nl.shared_hbm)
        nl.store(out[nl.program_id(0)], nl.multiply(nl.load(x), float(count(counter))))
        return out

    counter = make()
    for _ in range(3):
        np.testing.assert_array_equal(run(kernel[2])(X, counter), np.stack([X, X]))
    assert count(counter) == 1


def test_a_result_is_made_anew_for_every_call():
    kernel = nki.jit(lambda x: (scaled(x, 1), Counter(7)))
    kernel(X)[1].n = 9
    assert kernel(X)[1].n == 7


def test_values_without_fields_are_themselves():
    missing = object()
    nothing = type("Nothing", (), {})()
    kernel = nki.jit(lambda x, a, b: scaled(x, 2 if a is missing and b is nothing else 3))
    np.testing.assert_array_equal(kernel(X, missing, nothing), 2 * X)
