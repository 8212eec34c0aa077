"""Memory that only the run knows to be written: reading what is not is an error, and never another kernel's data."""

import warnings

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import result_of, tile_of

X = np.arange(8 * 64, dtype=np.float32).reshape(8, 64)


def count_of(array):
    return nisa.register_alloc(tile_of(array))


def as_index(*values):
    return np.array(values, np.int32)[:, None]


@nki.jit
def fill_the_chip(x):
    """Leaves 7 in all of SBUF and PSUM."""
    whole = nl.ndarray((128, 44 * 1024), nl.float32, buffer=nl.sbuf)
    nisa.memset(whole, 7.0)
    for _ in range(8):
        bank = nl.ndarray((128, 512), nl.float32, buffer=nl.psum)
        nisa.memset(bank, 7.0)
    return result_of(whole[:1, :1])


@pytest.fixture(autouse=True)
def dirty():
    fill_the_chip(np.zeros(1, np.float32))


def agrees(kernel, *arrays):
    """What a kernel returns, which nki.simulate returns too, without a warning."""
    result = nki.jit(kernel)(*arrays)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(nki.simulate(kernel)(*arrays), result)
    return result


def refused(kernel, *arrays, match):
    """The kernel reads what nothing has written; nki.simulate warns and gives what it returns."""
    message = rf"\.py:\d+: error: {match}.*nothing has written.*in this run"
    with pytest.raises(nki.RunError, match=message) as caught:
        nki.jit(kernel)(*arrays)
    assert "unwritten_test.py:" in str(caught.value)  # the kernel's own line, also where small_kernels reads
    with pytest.warns(nki.NkiWarning, match="nothing has written"):
        return nki.simulate(kernel)(*arrays)


