"""Calling kernels: what is traced when, compile-time arguments, containers, kernels that call kernels."""

import collections
import copy
import functools
import gc
import inspect
import pickle
import types

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import scaled

traces = []  # of the kernels below: one entry per run of the Python function
FACTOR = 2.0


@pytest.fixture
def x():
    traces.clear()
    return np.arange(12, dtype=np.float32).reshape(3, 4)


@nki.jit
def times(x, factor=3.0):
    traces.append((x.shape, x.dtype, factor))
    return scaled(x, factor)


@nki.jit
def times_global(x):
    traces.append(FACTOR)
    return scaled(x, FACTOR)


def test_traces_once_per_shape_dtype_and_value(x):
    kernel = nki.jit(times.function)
    for _ in range(3):
        np.testing.assert_array_equal(kernel(x), x * 3)
    assert traces == [((3, 4), "float32", 3.0)]
    kernel(x.reshape(4, 3))
    kernel(x.astype(np.float16))
    kernel(x, 5)
    kernel(x, factor=5)
    assert traces[1:] == [((4, 3), "float32", 3.0), ((3, 4), "float16", 3.0), ((3, 4), "float32", 5)]
    # Equal values of other types are other arguments: a kernel may ask for the type.
    kernel(x, 5.0)
    kernel(x, True)
    assert len(traces) == 6 and len(kernel.specializations()) == 6


def test_positions_and_names_of_arguments_are_the_same_call(x):
    kernel = nki.jit(times.function)
    kernel(x, 4.0)
    np.testing.assert_array_equal(kernel(factor=4.0, x=x), x * 4)
    assert len(traces) == 1


def test_a_changed_global_is_traced_again(x, monkeypatch):
    np.testing.assert_array_equal(times_global(x), x * 2)
    times_global(x)
    assert traces == [2.0]
    monkeypatch.setitem(globals(), "FACTOR", 7.0)
    np.testing.assert_array_equal(times_global(x), x * 7)
    assert traces == [2.0, 7.0]


def test_a_changed_closure_value_is_traced_again(x):
    factor = 2

    @nki.jit
    def kernel(x):
        traces.append(factor)
        return scaled(x, factor)

    np.testing.assert_array_equal(kernel(x), x * 2)
    kernel(x)
    factor = 3
    np.testing.assert_array_equal(kernel(x), x * 3)
    assert traces == [2, 3]


def test_a_failed_trace_leaves_nothing_behind(x):
    @nki.jit
    def kernel(x, fail):
        traces.append(fail)
        out = scaled(x, 2)
        assert not fail, "as asked"
        return out

    with pytest.raises(AssertionError, match="as asked"):
        kernel(x, True)
    np.testing.assert_array_equal(kernel(x, False), x * 2)
    with pytest.raises(AssertionError, match="as asked"):
        kernel(x, True)
    assert traces == [True, False, True]


@pytest.mark.parametrize("value", [1, 2.5, "text", None, True, (1, (2, 3)), [1, 2], {"a": 1}, nl.add, nl.float32, b"x"])
def test_compile_time_arguments_arrive_as_they_are(x, value):
    seen = []

    @nki.jit
    def kernel(x, value):
        seen.append(value)
        return scaled(x, 1)

    kernel(x, value)
    kernel(x, value)
    assert seen == [value] and type(seen[0]) is type(value)


def test_operators_and_functions_as_arguments(x):
    @nki.jit
    def kernel(x, op, change):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(x.shape, x.dtype)
        nisa.dma_copy(dst=tile, src=x)
        nisa.tensor_scalar(dst=tile, data=tile, op0=op, operand0=change(1.0))
        nisa.dma_copy(dst=out, src=tile)
        return out

    np.testing.assert_array_equal(kernel(x, nl.add, lambda v: v + 1), x + 2)
    np.testing.assert_array_equal(kernel(x, nl.subtract, lambda v: v + 2), x - 3)


def test_containers_of_arrays_in_and_out(x):
    @nki.jit
    def kernel(pair, named, rest):
        first, (second,) = pair
        return {"sum": [scaled(first, 2), scaled(second, 3)], "named": (scaled(named["w"], named["k"]), "constant", 5)}

    result = kernel((x, [x + 1]), {"w": x + 2, "k": 4}, rest=None)
    assert set(result) == {"sum", "named"} and type(result["sum"]) is list and type(result["named"]) is tuple
    np.testing.assert_array_equal(result["sum"][0], x * 2)
    np.testing.assert_array_equal(result["sum"][1], (x + 1) * 3)
    np.testing.assert_array_equal(result["named"][0], (x + 2) * 4)
    assert result["named"][1:] == ("constant", 5)


def test_one_tensor_returned_twice_and_an_input_returned(x):
    @nki.jit
    def kernel(x):
        out = scaled(x, 2)
        return out, x, out

    first, same, second = kernel(x)
    np.testing.assert_array_equal(first, x * 2)
    np.testing.assert_array_equal(second, x * 2)
    np.testing.assert_array_equal(same, x)


