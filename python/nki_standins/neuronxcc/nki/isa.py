"""The instructions of Beta 1: those of nki.isa, which return the tile that they make."""

import sys as _sys

from nki._beta1.constants import fp32
from nki._beta1.enums import dge_mode, engine, nc_version, oob_mode, reduce_cmd
from nki._beta1.isa_dma import dma_copy, dma_transpose
from nki._beta1.isa_elementwise import (
    activation,
    activation_reduce,
    affine_select,
    dropout,
    iota,
    memset,
    range_select,
    reciprocal,
    scalar_tensor_tensor,
    select_reduce,
    tensor_copy,
    tensor_copy_dynamic_dst,
    tensor_copy_dynamic_src,
    tensor_copy_predicated,
    tensor_scalar,
    tensor_scalar_reduce,
    tensor_tensor,
    tensor_tensor_scan,
)
from nki._beta1.isa_matrix import nc_matmul, nc_transpose
from nki._beta1.isa_reductions import bn_aggr, bn_stats, tensor_partition_reduce, tensor_reduce
from nki._beta1.isa_search import (
    builtin_custom_op,
    local_gather,
    max8,
    nc_find_index8,
    nc_match_replace8,
    nc_stream_shuffle,
    sequence_bounds,
)
from nki.isa import get_nc_version

dma_engine = "dma"
tensor_engine = engine.tensor
vector_engine = engine.vector
scalar_engine = engine.scalar
gpsimd_engine = engine.gpsimd
unknown_engine = engine.unknown

# Where users find them is where they say they are: for pickle, help() and messages.
for _name in list(globals()):
    if getattr(globals()[_name], "__module__", "").startswith("nki._beta1."):
        globals()[_name].__module__ = __name__

__all__ = sorted(name for name in globals() if not name.startswith("_"))

# Public kernels import enumerations from there.
__path__ = []
_sys.modules[f"{__name__}.constants"] = _sys.modules[__name__]
