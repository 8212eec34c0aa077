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

SLOWER = {}  # samples that are slower than their expression, and why
