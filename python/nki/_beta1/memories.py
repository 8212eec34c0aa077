"""Memories, and where in them a tensor is placed."""

from nki import _core
from nki import language as nl
from nki._core import MemoryRegion

sbuf, psum = MemoryRegion.sbuf, MemoryRegion.psum
BANK_BYTES = 2048


class Placement:
    """What `buffer=` says: a memory and, on chip, a function that says where each tile is."""

    def __init__(self, space, place=None):
        self.space = space
        self._place = place  # (index of the tile, partitions, bytes per partition) -> (partition, byte) or None

    @classmethod
    def of(cls, buffer):
        """The placement that a value of `buffer=` stands for."""
        if buffer is None:
            return _IN_SBUF
        if isinstance(buffer, Placement):
            return buffer
        if isinstance(buffer, MemoryRegion):
            return _PLAIN[buffer]
        raise TypeError(
            f"nl.ndarray: buffer must be nl.sbuf, nl.psum, nl.hbm or a placement of nki.compiler, got {buffer!r}"
        )

    def address(self, index, shape, dtype):
        """Where a tile of this shape is, (start partition, byte), or None for wherever there is room."""
        if self._place is None:
            return None
        size = 1
        for axis in shape[1:]:
            size *= axis
        return self._place(index, shape[0], size * _core.dtype_bytes(dtype))

    def __repr__(self):
        return f"<placement in {self.space.name}>"


_PLAIN = {space: Placement(space) for space in (sbuf, psum, nl.private_hbm, nl.shared_hbm)}
_IN_SBUF = _PLAIN[sbuf]
