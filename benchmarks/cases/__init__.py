"""The samples of the instruction table, written in NKI, each beside its NumPy expression."""

from . import along_free, matrix, moving, pointwise, random_numbers, searching

CASES = [
    case
    for module in (pointwise, along_free, moving, searching, matrix, random_numbers)
    for case in module.CASES
]

_MEETS = "nothing but waiting for the other core"
_SEQUENCER = "one number, for the sequencer; no tile"
NOT_COMPARED = {
    "core_barrier": _MEETS,
    "sendrecv": _MEETS + " and a copy, which dma_copy measures",
    "device_print": "prints",
    "loop": _SEQUENCER,
    "end_loop": _SEQUENCER,
    "while_loop": _SEQUENCER,
    "register_load": _SEQUENCER,
    "register_move": _SEQUENCER,
    "register_store": _SEQUENCER,
}

SLOWER = {  # samples that are slower than their expression, and why
    "dma_compute/0": "the sum goes on into blocks of 16 partitions, a second pass",
    "dma_compute/2": "the same",
    "dma_copy/0": "16 rows that are 8 KiB apart fall into one set of the first-level cache",
    "dma_copy/scatter": "rows are taken out of blocks of 16 partitions, and not moved as a whole",
    "tensor_copy/0": "both are bound by the L2 cache",
    "tensor_scalar/3": "bytes are widened to words and back",
    "tensor_tensor/0": "both are bound by the L2 cache",
}
