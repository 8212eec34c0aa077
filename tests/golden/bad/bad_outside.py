"""Instructions and tensors outside a kernel."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def case_instruction():
    nisa.memset(dst=None, value=0.0)


def case_tensor():
    nl.ndarray((128, 512), nl.float32)


def case_program_id():
    nl.program_id(0)


def case_tensor_of_another_call():
    kept = []

    @nki.jit
    def keep(x):
        kept.append(x)
        return x

    @nki.jit
    def use(x):
        nisa.dma_copy(dst=x, src=kept[0])
        return x

    x = np.zeros((4, 8), np.float32)
    try:
        keep(x)
    except nki.NkiError:
        pass
    use(x)


# ---- expected ----
# case_instruction:
# NkiError: nki.isa.memset was called outside a kernel; call it inside a function decorated with @nki.jit, which you call with arrays
#   at bad/bad_outside.py:9: nisa.memset(dst=None, value=0.0)
#
# case_tensor:
# NkiError: nki.language.ndarray was called outside a kernel; call it inside a function decorated with @nki.jit, which you call with arrays
#   at bad/bad_outside.py:13: nl.ndarray((128, 512), nl.float32)
#
# case_program_id:
# NkiError: nki.language.program_id or num_programs was called outside a kernel; call it inside a function decorated with @nki.jit, which you call with arrays
#   at bad/bad_outside.py:17: nl.program_id(0)
#
# case_tensor_of_another_call:
# ValueError: dma_copy: src: tensor x belongs to another call of a kernel
#   at bad/bad_outside.py:30: nisa.dma_copy(dst=x, src=kept[0])