def test_a_kernel_called_by_a_kernel_adds_to_the_caller(x):
    @nki.jit
    def twice(x):
        return times(times(x, 2), 5)

    np.testing.assert_array_equal(twice(x), x * 10)
    assert "tensor_scalar" in twice.graph(x).text() and len(traces) == 2
    np.testing.assert_array_equal(times(x, 2), x * 2)  # still a kernel of its own


def test_a_kernel_as_a_method(x):
    class Model:
        factor = 6

        @nki.jit
        def run(self, x):
            return scaled(x, self.factor)

    np.testing.assert_array_equal(Model().run(x), x * 6)


def test_a_kernel_as_a_static_method(x):
    class Model:
        @nki.jit
        @staticmethod
        def inner(x):
            return scaled(x, 6)

        @staticmethod
        @nki.jit
        def outer(x):
            return scaled(x, 6)

    for kernel in (Model.inner, Model().inner, Model.outer, Model().outer):
        np.testing.assert_array_equal(kernel(x), x * 6)


def test_wrapped_kernels_keep_their_name_and_signature():
    assert times.__name__ == "times" and times.__wrapped__ is times.function
    assert nki.jit(times) is times
    assert functools.partial(times, factor=2).func is times


def test_wrong_arguments_are_python_errors(x):
    with pytest.raises(TypeError, match=r"times\(x, factor=3.0\): too many positional"):
        times(x, 1, 2)
    with pytest.raises(TypeError, match="no argument is called 'speed'"):
        times(x, speed=1)
    with pytest.raises(AttributeError, match="'int' object has no attribute") as caught:
        times(3)
    assert caught.value.__notes__ == [
        "times: none of the arguments is a NumPy, torch or JAX array: x is of type int, factor is of type float"
    ]
    with pytest.raises(TypeError, match="no option is called 'fast'"):
        nki.jit(fast=True)


def test_written_inputs_change_in_place_after_success_only(x):
    @nki.jit
    def increment(x, fail=False):
        tile = nl.ndarray(x.shape, x.dtype)
        nisa.dma_copy(dst=tile, src=x)
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=1.0)
        nisa.dma_copy(dst=x, src=tile)
        if fail:
            nisa.tensor_copy(dst=nl.ndarray((3, 5), nl.float32), src=tile)
        return x

    before = x.copy()
    with pytest.raises(nki.VerifyError):
        increment(x, fail=True)
    np.testing.assert_array_equal(x, before)
    assert increment(x) is x
    np.testing.assert_array_equal(x, before + 1)
    wide = np.zeros((3, 8), np.float32)
    increment(wide[:, ::2])  # not contiguous: written where it lies
    np.testing.assert_array_equal(wide, np.tile([1, 0], (3, 4)))


def test_what_the_caller_does_to_returned_constants_is_not_in_the_next_result(x):
    class Pair:
        def __init__(self):
            self.items, self.array = [1], np.zeros(2)

    constant = np.zeros(2)

    @nki.jit
    def kernel(x):
        return scaled(x), np.zeros(2), {"a": {1}, "b": [[2]]}, types.SimpleNamespace(items=[3]), Pair(), constant

    for _ in range(3):
        _, array, mapping, names, pair, again = kernel(x)
        assert array.tolist() == [0, 0] == pair.array.tolist() == again.tolist()
        assert mapping == {"a": {1}, "b": [[2]]} and names.items == [3] and pair.items == [1]
        array[:] = pair.array[:] = again[:] = 9
        mapping["a"].add(9), mapping["b"][0].append(9), names.items.append(9), pair.items.append(9)


class Scaler:
    def __init__(self, factor):
        self.factor = factor

    @nki.jit
    def kernel(self, x):
        """By the factor."""
        return scaled(x, self.factor)


def test_a_bound_kernel_has_all_that_a_kernel_has(x):
    scaler = Scaler(3.0)
    for bound in (scaler.kernel, copy.copy(scaler.kernel), nki.jit(scaler.kernel)):
        np.testing.assert_array_equal(bound(x), x * 3)
        np.testing.assert_array_equal(bound[1](x), x * 3)
        np.testing.assert_array_equal(nki.simulate(bound)(x), x * 3)
        np.testing.assert_array_equal(nki.simulate(bound[1])(x), x * 3)
        np.testing.assert_array_equal(bound[1].report(x).result, x * 3)
        np.testing.assert_array_equal(bound.report(x).result, x * 3)
        for launch in (bound, bound[1]):
            assert launch.graph(x).text().startswith("kernel kernel on")
            assert "tensor_scalar" in launch.plan(x).summary["instructions"]
        assert bound.__name__ == "kernel" and bound.__doc__ == "By the factor." and "Scaler" in repr(bound)
        assert [*inspect.signature(bound).parameters] == ["x"]
        assert bound == scaler.kernel and bound != Scaler(3.0).kernel and hash(bound) == hash(scaler.kernel)
        assert bound.platform_target is None and bound.specializations() == Scaler.kernel.specializations()
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            bound.nothing  # noqa: B018
    again = pickle.loads(pickle.dumps(scaler.kernel))
    scaler.factor = 4.0
    np.testing.assert_array_equal(scaler.kernel[1](x), x * 4)
    np.testing.assert_array_equal(again(x), x * 3)


