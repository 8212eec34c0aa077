"""Grids, ranges and the making of tensors."""

import re

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest


@nki.jit
def by_program(x):
    """Each program doubles its rows and notes who it is."""
    row, programs = nl.program_id(0), nl.num_programs(0)
    rows, columns = x.shape[0] // programs, x.shape[1]
    assert nl.program_ndim() == 1 and nl.num_programs((0,)) == nl.num_programs(None) == nl.num_programs() == programs
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    who = nl.ndarray((programs, 1), nl.int32, buffer=nl.shared_hbm)
    part = nl.ds(row * rows, rows)
    tile = nl.ndarray((rows, columns), x.dtype)
    nisa.dma_copy(dst=tile, src=x[part])
    nisa.tensor_tensor(dst=tile, data1=tile, data2=tile, op=nl.add)
    nisa.dma_copy(dst=out[part], src=tile)
    nisa.dma_copy(dst=who[row : row + 1], src=nl.full((1, 1), 10 * row, nl.int32))
    return out, who


@pytest.mark.parametrize("grid", [1, 2, (1,), (2,), np.int64(2)])
def test_programs_of_a_grid_share_results(grid):
    x = np.arange(8 * 12, dtype=np.float32).reshape(8, 12)
    out, who = by_program[grid](x)
    np.testing.assert_array_equal(out, x * 2)
    np.testing.assert_array_equal(who[:, 0], 10 * np.arange(grid[0] if isinstance(grid, tuple) else grid))


def test_without_a_grid_there_is_one_program():
    @nki.jit
    def kernel(x):
        assert nl.program_ndim() == 0 and nl.program_id(0) == 0 and nl.num_programs(0) == 1
        return nl.zeros(x.shape, x.dtype, buffer=nl.shared_hbm)

    np.testing.assert_array_equal(kernel(np.ones((2, 2), np.float32)), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("grid", "message"),
    [(bad, r"kernel\[cores\] takes a positive integer") for bad in (0, -1, 1.5, "2", (2, 0), True)]
    + [(several, r"kernel\[cores\] takes one number, .* got \(.*use loops") for several in ((2, 2), (1, 1), (4, 1))]
    + [(many, rf"kernel\[{many}\]: a logical NeuronCore has at most 2 cores; launch kernel\[2\]") for many in (3, 8)]
    + [((8,), r"kernel\[8\]: a logical NeuronCore has at most 2 cores"), ((), r"kernel\[cores\] takes one number")],
)
def test_a_grid_is_one_core_or_two(grid, message):
    for kernel in (by_program, nki.simulate(by_program)):
        with pytest.raises(ValueError, match=message):
            kernel[grid]


@pytest.mark.parametrize("make", [nl.affine_range, nl.sequential_range, nl.static_range])
def test_ranges_are_pythons(make):
    for arguments in [(5,), (2, 9), (1, 20, 3)]:
        assert list(make(*arguments)) == list(range(*arguments))


@pytest.mark.parametrize("buffer", ["sbuf", "psum", "private_hbm", "shared_hbm"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "int8"])
@pytest.mark.parametrize("shape", [(128, 3), (5, 2, 7), (1, 1)])
def test_filled_tensors(shape, dtype, buffer):
    @nki.jit
    def kernel(x):
        outs = []
        for tensor in (
            nl.zeros(shape, dtype, getattr(nl, buffer)),
            nl.ones(shape, dtype, getattr(nl, buffer)),
            nl.full(shape, -3, dtype, getattr(nl, buffer)),
        ):
            out = nl.ndarray(shape, dtype, buffer=nl.shared_hbm)
            if buffer == "psum":
                tile = nl.ndarray(shape, dtype)
                nisa.tensor_copy(dst=tile, src=tensor)
                tensor = tile
            nisa.dma_copy(dst=out, src=tensor)
            outs.append(out)
        return tuple(outs)

    for result, value in zip(kernel(np.zeros(1, np.float32)), (0, 1, -3), strict=True):
        assert result.shape == shape and result.dtype.name == dtype
        np.testing.assert_array_equal(result.astype(np.float64), np.full(shape, value))


@pytest.mark.parametrize("shape", [(3,), (300, 1000), (128 * 2048 + 5,), (7, 11, 13)])
def test_filled_tensors_of_hbm_of_any_size(shape):
    @nki.jit
    def kernel(x):
        return nl.full(shape, 2.5, nl.float32, nl.shared_hbm)

    np.testing.assert_array_equal(kernel(np.zeros(1, np.float32)), np.full(shape, 2.5))


