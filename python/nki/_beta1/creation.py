"""New tensors."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.blocks import Blocks
from nki._beta1.indices import PartitionAxis
from nki._beta1.launch import present
from nki._beta1.memories import Placement
from nki._beta1.tiles import Tile, is_on_chip, new_tile, psum, say_ignored, sbuf


def ndarray(shape, dtype, *, buffer=None, name="", **kwargs):
    """A new tensor without values: a tile in SBUF unless told otherwise.

    Args:
        shape: sizes; in SBUF and PSUM the first is the partition axis, or the one that nl.par_dim marks: axes in front
            of it count tiles.
        dtype: a NumPy data type, or one of nl's.
        buffer: nl.sbuf, nl.psum, nl.hbm, nl.private_hbm, nl.shared_hbm, or a placement of nki.compiler.
        name: for messages.

    Source: nki.language.ndarray, NKI 2.26.
    """
    if kwargs:
        say_ignored("nl.ndarray", kwargs)
    shape, placement, name = _sizes(shape), Placement.of(buffer), name or ""
    dtype = dtypes.name_of(dtype)
    space = placement.space
    if space not in (sbuf, psum):
        make = lambda: _core.new_tile(shape, dtype, space, name, None)  # noqa: E731
        made = present().shared(shape, dtype, name, make) if space is nl.shared_hbm else make()
        return _core.as_tile(made)
    blocks, tile = _split(shape, placement)

    def make_tile(at):
        made = _core.as_tile(_core.new_tile(tile, dtype, space, name, placement.address(at, tile, dtype)))
        made.row = len(shape) == len(blocks) + 1  # [P, 1] for what has the partition axis alone
        return made

    return Blocks.make(blocks, make_tile) if blocks else make_tile(())


def _sizes(shape):
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def _split(shape, placement):
    """The axes that count tiles, and those of a tile."""
    marked = [axis for axis, size in enumerate(shape) if isinstance(size, PartitionAxis)]
    if len(marked) > 1:
        raise ValueError(
            f"nl.ndarray: shape {shape} marks {len(marked)} axes by nl.par_dim; a tile has one partition axis"
        )
    first = marked[0] if marked else 0
    tile = shape[first:]
    return shape[:first], tile if len(tile) > 1 else (*tile, 1)


def full(shape, fill_value, dtype, *, buffer=None, name="", **kwargs):
    """A new tensor whose elements all are `fill_value`. Source: nki.language.full, NKI 2.26."""
    if kwargs:
        say_ignored("nl.full", kwargs)
    tensor = ndarray(shape, dtype, buffer=buffer, name=name)
    if isinstance(tensor, Tile) and not is_on_chip(tensor):
        _fill_hbm(tensor, fill_value)
    else:
        tensor[...] = fill_value
    return tensor


def _fill_hbm(tensor, value):
    """Copies a tile of the value to all parts of a tensor in HBM."""
    size, columns = tensor.size, max(n for n in range(1, 2049) if tensor.size % n == 0)
    flat, rows = _core.plain(tensor).reshape((size // columns, columns)), min(128, size // columns)
    tile = new_tile((rows, columns), tensor.dtype_name)
    tile[...] = value
    for row in range(0, size // columns, rows):
        part = flat[row : min(row + rows, size // columns)]
        nisa.dma_copy(part, tile[0 : part.shape[0]])


def zeros(shape, dtype, *, buffer=None, name="", **kwargs):
    """A new tensor of zeros. Source: nki.language.zeros, NKI 2.26."""
    if kwargs:
        say_ignored("nl.zeros", kwargs)
    return full(shape, 0, dtype, buffer=buffer, name=name, **kwargs)


def ones(shape, dtype, *, buffer=None, name="", **kwargs):
    """A new tensor of ones. Source: nki.language.ones, NKI 2.26."""
    if kwargs:
        say_ignored("nl.ones", kwargs)
    return full(shape, 1, dtype, buffer=buffer, name=name, **kwargs)


def zeros_like(a, dtype=None, *, buffer=None, name="", **kwargs):
    """Zeros in the shape of a. Source: nki.language.zeros_like, NKI 2.26."""
    if kwargs:
        say_ignored("nl.zeros_like", kwargs)
    return zeros(a.shape, dtype or a.dtype, buffer=a.buffer if buffer is None else buffer, name=name)


def empty_like(a, dtype=None, *, buffer=None, name="", **kwargs):
    """nl.ndarray in the shape of a. Source: nki.language.empty_like, NKI 2.26."""
    if kwargs:
        say_ignored("nl.empty_like", kwargs)
    return ndarray(a.shape, dtype or a.dtype, buffer=a.buffer if buffer is None else buffer, name=name)


def shared_constant(constant, dtype=None, **kwargs):
    """A NumPy array as a tensor in HBM. Source: nki.language.shared_constant, NKI 2.26."""
    if kwargs:
        say_ignored("nl.shared_constant", kwargs)
    array = np.asarray(constant)
    if dtype is not None:
        array = array.astype(dtypes.numpy_type(dtypes.name_of(dtype)))
    return _core.as_tile(nl.shared_constant(np.ascontiguousarray(array)))


def shared_identity_matrix(n, dtype=np.uint8, **kwargs):
    """The identity matrix as a tensor in HBM. Source: nki.language.shared_identity_matrix, NKI 2.26."""
    if kwargs:
        say_ignored("nl.shared_identity_matrix", kwargs)
    return shared_constant(np.identity(n), dtype)
