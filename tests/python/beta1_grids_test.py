"""Grids of Beta 1: how they are written, what programs know, what they share."""

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import nki as nki_errors
import numpy as np
import pytest

A = np.random.default_rng(0).random((8, 32, 16), np.float32)


@nki.jit
def places(a):
    """For each program, by the order in which it runs: its index, the sizes and the number of axes of the grid."""
    axes = nl.program_ndim()
    out = nl.ndarray((nl.num_programs(), 3, 2 * axes + 1), dtype=nl.int32, buffer=nl.shared_hbm)
    at = 0
    for axis in range(axes):
        at = at * nl.num_programs(axis) + nl.program_id(axis)
    row = [nl.program_id(axis) for axis in range(axes)] + [nl.num_programs(axes=axis) for axis in range(axes)] + [axes]
    for column, value in enumerate(row):
        nl.store(out[at, :, column : column + 1], nl.full((3, 1), value, nl.int32))
    return out


@pytest.mark.parametrize(
    "grid, sizes",
    [
        (4, (4,)),
        ((4,), (4,)),
        ([4, 1], (4, 1)),
        ((4, 2), (4, 2)),
        ((1, 1, 1), (1, 1, 1)),
        ((2, 3, 2), (2, 3, 2)),
        (np.int64(3), (3,)),
        (nl.nc(2), (2,)),
        ((nl.nc(2) * 2, 2), (4, 2)),
        ((2 * nl.nc(2), 2), (4, 2)),
        (nl.spmd_dim(nl.nc(2), 2), (4,)),
        ((3, nl.spmd_dim(2, nl.nc(2))), (3, 4)),
    ],
)
def test_programs_know_their_place(grid, sizes):
    out = places[grid](A)
    indices = list(np.ndindex(*sizes))
    assert len(out) == len(indices)
    for index, rows in zip(indices, out, strict=True):
        assert (rows == [*index, *sizes, len(sizes)]).all()


def test_without_a_grid_there_is_one_program():
    assert places(A).tolist() == [[[0]] * 3]
    assert (places[1](A) == [0, 1, 1]).all()


def test_launches_of_one_kernel_are_told_apart():
    assert [places[grid](A).shape for grid in (2, (2, 1), 3, 2)] == [(2, 3, 3), (2, 3, 5), (3, 3, 3), (2, 3, 3)]
    assert len(places.specializations()) >= 3


def test_num_programs_of_several_axes():
    @nki.jit
    def kernel(a):
        out = nl.ndarray((1, 3), dtype=nl.int32, buffer=nl.shared_hbm)
        for column, value in enumerate((nl.num_programs((0, 2)), nl.num_programs([1]), nl.num_programs())):
            nl.store(out[:, column : column + 1], nl.full((1, 1), value, nl.int32))
        return out

    assert kernel[2, 3, 5](A).tolist() == [[10, 3, 30]]


WRONG = [
    (lambda: places[0], ValueError, r"takes positive integers, nl.nc and nl.spmd_dim, got kernel\[0\]"),
    (lambda: places[2, -1], ValueError, r"got kernel\[2, -1\]"),
    (lambda: places[()], ValueError, r"got kernel\[\(\)\]"),
    (lambda: places[1.5], ValueError, r"got kernel\[1.5\]"),
    (lambda: places["2"], ValueError, r"got kernel\['2'\]"),
    (lambda: places[True], ValueError, r"got kernel\[True\]"),
    (lambda: places[None], ValueError, r"got kernel\[None\]"),
    (lambda: places[1:2], ValueError, r"got kernel\[slice\(1, 2, None\)\]"),
    (lambda: places[nl.nc(2), nl.nc(2)], ValueError, "one axis of a grid may have nl.nc"),
    (lambda: nl.nc(3), ValueError, "nl.nc: a grid has 1 to 2 cores, got 3"),
    (lambda: nl.nc(0), ValueError, "nl.nc: a grid has 1 to 2 cores, got 0"),
    (lambda: nl.nc("2"), ValueError, "nl.nc: a grid has 1 to 2 cores, got '2'"),
    (lambda: nl.nc(2) * 0, ValueError, "takes positive integers and nl.nc"),
    (lambda: nl.nc(2) * 1.5, ValueError, "takes positive integers and nl.nc"),
    (lambda: nl.nc(2) * nl.nc(2), ValueError, "may stand in it once"),
    (lambda: nl.spmd_dim(nl.nc(2), nl.nc(2)), ValueError, "nl.spmd_dim: nl.nc.* may stand in it once"),
    (lambda: nl.spmd_dim(), ValueError, "nl.spmd_dim: takes positive integers and nl.nc.*, got none"),
    (lambda: nl.spmd_dim(2, "x"), ValueError, "nl.spmd_dim: takes positive integers .*, got 2, 'x'"),
]


@pytest.mark.parametrize("call, error, message", WRONG)
def test_wrong_grids_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_axes_that_the_grid_lacks_are_refused():
    @nki.jit
    def kernel(a, axis, function):
        getattr(nl, function)(axis)
        return a

    for axis in (2, -1, 1.0, "0", True, None):
        with pytest.raises(ValueError, match=rf"nl.program_id: axis {axis!r} is out of range; .* grid \(4, 2\)"):
            kernel[4, 2](A, axis, "program_id")
    with pytest.raises(
        ValueError, match=r"nl.num_programs: axis 2 is out of range; the kernel runs on the grid \(4, 2\)"
    ):
        kernel[4, 2](A, 2, "num_programs")


