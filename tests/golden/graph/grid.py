"""Two programs: tensors in shared HBM are one for both, tiles are each program's own."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def halves(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    half = x.shape[0] // nl.num_programs(0)
    own = nl.ds(nl.program_id(0) * half, half)
    tile = nl.ndarray((half, x.shape[1]), x.dtype)
    nisa.dma_copy(dst=tile, src=x[own, :])
    nisa.dma_copy(dst=result[own, :], src=tile)
    return result


def case():
    return halves[2].graph(np.zeros((64, 32), np.int32))


# ---- expected ----
# kernel halves on trn1
# grid (2,)
# input x: int32[64, 32] shared_hbm
# tensor hbm.0: int32[64, 32] shared_hbm
# tensor sbuf.0: int32[32, 32] sbuf
# tensor sbuf.1: int32[32, 32] sbuf
# program 0
#   dma_copy dst=sbuf.0 src=x[0:32, 0:32]
#   dma_copy dst=hbm.0[0:32, 0:32] src=sbuf.0
# program 1
#   dma_copy dst=sbuf.1 src=x[32:64, 0:32]
#   dma_copy dst=hbm.0[32:64, 0:32] src=sbuf.1
# return hbm.0: int32[64, 32]
#
# {"kernel": "halves",
# "target": "trn1",
# "grid": [2],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "int32", "shape": [64, 32]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "int32", "shape": [64, 32]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "int32", "shape": [32, 32]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "int32", "shape": [32, 32]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "int32", "offset": 0, "pattern": [[32, 64], [1, 32]]}
# ],
# "programs": [0, 2],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "src": {"tensor": "x", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/grid.py", "line": 14},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "src": {"tensor": "sbuf.0", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/grid.py", "line": 15},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "src": {"tensor": "x", "dtype": "int32", "offset": 1024, "pattern": [[32, 32], [1, 32]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/grid.py", "line": 14},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "int32", "offset": 1024, "pattern": [[32, 32], [1, 32]]}, "src": {"tensor": "sbuf.1", "dtype": "int32", "offset": 0, "pattern": [[32, 32], [1, 32]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/grid.py", "line": 15}
# ]}
