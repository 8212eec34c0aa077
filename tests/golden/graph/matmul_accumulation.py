"""A matmul that accumulates over two tiles of the contraction axis in one PSUM bank."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def matmul(lhs_t, rhs):
    k, m = lhs_t.shape
    _, n = rhs.shape
    result = nl.ndarray((m, n), nl.float32, buffer=nl.shared_hbm)
    acc = nl.ndarray((m, n), nl.float32, buffer=nl.psum)
    for i in nl.affine_range(k // 128):
        stationary = nl.ndarray((128, m), lhs_t.dtype)
        moving = nl.ndarray((128, n), rhs.dtype)
        nisa.dma_copy(dst=stationary, src=lhs_t[nl.ds(i * 128, 128), :])
        nisa.dma_copy(dst=moving, src=rhs[nl.ds(i * 128, 128), :])
        nisa.nc_matmul(dst=acc, stationary=stationary, moving=moving)
    out = nl.ndarray((m, n), nl.float32)
    nisa.tensor_copy(dst=out, src=acc)
    nisa.dma_copy(dst=result, src=out)
    return result


def case():
    return matmul.graph(np.zeros((256, 64), np.float16), np.zeros((256, 96), np.float16))


# ---- expected ----
# kernel matmul on trn1
# input lhs_t: float16[256, 64] shared_hbm
# input rhs: float16[256, 96] shared_hbm
# tensor hbm.0: float32[64, 96] shared_hbm
# tensor psum.0: float32[64, 96] psum
# tensor sbuf.0: float16[128, 64] sbuf
# tensor sbuf.1: float16[128, 96] sbuf
# tensor sbuf.2: float16[128, 64] sbuf
# tensor sbuf.3: float16[128, 96] sbuf
# tensor sbuf.4: float32[64, 96] sbuf
#   dma_copy dst=sbuf.0 src=lhs_t[0:128, 0:64]
#   dma_copy dst=sbuf.1 src=rhs[0:128, 0:96]
#   nc_matmul dst=psum.0 stationary=sbuf.0 moving=sbuf.1
#   dma_copy dst=sbuf.2 src=lhs_t[128:256, 0:64]
#   dma_copy dst=sbuf.3 src=rhs[128:256, 0:96]
#   nc_matmul dst=psum.0 stationary=sbuf.2 moving=sbuf.3
#   tensor_copy dst=sbuf.4 src=psum.0
#   dma_copy dst=hbm.0 src=sbuf.4
# return hbm.0: float32[64, 96]
#
# {"kernel": "matmul",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "lhs_t", "role": "input", "space": "shared_hbm", "dtype": "float16", "shape": [256, 64]},
#   {"name": "rhs", "role": "input", "space": "shared_hbm", "dtype": "float16", "shape": [256, 96]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [64, 96]},
#   {"name": "psum.0", "role": "local", "space": "psum", "dtype": "float32", "shape": [64, 96]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float16", "shape": [128, 64]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "float16", "shape": [128, 96]},
#   {"name": "sbuf.2", "role": "local", "space": "sbuf", "dtype": "float16", "shape": [128, 64]},
#   {"name": "sbuf.3", "role": "local", "space": "sbuf", "dtype": "float16", "shape": [128, 96]},
#   {"name": "sbuf.4", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [64, 96]}
# ],
# "inputs": ["lhs_t", "rhs"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float16", "offset": 0, "pattern": [[64, 128], [1, 64]]}, "src": {"tensor": "lhs_t", "dtype": "float16", "offset": 0, "pattern": [[64, 128], [1, 64]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/matmul_accumulation.py", "line": 17},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "float16", "offset": 0, "pattern": [[96, 128], [1, 96]]}, "src": {"tensor": "rhs", "dtype": "float16", "offset": 0, "pattern": [[96, 128], [1, 96]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/matmul_accumulation.py", "line": 18},
#   {"op": "nc_matmul", "fields": {"dst": {"tensor": "psum.0", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "stationary": {"tensor": "sbuf.0", "dtype": "float16", "offset": 0, "pattern": [[64, 128], [1, 64]]}, "moving": {"tensor": "sbuf.1", "dtype": "float16", "offset": 0, "pattern": [[96, 128], [1, 96]]}, "is_stationary_onezero": false, "is_moving_onezero": false, "is_transpose": false, "accumulate": null, "tile_position": [], "tile_size": [], "perf_mode": "none"}, "engine": "tensor", "file": "graph/matmul_accumulation.py", "line": 19},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.2", "dtype": "float16", "offset": 0, "pattern": [[64, 128], [1, 64]]}, "src": {"tensor": "lhs_t", "dtype": "float16", "offset": 8192, "pattern": [[64, 128], [1, 64]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/matmul_accumulation.py", "line": 17},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.3", "dtype": "float16", "offset": 0, "pattern": [[96, 128], [1, 96]]}, "src": {"tensor": "rhs", "dtype": "float16", "offset": 12288, "pattern": [[96, 128], [1, 96]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/matmul_accumulation.py", "line": 18},
#   {"op": "nc_matmul", "fields": {"dst": {"tensor": "psum.0", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "stationary": {"tensor": "sbuf.2", "dtype": "float16", "offset": 0, "pattern": [[64, 128], [1, 64]]}, "moving": {"tensor": "sbuf.3", "dtype": "float16", "offset": 0, "pattern": [[96, 128], [1, 96]]}, "is_stationary_onezero": false, "is_moving_onezero": false, "is_transpose": false, "accumulate": null, "tile_position": [], "tile_size": [], "perf_mode": "none"}, "engine": "tensor", "file": "graph/matmul_accumulation.py", "line": 19},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.4", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "src": {"tensor": "psum.0", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/matmul_accumulation.py", "line": 21},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "src": {"tensor": "sbuf.4", "dtype": "float32", "offset": 0, "pattern": [[96, 64], [1, 96]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/matmul_accumulation.py", "line": 22}
# ]}
