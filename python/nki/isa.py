"""The instructions of a NeuronCore, as kernels call them: `nki.isa.tensor_tensor(dst=…, data1=…, data2=…, op=nl.add)`.

Every function is one row of the instruction table; `help(nki.isa.nc_matmul)` shows shapes, data types, limits and
errors.
"""

from nki import _core
from nki._core import NkiInstruction, VerifyError, dge_mode, engine, matmul_perf_mode, oob_mode, reduce_cmd

NkiValidationError = VerifyError  # AWS's name for a broken hardware constraint

tensor_engine = engine.tensor
vector_engine = engine.vector
scalar_engine = engine.scalar
gpsimd_engine = engine.gpsimd
unknown_engine = engine.unknown

globals().update(_core.instructions)

__all__ = [
    "NkiInstruction",
    "NkiValidationError",
    "dge_mode",
    "engine",
    "gpsimd_engine",
    "matmul_perf_mode",
    "oob_mode",
    "reduce_cmd",
    "scalar_engine",
    "tensor_engine",
    "unknown_engine",
    "vector_engine",
    *sorted(_core.instructions),
]
