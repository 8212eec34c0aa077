"""Tensors indexed by tiles: rows that only a run knows."""

from nki import _core
from nki._beta1.tiles import Tile, is_on_chip, sbuf


def select(tensor, key):
    """tensor[index, columns]: a row of a tensor in HBM for each partition of an index tile [rows, 1] in SBUF.

    The tile indexes the first axis, or one behind axes that are indexed by integers; the other indices are slices,
    integers, or index expressions along the free axes of the result.
    """
    items = list(key) if isinstance(key, tuple) else [key]
    axes = [axis for axis, item in enumerate(items) if isinstance(item, Tile)]
    if len(axes) != 1:
        raise ValueError(
            f"index: {len(axes)} tiles index {tensor.name}; one can, and other indices are known in advance"
        )
    axis = axes[0]
    index, before, behind = items[axis], items[:axis], items[axis + 1 :]
    _check(tensor, before, index)
    base = tensor[tuple(before)] if before else tensor
    first = base[(0, *behind)] if behind else base[0]
    columns = _core.plain(first).get_pattern()
    if any(isinstance(item, _core.Index) for item in behind):  # whose first axis is that of the rows
        columns = columns[1:]
    base = _core.plain(base)
    offset = _core.plain(first).offset - base.offset
    rows = [base.strides[0], index.shape[0]]
    return _core.as_tile(base.ap([rows, *columns], offset, vector_offset=_core.plain(index)))


def _check(tensor, before, index):
    if is_on_chip(tensor):
        raise ValueError(
            f"index: {tensor.name} is in {tensor.buffer.name}; a tile can index tensors in HBM only, see "
            "nl.gather_flattened"
        )
    if not all(hasattr(item, "__index__") for item in before):
        raise ValueError(f"index: the axes of {tensor.name} in front of the one that a tile indexes take integers only")
    if index.buffer is not sbuf:
        raise ValueError(f"index: {index.name} is in {index.buffer.name}; indices must be in SBUF: nl.load them")
    if index.size != index.shape[0]:
        raise ValueError(
            f"index: {index.name} has the shape {index.shape}; an index tile has one element per partition"
        )
