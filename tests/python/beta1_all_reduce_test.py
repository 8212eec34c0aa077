"""nl.all_reduce: reductions over the programs of a grid."""

import threading

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import numpy as np
import pytest


def kernel_of(op, axes, **options):
    @nki.jit
    def kernel(a):
        at = tuple([nl.program_id(axis) for axis in range(nl.program_ndim())])
        out = nl.ndarray(a.shape, dtype=nl.float32, buffer=nl.shared_hbm)
        for _ in nl.affine_range(2):  # the tiles are the loop's
            tile = nl.load(a[at])
            result = nl.all_reduce(tile, op, axes, **options)
            nl.store(out[at], result)
        return out

    return kernel


def inputs(grid):
    return np.random.default_rng(0).integers(1, 5, (*grid, 8, 16)).astype(np.float32)


def expected(function, a, axes):
    return np.broadcast_to(function(a, axes, keepdims=True), a.shape)


@pytest.mark.parametrize(
    ("grid", "axes"), [((4,), 0), ((4,), -1), ((2, 3), 0), ((2, 3), 1), ((2, 3), (0, 1)), ((2, 1, 2), [2])]
)
@pytest.mark.parametrize(("op", "function"), [(np.add, np.sum), (np.maximum, np.max), (nl.multiply, np.prod)])
def test_programs_reduce_along_axes_of_the_grid(grid, axes, op, function):
    a = inputs(grid)
    of_array = 0 if axes == -1 else tuple(axes) if type(axes) is list else axes
    assert np.array_equal(kernel_of(op, axes)[grid](a), expected(function, a, of_array))


def test_one_program_reduces_alone():
    a = inputs((1, 3))
    assert np.array_equal(kernel_of(np.add, 0)[1, 3](a), a)


def test_each_has_its_own_result():
    @nki.jit
    def kernel(a):
        i = nl.program_id(0)
        total = nl.all_reduce(nl.load(a[i]), np.add, 0)
        total *= i + 1
        more = nl.all_reduce(total, np.add, 0, dtype=nl.float16)
        assert more.dtype == np.float16
        out = nl.ndarray(a.shape, dtype=nl.float32, buffer=nl.shared_hbm)
        nl.store(out[i], total + more)
        return out

    a = inputs((3,))
    total = a.sum(0) * np.arange(1, 4, dtype=np.float32)[:, None, None]
    before = threading.active_count()
    assert np.array_equal(kernel[3](a), total + total.sum(0))
    assert threading.active_count() == before


def test_a_mask_reduces_a_part():
    @nki.jit
    def kernel(a):
        i = nl.program_id(0)
        i_p, i_f = nl.mgrid[0:8, 0:16]
        out = nl.load(a[i])
        out[i_p, i_f] = nl.all_reduce(out, np.add, 0, mask=i_f < 5)
        result = nl.ndarray(a.shape, dtype=nl.float32, buffer=nl.shared_hbm)
        nl.store(result[i], out)
        return result

    a = inputs((2,))
    wanted = a.copy()
    wanted[..., :5] = a.sum(0)[..., :5]
    assert np.array_equal(kernel[2](a), wanted)


def raises(kernel, grid, message, error=ValueError):
    with pytest.raises(error, match=message):
        kernel[grid](inputs(grid))


def test_a_program_that_does_not_come_is_named():
    @nki.jit
    def kernel(a):
        i = nl.program_id(0)
        if i < 2:
            nl.all_reduce(nl.load(a[i]), np.add, 0)
        return a

    line = kernel.function.__code__.co_firstlineno + 4
    raises(
        kernel,
        (3,),
        rf"program \(0,\) of the grid \(3,\) called it at .*:{line}, and program \(2,\).* has ended without",
    )


@pytest.mark.parametrize("differs", ["op", "axes", "shape", "dtype"])
def test_calls_that_differ_are_named(differs):
    @nki.jit
    def kernel(a):
        i, j = nl.program_id(0), nl.program_id(1)
        tile = nl.load(a[i, j])
        if j == 0:
            return nl.all_reduce(tile, np.add, 1)
        half = tile.astype(nl.float16) if differs == "dtype" else tile[:, 0:2] if differs == "shape" else tile
        return nl.all_reduce(half, np.maximum if differs == "op" else np.add, (0, 1) if differs == "axes" else 1)

    first = kernel.function.__code__.co_firstlineno
    raises(
        kernel,
        (2, 2),
        rf"program \(0, 0\) called it at .*:{first + 5} with {differs} .*, and program .* at .*:{first + 7} ",
    )


def test_an_error_in_one_program_ends_all():
    @nki.jit
    def kernel(a):
        i = nl.program_id(0)
        total = nl.all_reduce(nl.load(a[i]), np.add, 0)
        if i == 1:
            raise KeyError("mine")
        return nl.all_reduce(total, np.add, 0)

    before = threading.active_count()
    for _ in range(2):
        raises(kernel, (4,), "mine", KeyError)
    assert threading.active_count() == before
    a = inputs((4,))
    assert np.array_equal(kernel_of(np.add, 0)[4](a), expected(np.sum, a, 0))


def test_what_is_no_axis_or_operator_is_refused():
    raises(kernel_of(np.add, 1), (4,), r"program_axes is 1; the kernel runs on the grid \(4,\), whose axes are 0 to 0")
    raises(kernel_of(np.subtract, 0), (4,), "op must be one that reduces")
    with pytest.raises(ValueError, match="the kernel runs without a grid"):
        nki.jit(lambda a: nl.all_reduce(nl.load(a), np.add, 0))(inputs(()))


def test_instructions_know_their_lines_in_every_program():
    @nki.jit
    def kernel(a):
        i = nl.program_id(0)
        total = nl.all_reduce(nl.load(a[i]), np.add, 0)
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(out[i], total)
        return out

    lines = [instruction["line"] for instruction in kernel[2].graph(inputs((2,))).to_dict()["instructions"]]
    first = kernel.function.__code__.co_firstlineno
    expected_lines = [3, 3, 3, 3, 3, 5, 3, 5]  # loads; copy, add, copy; store; copy; store
    assert [line - first for line in lines] == expected_lines


def test_a_kernel_hands_its_grid_on():
    @nki.jit
    def inner(a):
        i = nl.program_id(0)
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(out[i], nl.load(a[i]) * (i + 1))
        return out

    a = inputs((3,))
    outer = nki.jit(lambda a: inner[3](a))
    assert np.array_equal(outer[3](a), a * np.arange(1, 4, dtype=np.float32)[:, None, None])
    with pytest.raises(ValueError, match="is called inside a kernel, where no grid can be launched"):
        outer[2](a)
