"""A tensor in HBM that is filled: a tile of the value is copied over it."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def zeros(x):
    result = nl.zeros((3, 1000), nl.float32, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result[0:1, 0:8], src=x)
    return result


def case():
    return zeros.graph(np.zeros((1, 8), np.float32))


# ---- expected ----
# kernel zeros on trn1
# input x: float32[1, 8] shared_hbm
# tensor hbm.0: float32[3, 1000] shared_hbm
# tensor sbuf.0: float32[125, 24] sbuf
#   memset dst=sbuf.0 value=0
#   dma_copy dst=hbm.0.ap([[24, 125], [1, 24]]) src=sbuf.0
#   dma_copy dst=hbm.0[0:1, 0:8] src=x
# return hbm.0: float32[3, 1000]
#
# {"kernel": "zeros",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [1, 8]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [3, 1000]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [125, 24]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[1000, 3], [1, 1000]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "memset", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[24, 125], [1, 24]]}, "value": 0.0, "engine": "unknown"}, "engine": "vector", "file": "graph/hbm_fill.py", "line": 10},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[24, 125], [1, 24]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[24, 125], [1, 24]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/hbm_fill.py", "line": 10},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[1000, 1], [1, 8]]}, "src": {"tensor": "x", "dtype": "float32", "offset": 0, "pattern": [[8, 1], [1, 8]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/hbm_fill.py", "line": 11}
# ]}
