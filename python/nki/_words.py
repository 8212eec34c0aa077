"""Words that NKI 0.1 and 0.2 know in every kernel without an import: `sbuf.view(dtype, shape)`, `buffer=hbm`.

Source: "Implement and run your first kernel" and "NKI DMA overview" of SDK 2.28.
"""

import builtins
import dis
import functools
import types

from nki import _core
from nki._core import MemoryRegion

# A tensor made by hbm.view is what such a kernel returns.
_WORDS = {"sbuf": MemoryRegion.sbuf, "psum": MemoryRegion.psum, "hbm": MemoryRegion.shared_hbm}


def view(self, dtype, shape):
    """A new tensor in this memory. Source: as above; nl.ndarray since NKI 0.3."""
    return _core.new_tensor(shape, dtype, self, "", None)


MemoryRegion.view = view


class _Scope(dict):
    """The globals of a module, and behind them the words; for one function and those that are made inside it.

    CPython asks a dict of another class as it asks any mapping. What `global` assigns stays in here.
    """

    def __init__(self, namespace):
        super().__init__({name: value for name, value in namespace.items() if name[:2] == "__"})  # import's
        self._namespace = namespace

    def __missing__(self, name):
        if name in self._namespace:
            return self._namespace[name]
        if name in _WORDS and not hasattr(builtins, name):
            return _WORDS[name]
        raise KeyError(name)


def provided(function):
    """The function; if it says words that nothing defines, a copy that knows them.

    They are no builtins: then a typing mistake in any other function of the process would find them.
    """
    if not isinstance(function, types.FunctionType) or not any(_undefined(function.__code__, function.__globals__)):
        return function
    scope = _Scope(function.__globals__)
    copy = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(copy, function)


def _undefined(code, namespace):
    """The words that this code looks up as global names, where there are none."""
    for inner in code.co_consts:
        if hasattr(inner, "co_code"):
            yield from _undefined(inner, namespace)
    words = {word for word in _WORDS if word in code.co_names and word not in namespace}
    if not words:  # nearly always; nl.sbuf, an attribute, makes the next line look closer
        return
    yield from words & {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