def test_tile_sizes_of_the_targets():
    def sizes(target):
        seen = []

        @nki.jit(platform_target=target)
        def kernel(x):
            t = nl.tile_size
            seen.append((t.pmax, t.psum_fmax, t.gemm_stationary_fmax, t.gemm_moving_fmax, t.sbuf_size_bytes >> 20))
            return nl.zeros(x.shape, x.dtype, buffer=nl.shared_hbm)

        kernel(np.zeros((1, 1), np.float32))
        return seen[0]

    assert sizes("trn1") == (128, 512, 128, 512, 24)  # SBUF in MiB: 24, 28, 32
    assert sizes("trn2") == (128, 512, 128, 512, 28)
    assert sizes("trn3") == (128, 512, 128, 512, 32)


def test_all_members_of_tile_size(monkeypatch):
    t = nl.tile_size  # of trn1, the default
    monkeypatch.delenv("NEURON_PLATFORM_TARGET_OVERRIDE", raising=False)
    assert t.psum_fmax_bytes == 2048
    assert (t.psum_bank_fmax, t.psum_bank_fmax_bytes, t.psum_num_banks, t.bn_stats_fmax) == (512, 2048, 8, 512)
    assert t.sbuf_fmax * 4 == t.sbuf_fmax_bytes == t.total_available_sbuf_size == t.sbuf_size_bytes // 128
    assert t.psum_min_align == t.sbuf_min_align == 4
    for target, banks in (("trn1", 8), ("trn2", 7), ("trn3", 7)):
        monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", target)
        assert t.psum_num_banks == 8
        monkeypatch.setenv("NKI_DMA_TRANSPOSE_AS_PE_TRANSPOSE", "true")
        assert t.psum_num_banks == banks
        monkeypatch.delenv("NKI_DMA_TRANSPOSE_AS_PE_TRANSPOSE")


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: nl.program_id(1), ValueError, "nl.program_id: there is no axis 1; the "),
        (lambda: nl.program_id(-1), ValueError, "nl.program_id: there is no axis -1; the "),
        (lambda: nl.program_id("a"), TypeError, "nl.program_id: an axis of the grid is an integer, got 'a'"),
        (lambda: nl.num_programs(7), ValueError, "nl.num_programs: there is no axis 7; the "),
        (lambda: nl.num_programs((0, 2)), ValueError, "nl.num_programs: there is no axis 2; the "),
    ],
)
@pytest.mark.parametrize("grid", [(), (2,)])
def test_axes_that_no_grid_has(ask, error, said, grid):
    def kernel(x):
        ask()

    has = "grid is (2,)" if grid else "kernel was called without a grid, which counts as (1,)"
    with pytest.raises(error, match=re.escape(said + (has if error is ValueError else ""))):
        nki.jit(kernel).launch(grid, (np.zeros((8, 8), np.float32),), {})


def test_buffer_questions():
    assert nl.is_sbuf(nl.sbuf) and nl.is_psum(nl.psum) and nl.is_on_chip(nl.psum) and nl.is_hbm(nl.shared_hbm)
    assert not nl.is_on_chip(nl.hbm) and not nl.is_hbm(nl.sbuf) and nl.hbm is nl.private_hbm


@pytest.mark.parametrize(
    "use",
    [
        lambda t: t == 1,
        lambda t: np.sum(t),
        lambda t: np.exp(t),
        lambda t: np.array(t),
        lambda t: t + 1,
        len,
        list,
    ],
)
def test_values_of_tensors_cannot_be_used_while_tracing(use):
    def kernel(x):
        use(nl.ndarray((128, 8), nl.float32))

    with pytest.raises(TypeError, match="tensor|NkiTensor"):
        nki.jit(kernel)(np.ones((128, 8), np.float32))


def test_numpy_may_ask_for_sizes():
    def kernel(x):
        t = nl.zeros((128, 8), nl.float32, buffer=nl.shared_hbm)
        assert np.shape(t) == (128, 8) and np.ndim(t) == 2 and np.size(t) == 1024 and np.size(t, 1) == 8
        return t

    nki.jit(kernel)(np.ones((128, 8), np.float32))


def test_tensors_compare_by_identity():
    seen = []

    def kernel(x):
        t, u = (nl.ndarray((128, 8), nl.float32) for _ in range(2))
        seen.extend([t == t, t == u, t != u, t == None, t in [u, t]])  # noqa: E711
        with pytest.raises(TypeError, match="True and False are not indices"):
            t[True]
        out = nl.zeros((128, 8), nl.float32, buffer=nl.shared_hbm)
        return out

    nki.jit(kernel)(np.ones((128, 8), np.float32))
    assert seen == [True, False, True, False, True]


def test_slices_by_start_and_size_name_what_is_wrong():
    assert nl.ds(np.int64(2), 3) == slice(2, 5)
    for start, size, message in (
        ("a", 3, "nl.ds: start must be an integer or a register, got 'a'"),
        (0, None, "nl.ds: size must be an integer, got None"),
    ):
        with pytest.raises(TypeError, match=message):
            nl.ds(start, size)
    with pytest.raises(IndexError, match="nl.ds: start is -3; it must not be negative"):
        nl.ds(-3, 3)
