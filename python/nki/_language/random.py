"""Random numbers. The bits of the devices' generators are not published: only repetition by a seed can be relied on."""

from nki import _core
from nki import isa as nisa
from nki._core import MemoryRegion, NkiTensor
from nki._language import dtypes
from nki._language.elementwise import multiply, right_shift
from nki._language.tiles import hbm_pieces, new_tile, require_tile, result_dtype, with_dtype


def rand(shape, dtype, buffer=MemoryRegion.sbuf, name=""):
    """A new tensor of random numbers from 0 up to 1.

    From trn3 of nisa.rand2; before, the upper 24 bits of nisa.rng. Source: nki.language.rand, NKI 0.6.
    """
    tensor = _core.new_tensor(shape, dtype, buffer, name, None)
    if tensor.buffer in (MemoryRegion.sbuf, MemoryRegion.psum):
        _fill(tensor)
    else:
        for piece in hbm_pieces(tensor):
            tile = new_tile(piece.shape, dtype)
            _fill(tile)
            nisa.dma_copy(piece, tile)
    return tensor


def _fill(tile):
    if _core.target_facts(_core.current_target())["nc_version"] >= 4:
        nisa.rand2(tile, 0.0, 1.0)
    else:
        bits = new_tile(tile.shape, dtypes.uint32)
        nisa.rng(bits)
        nisa.tensor_scalar(bits, bits, right_shift, 8)
        nisa.tensor_scalar(tile, bits, multiply, 2.0**-24)


def random_seed(seed):
    """Starts the sequence of nl.rand anew.

    Args:
        seed: tile [1, 1] of a 32-bit dtype in SBUF or PSUM, such as nl.full((1, 1), 42, nl.int32).

    Source: nki.language.random_seed, NKI 0.6.
    """
    if not isinstance(seed, NkiTensor):
        raise TypeError(
            f"nl.random_seed: seed must be a tile [1, 1], got {seed!r}; say nl.full((1, 1), {seed!r}, nl.int32)"
        )
    nisa.set_rng_seed(require_tile("random_seed", "seed", seed))


def dropout(x, rate, dtype=None):
    """x with elements zeroed at random; the others stay as they are.

    Args:
        x: the tile.
        rate: the probability of a zero: a number, or a tile [P, 1].
        dtype: of the result; that of x if None.

    Source: nki.language.dropout, NKI 0.6.
    """
    require_tile("dropout", "x", x)
    result = new_tile(x.shape, x.dtype)
    nisa.dropout(result, x, rate)
    return with_dtype(result, result_dtype(dtype, x.dtype))