def test_a_bound_kernel_as_an_argument_is_known_again(x):
    calls = []

    @nki.jit
    def apply(x, kernel):
        calls.append(1)
        return kernel(x)

    scaler = Scaler(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(apply(x, scaler.kernel), x * 3)
    assert len(calls) == 1
    scaler.factor = 5.0
    np.testing.assert_array_equal(apply(x, scaler.kernel), x * 5)


def test_kernels_of_partial_functions_and_of_objects_that_can_be_called(x):
    class Callable:
        def __call__(self, x):
            return scaled(x, 5.0)

    def times(factor, x):
        return scaled(x, factor)

    def empty(factor, x):
        pass

    partial = nki.jit(functools.partial(functools.partial(times), 4.0))
    np.testing.assert_array_equal(partial(x), x * 4)
    np.testing.assert_array_equal(nki.simulate(functools.partial(times, 4.0))(x), x * 4)
    np.testing.assert_array_equal(nki.jit(Callable())(x), x * 5)
    assert partial.__name__ == "times" and partial.graph(x).text().startswith("kernel times on")
    with pytest.raises(nki.VerifyError, match=rf"jit_test.py:{empty.__code__.co_firstlineno}: error: .*returned None"):
        nki.jit(functools.partial(empty, 1))(x)


def test_an_argument_that_holds_itself_is_refused(x):
    items = []
    items.append(items)
    with pytest.raises(ValueError, match="times: argument 'factor' is a container that holds itself"):
        times(x, items)
    times(x, 2.0)


def test_a_deque_is_an_argument_like_a_list(x):
    runs = []

    @nki.jit
    def kernel(x, factors):
        runs.append(1)
        return scaled(x, factors[0])

    for factor in (2.0, 2.0, 3.0):
        np.testing.assert_array_equal(kernel(x, collections.deque([factor])), x * factor)
    assert len(runs) == 2


class Config:
    def __init__(self, factor):
        self.factor = factor


@nki.jit
def times_config(x, config):
    return scaled(x, config.factor)


def test_a_changed_attribute_is_another_argument(x):
    config = Config(2.0)
    np.testing.assert_array_equal(times_config(x, config), x * 2)
    config.factor = 3.0
    np.testing.assert_array_equal(times_config(x, config), x * 3)


@pytest.mark.parametrize("first, second", [(0.0, -0.0), (frozenset({1}), frozenset({1.0})), ({1: 2}, {1.0: 2})])
def test_equal_values_that_differ_are_other_arguments(x, first, second):
    @nki.jit
    def kernel(x, value):
        return scaled(x, 1)

    for value in (first, second, first):
        kernel(x, value)
    assert len(kernel.specializations()) == 2


def test_programs_of_a_grid_return_the_same_tensor(x):
    @nki.jit
    def kernel(x):
        results = scaled(x, 1), scaled(x, 2)
        return results[nl.program_id(0)]

    with pytest.raises(nki.VerifyError, match="result-differs"):
        kernel[2](x)


def test_a_dropped_kernel_frees_its_program(x):
    kernel = nki.jit(lambda x: scaled(x, 123.5))
    kernel(x)
    key = kernel.specializations()[0].key
    assert nki._program.find(key) is not None
    del kernel
    gc.collect()
    assert nki._program.find(key) is None
    with pytest.raises(nki.UnknownKernelError):
        nki._core.run_pointers(key, [], [])


def test_copies_of_a_kernel_are_the_kernel():
    assert copy.deepcopy([times])[0] is times and copy.copy(times) is times
    assert pickle.loads(pickle.dumps(times)) is times


def test_a_kernel_that_says_the_same_as_another_keeps_its_own_lines():
    source = "import nki, nki.isa as nisa, nki.language as nl\n"
    body = """
@nki.jit
def negate(a):
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=a)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=-1.0)
    nisa.dma_copy(dst=out, src=tile)
    return out
"""
    kernels = []
    for name, gap in (("one.py", ""), ("two.py", "\n\n\n")):
        module = {"__name__": "kernels"}
        exec(compile(source + gap + body, name, "exec"), module)
        kernels.append(module["negate"])
    first, second = (kernel.graph(np.ones((4, 4), np.float32)).to_dict()["instructions"][0] for kernel in kernels)
    assert (first["file"], second["file"]) == ("one.py", "two.py")
    assert second["line"] == first["line"] + 3