def row_of_scratch(x, at):
    scratch = nl.ndarray((1024, 64), nl.float32, buffer=nl.private_hbm)
    nisa.dma_copy(scratch[0:2], x[0:2])
    tile = nl.ndarray((1, 64), nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(tile, scratch.ap([[64, 1], [1, 64]], scalar_offset=count_of(at)))
    return result_of(tile)


def test_a_row_of_hbm_that_a_scalar_offset_chooses():
    for row in (0, 1):
        np.testing.assert_array_equal(agrees(row_of_scratch, X, as_index(row)), X[row : row + 1])
    shown = refused(row_of_scratch, X, as_index(5), match=r"dma_copy: src reads row 5, byte 0 of hbm.0 \(private_hbm\)")
    assert np.isnan(shown).all()


def rows_of_scratch(x, rows):
    scratch = nl.ndarray((16, 64), nl.float32, buffer=nl.private_hbm)
    nisa.dma_copy(scratch[0:8], x)
    tile = nl.ndarray((rows.shape[0], 64), nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(tile, scratch.ap([[64, rows.shape[0]], [1, 64]], vector_offset=tile_of(rows)))
    return result_of(tile)


def test_rows_of_hbm_that_a_vector_offset_chooses():
    np.testing.assert_array_equal(agrees(rows_of_scratch, X, as_index(7, 0, 3)), X[[7, 0, 3]])
    shown = refused(rows_of_scratch, X, as_index(7, 9, 3), match="dma_copy: src reads row 9, byte 0 of hbm.0")
    np.testing.assert_array_equal(shown, [X[7], np.full(64, np.nan), X[3]])


def columns_of_a_tile(x, at):
    tile = nl.ndarray((8, 64), nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(tile[:, 0:32], x[:, 0:32])
    chosen = nl.ndarray((8, 16), nl.float32, buffer=nl.sbuf)
    nisa.tensor_copy(chosen, tile.ap([[64, 8], [1, 16]], scalar_offset=count_of(at), indirect_dim=1))
    return result_of(chosen)


def test_columns_of_a_tile():
    np.testing.assert_array_equal(agrees(columns_of_a_tile, X, as_index(16)), X[:, 16:32])
    refused(columns_of_a_tile, X, as_index(17), match=r"tensor_copy: src reads partition 0, byte 128 of sbuf.\d")


def written_by_a_loop(x, count):
    tile = nl.ndarray((8, 64), nl.float32, buffer=nl.sbuf)
    for _ in nl.dynamic_range(count_of(count)):
        nisa.dma_copy(tile, x)
        nisa.tensor_scalar(tile, tile, op0=nl.add, operand0=1.0)
    nisa.tensor_scalar(tile, tile, op0=nl.add, operand0=1.0)
    return result_of(tile)


def test_a_tile_that_a_loop_writes_if_it_runs():
    for count in (1, 3):
        np.testing.assert_array_equal(agrees(written_by_a_loop, X, as_index(count)), X + 2)
    refused(written_by_a_loop, X, as_index(0), match=r"tensor_scalar: data reads partition 0, byte 0 of sbuf.\d")


def written_row_by_row(x, count):
    scratch = nl.ndarray(x.shape, nl.float32, buffer=nl.private_hbm)
    for i in nl.dynamic_range(count_of(count)):
        row = nl.ndarray((1, 64), nl.float32, buffer=nl.sbuf)
        nisa.dma_copy(row, x.ap([[64, 1], [1, 64]], scalar_offset=i))
        nisa.dma_copy(scratch.ap([[64, 1], [1, 64]], scalar_offset=i), row)
    return result_of(tile_of(scratch))


def test_rows_that_a_loop_writes_are_read_together():
    np.testing.assert_array_equal(agrees(written_row_by_row, X, as_index(8)), X)
    shown = refused(written_row_by_row, X, as_index(7), match="dma_copy: src reads row 7, byte 0 of hbm.0")
    np.testing.assert_array_equal(shown, [*X[:7], np.full(64, np.nan)])


def made_anew_in_each_pass(x, counts):
    """The inner loop may leave the tile of a pass unwritten; the tile of the pass before is another one."""
    out = nl.ndarray((counts.shape[0], 64), nl.float32, buffer=nl.shared_hbm)
    for i in nl.dynamic_range(counts.shape[0]):
        row = nl.ndarray((1, 64), nl.float32, buffer=nl.sbuf)
        for _ in nl.dynamic_range(count_of(counts.ap([[1, 1], [1, 1]], scalar_offset=i))):
            nisa.dma_copy(row, x[2:3])
        nisa.dma_copy(out.ap([[64, 1], [1, 64]], scalar_offset=i), row)
    return out


def test_a_tile_that_each_pass_makes_anew():
    np.testing.assert_array_equal(agrees(made_anew_in_each_pass, X, as_index(1, 2)), X[[2, 2]])
    refused(made_anew_in_each_pass, X, as_index(2, 0), match=r"dma_copy: src reads partition 0, byte 0 of sbuf.\d")


def gathered_skipping(x, rows, clear):
    tile = nl.ndarray((rows.shape[0], 64), nl.float32, buffer=nl.sbuf)
    if clear:
        nisa.memset(tile, -1.0)
    source = x.ap([[64, rows.shape[0]], [1, 64]], vector_offset=tile_of(rows))
    nisa.dma_copy(tile, source, oob_mode=nisa.oob_mode.skip)
    return result_of(tile)


def test_a_gather_that_skips_rows():
    np.testing.assert_array_equal(agrees(gathered_skipping, X, as_index(5, 0), False), X[[5, 0]])
    kept = agrees(gathered_skipping, X, as_index(5, 99), True)
    np.testing.assert_array_equal(kept, [X[5], np.full(64, -1)])
    refused(gathered_skipping, X, as_index(5, 99), False, match=r"dma_copy: src reads partition 1, byte 0 of sbuf.\d")


def scattered_skipping(x, rows):
    scratch = nl.ndarray((4, 64), nl.float32, buffer=nl.private_hbm)
    target = scratch.ap([[64, rows.shape[0]], [1, 64]], vector_offset=tile_of(rows))
    nisa.dma_copy(target, tile_of(x[0 : rows.shape[0]]), oob_mode=nisa.oob_mode.skip)
    return result_of(tile_of(scratch))


def test_a_scatter_that_skips_rows():
    np.testing.assert_array_equal(agrees(scattered_skipping, X, as_index(3, 99, 0, 2, 1)), X[[2, 4, 3, 0]])
    refused(scattered_skipping, X, as_index(3, 99, 0, 2), match="dma_copy: src reads row 1, byte 0 of hbm.0")


def loaded_beyond_the_end(x, rows):
    tile = nl.ndarray((12, 64), nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(tile, x.ap([[64, 12], [1, 64]]), oob_mode=nisa.oob_mode.skip)
    return result_of(tile[0:rows])


def test_a_load_that_leaves_out_what_lies_beyond_its_source():
    np.testing.assert_array_equal(agrees(loaded_beyond_the_end, X, 8), X)
    with pytest.raises(nki.VerifyError, match=r"partition 8, byte 0 of sbuf.\d.*uninitialised-read"):
        nki.jit(loaded_beyond_the_end)(X, 9)


def transposed_skipping(x, at):
    tile = nl.ndarray((64, 4), nl.float32, buffer=nl.sbuf)
    source = x.ap([[64, 4], [1, 64]], scalar_offset=count_of(at))
    nisa.dma_transpose(tile, source, oob_mode=nisa.oob_mode.skip)
    return result_of(tile)


def test_a_transpose_that_skips_rows():
    np.testing.assert_array_equal(agrees(transposed_skipping, X, as_index(4)), X[4:8].T)
    refused(transposed_skipping, X, as_index(5), match=r"dma_copy: src reads partition 0, byte 12 of sbuf.\d")


def summed_skipping(x, rows, sums):
    scratch = nl.ndarray((16, 64), nl.float32, buffer=nl.private_hbm)
    nisa.dma_copy(scratch[0:8], x)
    tile = tile_of(sums)
    source = scratch.ap([[64, sums.shape[0]], [1, 64]], vector_offset=tile_of(rows))
    nisa.dma_compute(tile, [tile, source], reduce_op=nl.add, oob_mode=nisa.oob_mode.skip)
    return result_of(tile)


def test_a_sum_that_skips_rows():
    sums = np.ones((2, 64), np.float32)
    np.testing.assert_array_equal(agrees(summed_skipping, X, as_index(3, 99), sums), [X[3] + 1, sums[1]])
    refused(summed_skipping, X, as_index(3, 9), sums, match="dma_compute: srcs reads row 9, byte 0 of hbm.0")


def summed_by_loops(a, first, second):
    """Two loops that accumulate where something was written."""
    tile, total = tile_of(a), nl.ndarray((64, 64), nl.float32, buffer=nl.psum)
    for count in (first, second):
        for _ in nl.dynamic_range(count_of(count)):
            nisa.nc_matmul(total, tile, tile)
    result = nl.ndarray((64, 64), nl.float32, buffer=nl.sbuf)
    nisa.tensor_copy(result, total)
    return result_of(result)


@pytest.mark.parametrize("first, second", [(1, 0), (0, 1), (2, 3), (0, 2), (1, 1)])
def test_accumulating_behind_a_loop_that_may_not_run(first, second):
    a = X % 5
    result = agrees(summed_by_loops, a, as_index(first), as_index(second))
    np.testing.assert_array_equal(result, (first + second) * (a.T @ a))


def test_accumulating_behind_loops_that_do_not_run():
    refused(summed_by_loops, X, as_index(0), as_index(0), match="tensor_copy: src reads partition 0, byte 0 of psum.0")


def summed_at(a, rows):
    """Accumulates into columns that only the run knows."""
    tile, total = tile_of(a), nl.ndarray((64, 128), nl.float32, buffer=nl.psum)
    for i in nl.dynamic_range(rows.shape[0]):
        at = count_of(rows.ap([[1, 1], [1, 1]], scalar_offset=i))
        nisa.nc_matmul(total.ap([[128, 64], [1, 64]], scalar_offset=at, indirect_dim=1), tile, tile)
    result = nl.ndarray((64, 128), nl.float32, buffer=nl.sbuf)
    nisa.tensor_copy(result, total)
    return result_of(result)


def test_accumulating_at_a_dynamic_offset():
    a = X % 5
    product = a.T @ a
    for rows in ([0, 64], [64, 0, 64], [0, 0, 64]):
        expected = np.concatenate([rows.count(0) * product, rows.count(64) * product], axis=1)
        np.testing.assert_array_equal(agrees(summed_at, a, as_index(*rows)), expected)
    refused(summed_at, X, as_index(0, 0), match="tensor_copy: src reads partition 0, byte 256 of psum.0")


def kept_behind_a_loop(x, mask, count):
    tile = nl.ndarray(x.shape, nl.float32, buffer=nl.sbuf)
    for _ in nl.dynamic_range(count_of(count)):
        nisa.dma_copy(tile, x)
    nisa.tensor_copy_predicated(tile, src=5.0, predicate=tile_of(mask))
    return result_of(tile)


def test_what_an_instruction_keeps_behind_a_loop_that_may_not_run():
    mask = (X % 3 == 0).astype(np.uint32)
    np.testing.assert_array_equal(agrees(kept_behind_a_loop, X, mask, as_index(1)), np.where(mask, 5, X))
    result = nki.jit(kept_behind_a_loop)(X, mask, as_index(0))
    np.testing.assert_array_equal(result, np.where(mask, 5, 0))
    with pytest.warns(nki.NkiWarning, match="uninitialised-kept"):
        np.testing.assert_array_equal(nki.simulate(kept_behind_a_loop)(X, mask, as_index(0)), result)


def through_another_name(x, count):
    one = nl.ndarray((8, 64), nl.float32, buffer=nl.sbuf, address=(0, 512))
    other = nl.ndarray((8, 32), nl.float32, buffer=nl.sbuf, address=(0, 512 + 128))
    nisa.dma_copy(one[:, 0:32], x[:, 0:32])
    for _ in nl.dynamic_range(count_of(count)):
        nisa.dma_copy(other, x[:, 32:64])
    return result_of(one)


def test_tiles_at_one_address():
    np.testing.assert_array_equal(agrees(through_another_name, X, as_index(1)), X)
    refused(through_another_name, X, as_index(0), match=r"dma_copy: src reads partition 0, byte 128 of sbuf.\d")


def through_an_index(x, rows, count):
    index = nl.ndarray(rows.shape, nl.int32, buffer=nl.sbuf)
    for _ in nl.dynamic_range(count_of(count)):
        nisa.dma_copy(index, rows)
    tile = nl.ndarray((rows.shape[0], 64), nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(tile, x.ap([[64, rows.shape[0]], [1, 64]], vector_offset=index))
    return result_of(tile)


def test_an_index_that_nothing_has_written():
    np.testing.assert_array_equal(agrees(through_an_index, X, as_index(5, 3), as_index(1)), X[[5, 3]])
    message = r"dma_copy: vector_offset reads partition 0, byte 0 of sbuf.\d"
    refused(through_an_index, X, as_index(5, 3), as_index(0), match=message)


@nki.jit(platform_target="trn2")
def exchanged(x, counts):
    """Each core gives the other a tile that it has written if its count is not 0."""
    out = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
    core, half = nl.program_id(0), x.shape[0] // 2
    mine, got = (nl.ndarray((half, x.shape[1]), nl.float32, buffer=nl.sbuf) for _ in range(2))
    for _ in nl.dynamic_range(count_of(counts[core : core + 1])):
        nisa.dma_copy(mine, x[core * half : core * half + half])
    nisa.sendrecv(src=mine, dst=got, send_to_rank=1 - core, recv_from_rank=1 - core, pipe_id=0)
    nisa.dma_copy(out[core * half : core * half + half], got)
    return out


def test_what_cores_give_each_other():
    np.testing.assert_array_equal(exchanged[2](X, as_index(1, 1)), np.concatenate([X[4:], X[:4]]))
    with pytest.raises(nki.RunError, match=r"test\.py:\d+: error: sendrecv: src reads partition 0, byte 0 of"):
        exchanged[2](X, as_index(1, 0))


def test_usual_kernels_with_loops_are_not_watched():
    """Tiles that a pass makes and writes itself need no proof in the run, nor do results that nothing reads."""

    @nki.jit
    def doubled(x, count):
        out = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
        sums = nl.zeros((1, 64), nl.float32, buffer=nl.sbuf)
        for i in nl.dynamic_range(count_of(count)):
            row = nl.ndarray((1, 64), nl.float32, buffer=nl.sbuf)
            nisa.dma_copy(row, x.ap([[64, 1], [1, 64]], scalar_offset=i))
            nisa.tensor_tensor(sums, sums, row, op=nl.add)
            nisa.dma_copy(out.ap([[64, 1], [1, 64]], scalar_offset=i), row)
        nisa.dma_copy(out[7:8], sums)
        return out

    result = doubled(X, as_index(7))
    np.testing.assert_array_equal(result[:7], X[:7])
    np.testing.assert_array_equal(result[7], X[:7].sum(0))
