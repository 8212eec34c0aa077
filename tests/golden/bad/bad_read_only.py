"""A kernel that writes an argument can't take a read-only array for it."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def clear(x):
    tile = nl.zeros(x.shape, x.dtype)
    nisa.dma_copy(dst=x, src=tile)
    return x


def case():
    x = np.ones((4, 8), np.float32)
    x.flags.writeable = False
    clear(x)


# ---- expected ----
# ValueError: clear: the kernel writes its argument 'x', but that array is read-only
#   at bad/bad_read_only.py:18: clear(x)
