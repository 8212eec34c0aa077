"""Memories, and where in them a tensor is placed."""

from nki import _core
from nki import language as nl
from nki._core import MemoryRegion

sbuf, psum = MemoryRegion.sbuf, MemoryRegion.psum


class Placement:
    """What `buffer=` says: a memory and, on chip, a function that says where each tile is."""

    def __init__(self, space, place=None, said_by=""):
        self.space = space
        self._place = place  # (index, partitions, bytes per partition) -> (partition, byte), in PSUM after the bank
        self._said_by = said_by  # the name of the function that made it, for messages

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
        size = _core.dtype_bytes(dtype)
        for axis in shape[1:]:
            size *= axis
        rows, size = int(shape[0]), int(size)
        *bank, partition, byte = self._place(index, rows, size)
        facts = _core.target_facts(_core.current_target())
        tile = f"{self._said_by}: tile {index} of {size} bytes in {rows} partitions"
        if bank:
            return _in_bank(tile, facts, size, bank[0], partition, byte)
        _check_partition(tile, facts, rows, partition)
        _check_bytes(tile, facts, size, byte)
        return partition, byte

    def __repr__(self):
        return f"<placement in {self.space.name}>"


def _check_partition(tile, facts, rows, partition):
    """Source: nki.compiler.sbuf.alloc, NKI 2.26."""
    step = 128 if rows > 64 else 64 if rows > 32 else 32
    if partition not in range(0, facts["partitions"], step):
        legal = " or ".join(map(str, range(0, facts["partitions"], step)))
        raise ValueError(f"{tile} starts at partition {partition}; it must start at {legal}")


def _check_bytes(tile, facts, size, byte):
    if not 0 <= byte <= facts["sbuf_bytes"] - size:
        raise ValueError(
            f"{tile} starts at byte {byte} and ends at {byte + size}; a partition of SBUF on {facts['name']} has "
            f"{facts['sbuf_bytes']} bytes"
        )


def _in_bank(tile, facts, size, bank, partition, byte):
    """(partition, byte). Source of the limits: nki.compiler.psum.alloc, NKI 2.26."""
    banks, bank_bytes = facts["psum_banks"], facts["psum_bytes"] // facts["psum_banks"]
    if not 0 <= bank < banks:
        raise ValueError(f"{tile} is in bank {bank}; PSUM has the banks 0 to {banks - 1}")
    if partition != 0 or byte != 0:
        raise ValueError(f"{tile} starts at partition {partition}, byte {byte} of its bank; both must be 0")
    if size > bank_bytes:
        raise ValueError(f"{tile} does not fit into a bank of PSUM, which has {bank_bytes} bytes in each partition")
    return partition, bank * bank_bytes


_PLAIN = {space: Placement(space) for space in (sbuf, psum, nl.private_hbm, nl.shared_hbm)}
_IN_SBUF = _PLAIN[sbuf]