def test_programs_share_what_is_in_shared_hbm():
    @nki.jit
    def scan(a):
        """Each program adds its row to what the one before has left."""
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm, name="out")
        i = nl.program_id(0)
        total = nl.load(a[i])
        if i > 0:
            total = total + nl.load(out[i - 1])
        nl.store(out[i], total)
        return out

    assert np.array_equal(scan[8](A), np.cumsum(A, axis=0, dtype=np.float32))


def test_each_program_has_its_own_private_hbm():
    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        mine = nl.ndarray(a.shape[1:], dtype=a.dtype, buffer=nl.hbm)
        i = nl.program_id(0)
        nl.store(mine, nl.load(a[i]) + 1)
        nl.store(out[i], nl.load(mine))
        return out

    assert np.array_equal(kernel[8](A), A + 1)
    names = [tensor["name"] for tensor in kernel[8].graph(A).to_dict()["tensors"] if tensor["space"] == "private_hbm"]
    assert len(set(names)) == 8


def shares(make):
    """A kernel whose programs make what `make(program)` says in shared HBM, and return the first of it."""

    @nki.jit
    def kernel(a):
        tensors = make(nl.program_id(0), lambda *args, **kwargs: nl.ndarray(*args, buffer=nl.shared_hbm, **kwargs))
        nl.store(tensors[0][...], nl.full(tensors[0].shape, 1, tensors[0].dtype))
        return tensors[0]

    return kernel[2]


F = nl.float32


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda i, new: [new((4, 8 + i), F, name="out")],
            r"program 1 .* makes out \(4, 9\) float32 in shared HBM, and program 0 made out \(4, 8\) float32 there",
        ),
        (
            lambda i, new: [new((4, 8), F if i else nl.int32, name="out")],
            r"makes out \(4, 8\) float32 in shared HBM, and program 0 made out \(4, 8\) int32",
        ),
        (
            lambda i, new: [new((4, 8), F, name=f"out{i}")],
            r"makes out1 \(4, 8\) float32 in shared HBM, and program 0 made out0 \(4, 8\)",
        ),
        (
            lambda i, new: [new((4, 8), F, name="out"), *([new((2, 2), F)] if i else [])],
            r"makes a tensor \(2, 2\) float32 in shared HBM, and program 0 made no further tensor there",
        ),
        (
            lambda i, new: [new((4, 8), F, name="out"), *([] if i else [new((2, 2), F, name="more")])],
            "kernel: program 0 of the grid made more in shared HBM, and program 1 did not",
        ),
    ],
)
def test_programs_must_share_the_same_tensors(make, message):
    with pytest.raises(ValueError, match=message):
        shares(make)(A)


def test_tensors_of_one_name_are_told_apart():
    assert shares(lambda i, new: [new((4, 8), F, name="out"), new((4, 8), F, name="out")])(A).shape == (4, 8)


@pytest.mark.parametrize(
    "result, message",
    [
        (lambda i, x, y: x if i else y, r"program 0 of the grid returned y and program 1 returned x"),
        (lambda i, x, y: (x, i), r"program 0 of the grid returned \(x, 0\) and program 1 returned \(x, 1\)"),
        (lambda i, x, y: (x, y) if i else (y, x), r"returned \(y, x\) and program 1 returned \(x, y\)"),
        (lambda i, x, y: None if i else x, r"returned x and program 1 returned None"),
    ],
)
def test_programs_must_return_the_same(result, message):
    @nki.jit
    def kernel(a):
        x, y = [nl.ndarray((4, 8), dtype=nl.float32, buffer=nl.shared_hbm, name=name) for name in "xy"]
        nl.store(x, nl.zeros((4, 8), nl.float32))
        nl.store(y, nl.zeros((4, 8), nl.float32))
        return result(nl.program_id(0), x, y)

    with pytest.raises(nki_errors.VerifyError, match=message):
        kernel[2](A)
    with pytest.raises(nki_errors.VerifyError, match=message):
        nki_errors.simulate(kernel[2])(A)


def test_private_results_of_programs_differ():
    @nki.jit
    def kernel(a):
        mine = nl.ndarray((4, 8), dtype=nl.float32, buffer=nl.hbm)
        nl.store(mine, nl.zeros((4, 8), nl.float32))
        return mine

    with pytest.raises(nki_errors.VerifyError, match="all programs must return the same tensors"):
        kernel[2](A)


def test_shared_hbm_inside_a_loop_is_refused():
    @nki.jit
    def kernel(a):
        for _ in nl.affine_range(2):
            out = nl.ndarray((4, 8), dtype=nl.float32, buffer=nl.shared_hbm, name="out")
        return out

    with pytest.raises(ValueError, match=r"nl.ndarray: out \(4, 8\) float32 in shared HBM is made inside a loop"):
        kernel(A)


def test_a_grid_inside_a_kernel_is_refused():
    @nki.jit
    def kernel(a):
        return places[2](a)

    with pytest.raises(ValueError, match=r"places\[2\] is called inside a kernel, where no grid can be launched"):
        kernel(A)
