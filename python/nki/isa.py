"""The instructions of a NeuronCore, as kernels call them: `nki.isa.tensor_tensor(dst=…, data1=…, data2=…, op=nl.add)`.

Every function is one row of the instruction table; `help(nki.isa.nc_matmul)` shows shapes, data types, limits and
errors.
"""

import enum
import sys
import types

from nki import _core, _missing, _settings
from nki._core import (
    NkiInstruction,
    VerifyError,
    VirtualRegister,
    dge_mode,
    dma_engine,
    engine,
    matmul_perf_mode,
    oob_mode,
    reduce_cmd,
)
from nki._loops import register_alloc

NkiValidationError = VerifyError  # AWS's name for a broken hardware constraint

tensor_engine = engine.tensor
vector_engine = engine.vector
scalar_engine = engine.scalar
gpsimd_engine = engine.gpsimd
unknown_engine = engine.unknown

# device_print is nki.language's.
_instructions = {name: call for name, call in _core.instructions.items() if name != "device_print"}
globals().update(_instructions)


class nc_version(enum.IntEnum, metaclass=_missing.Named):
    """The generations of NeuronCores; they compare as numbers do."""

    gen2 = 2  # trn1, inf2
    gen3 = 3  # trn2
    gen4 = 4  # trn3


def get_nc_version() -> nc_version:
    """The generation that the kernel is traced for; outside a kernel that of the default target."""
    target = _core.current_target() if _core.tracing() else _settings.target_of(None)
    return nc_version(_core.target_facts(target)["nc_version"])


def get_nc_sub_version() -> int:
    """The revision of the target within its generation: 0, the first one."""
    return 0


# The enumerations are also found in nki.isa.constants, where AWS's kernel library (2.29) looks for them.
__path__ = []  # lets the import system look for it
constants = types.ModuleType(f"{__name__}.constants", "The enumerations of nki.isa.")
for _enumeration in (dge_mode, dma_engine, engine, matmul_perf_mode, nc_version, oob_mode, reduce_cmd):
    setattr(constants, _enumeration.__name__, _enumeration)
sys.modules[constants.__name__] = constants
del _enumeration


__all__ = [
    "NkiInstruction",
    "NkiValidationError",
    "VirtualRegister",
    "dge_mode",
    "dma_engine",
    "engine",
    "get_nc_sub_version",
    "get_nc_version",
    "gpsimd_engine",
    "matmul_perf_mode",
    "nc_version",
    "oob_mode",
    "reduce_cmd",
    "register_alloc",
    "scalar_engine",
    "tensor_engine",
    "unknown_engine",
    "vector_engine",
    *sorted(_instructions),
]


def __getattr__(name):
    if name == "NKIObject":  # here in NKI 0.3 alone
        return sys.modules["nki.language"].NKIObject
    raise _missing.missing(sys.modules[__name__], name)
