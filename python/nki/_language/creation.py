"""Making tensors."""

import inspect
import os

import numpy as np

from nki import _core
from nki import isa as nisa
from nki._core import NkiTensor
from nki._language.memory import is_on_chip, sbuf
from nki._language.tiles import hbm_pieces, new_tile, result_dtype, whole
from nki._numpy import numpy_dtype


def ndarray(shape, dtype, buffer=sbuf, name="", address=None):
    """A new tensor, not initialised.

    Args:
        shape: sizes, at most five. On chip axis 0 is the partition axis (at most 128) and there are two axes or more.
        dtype: an nl data type.
        buffer: nl.sbuf, nl.psum, nl.hbm (private_hbm) or nl.shared_hbm; results of a kernel are in shared_hbm.
        name: for messages; made up if left out.
        address: (start partition, byte offset in each partition) on chip; chosen by the allocator if None.

    Errors: ValueError for a shape or address that the target does not have, TypeError for another dtype or buffer.
    Source: nki.language.ndarray, NKI 0.6.
    """
    return _core.new_tensor(shape, dtype, buffer, name, address)


def zeros(shape, dtype, buffer=sbuf, name=""):
    """A new tensor of zeros. Source: nki.language.zeros, NKI 0.6."""
    return full(shape, 0, dtype, buffer, name)


def ones(shape, dtype, buffer=sbuf, name=""):
    """A new tensor of ones. Source: nki.language.ones, NKI 0.6."""
    return full(shape, 1, dtype, buffer, name)


def full(shape, fill_value, dtype, buffer=sbuf, name=""):
    """A new tensor whose elements all are `fill_value`. Source: nki.language.full, NKI 0.6."""
    tensor = _core.new_tensor(shape, dtype, buffer, name, None)
    if is_on_chip(tensor.buffer):
        nisa.memset(tensor, whole(fill_value, tensor.dtype))
    else:
        _fill_hbm(tensor, whole(fill_value, tensor.dtype))
    return tensor


def _fill_hbm(tensor, value):
    """Copies a tile of the value over a tensor in HBM, which no compute engine can reach."""
    tile = None
    for piece in hbm_pieces(tensor):
        if tile is None:  # the first piece is the largest
            tile = new_tile(piece.shape, tensor.dtype)
            nisa.memset(tile, value)
        rows, columns = piece.shape
        nisa.dma_copy(piece, tile[0:rows, 0:columns])


def zeros_like(x, dtype=None, buffer=None, name=""):
    """Zeros in SBUF with the shape and, unless told otherwise, dtype of x. Source: nki.language.zeros_like, NKI 0.6."""
    return zeros(*_like("zeros_like", x, dtype, sbuf if buffer is None else buffer), name)


def empty_like(x, dtype=None, buffer=None, name=""):
    """nl.ndarray with the shape and, unless told otherwise, dtype and memory of x. Source: nki.language, NKI 0.6."""
    return ndarray(*_like("empty_like", x, dtype, buffer), name)


def _like(function, x, dtype, buffer):
    if not isinstance(x, NkiTensor):
        raise TypeError(f"nl.{function}: x must be a tensor, got {x!r}")
    return x.shape, result_dtype(dtype, x.dtype), x.buffer if buffer is None else buffer


def shared_constant(constant, dtype=None):
    """A tensor in shared HBM with the contents of a NumPy array, or of the .npy file at a path.

    `dtype`, of NKI 0.1 and 0.2, converts the values.

    Errors: TypeError for a dtype that NKI does not have. Source: nki.language.shared_constant, NKI 0.6.
    """
    array = np.ascontiguousarray(np.load(constant) if isinstance(constant, (str, os.PathLike)) else constant)
    if dtype is not None:
        array = np.ascontiguousarray(array.astype(numpy_dtype(_core.parse_dtype(dtype))))
    return _core.new_constant(array.view(np.uint8).reshape(-1), list(array.shape), array.dtype)


shared_constant.__signature__ = inspect.Signature([inspect.signature(shared_constant).parameters["constant"]])
