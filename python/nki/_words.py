"""Words that NKI 0.1 and 0.2 know in every kernel without an import: `sbuf.view(dtype, shape)`, `buffer=hbm`.

Source: "Implement and run your first kernel" and "NKI DMA overview" of SDK 2.28.
"""

import builtins
import dis

from nki import _core
from nki._core import MemoryRegion

# A tensor made by hbm.view is what such a kernel returns.
_WORDS = {"sbuf": MemoryRegion.sbuf, "psum": MemoryRegion.psum, "hbm": MemoryRegion.shared_hbm}


def view(self, dtype, shape):
    """A new tensor in this memory. Source: as above; nl.ndarray since NKI 0.3."""
    return _core.new_tensor(shape, dtype, self, "", None)


MemoryRegion.view = view


def provide_for(function):
    """Makes builtins of the words that the function says and nothing defines."""
    code = getattr(function, "__code__", None)
    if code is None:
        return
    for word in _undefined(code, function.__globals__):
        setattr(builtins, word, _WORDS[word])


def _undefined(code, namespace):
    """The words that this code looks up as global names, where there are none."""
    for inner in code.co_consts:
        if hasattr(inner, "co_code"):
            yield from _undefined(inner, namespace)
    words = {word for word in _WORDS if word in code.co_names and word not in namespace}
    if not words:  # nearly always; nl.sbuf, an attribute, makes the next line look closer
        return
    yield from words & {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
