"""Access patterns, permuted and reshaped views, and the same bytes as another dtype."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def patterns(x):
    result = nl.ndarray((8, 64), nl.uint16, buffer=nl.shared_hbm)
    tile = nl.ndarray((8, 64), nl.uint16)
    nisa.dma_copy(dst=tile, src=x)
    nisa.dma_copy(dst=tile, src=x.ap([[1, 8], [8, 64]]))
    other = nl.zeros((8, 64), nl.uint16)
    nisa.tensor_copy(dst=other.ap([[64, 8], [2, 16], [1, 2]], offset=4), src=tile.ap([[64, 8], [0, 16], [1, 2]]))
    nisa.tensor_copy(dst=other, src=tile.reshape((8, 4, 16)).permute((0, 2, 1)))
    words = other.view(nl.uint32)
    nisa.tensor_copy(dst=words[:, 0:16], src=words[:, 16:32])
    nisa.dma_copy(dst=result, src=other)
    return result


def case():
    return patterns.graph(np.zeros((8, 64), np.uint16))


# ---- expected ----
# kernel patterns on trn1
# input x: uint16[8, 64] shared_hbm
# tensor hbm.0: uint16[8, 64] shared_hbm
# tensor sbuf.0: uint16[8, 64] sbuf
# tensor sbuf.1: uint16[8, 64] sbuf
#   dma_copy dst=sbuf.0 src=x
#   dma_copy dst=sbuf.0 src=x.ap([[1, 8], [8, 64]])
#   memset dst=sbuf.1 value=0
#   tensor_copy dst=sbuf.1.ap([[64, 8], [2, 16], [1, 2]], offset=4) src=sbuf.0.ap([[64, 8], [0, 16], [1, 2]])
#   tensor_copy dst=sbuf.1 src=sbuf.0.ap([[64, 8], [1, 16], [16, 4]])
#   tensor_copy dst=sbuf.1.ap([[32, 8], [1, 16]], dtype=uint32) src=sbuf.1.ap([[32, 8], [1, 16]], offset=16, dtype=uint32)
#   dma_copy dst=hbm.0 src=sbuf.1
# return hbm.0: uint16[8, 64]
#
# {"kernel": "patterns",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "uint16", "shape": [8, 64]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "uint16", "shape": [8, 64]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "uint16", "shape": [8, 64]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "uint16", "shape": [8, 64]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "src": {"tensor": "x", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/access_patterns.py", "line": 12},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "src": {"tensor": "x", "dtype": "uint16", "offset": 0, "pattern": [[1, 8], [8, 64]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/access_patterns.py", "line": 13},
#   {"op": "memset", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "value": 0.0, "engine": "unknown"}, "engine": "vector", "file": "graph/access_patterns.py", "line": 14},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "uint16", "offset": 4, "pattern": [[64, 8], [2, 16], [1, 2]]}, "src": {"tensor": "sbuf.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [0, 16], [1, 2]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/access_patterns.py", "line": 15},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "src": {"tensor": "sbuf.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 16], [16, 4]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/access_patterns.py", "line": 16},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "uint32", "offset": 0, "pattern": [[32, 8], [1, 16]]}, "src": {"tensor": "sbuf.1", "dtype": "uint32", "offset": 16, "pattern": [[32, 8], [1, 16]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/access_patterns.py", "line": 18},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "src": {"tensor": "sbuf.1", "dtype": "uint16", "offset": 0, "pattern": [[64, 8], [1, 64]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/access_patterns.py", "line": 19}
# ]}
