"""Slices with steps, integers, an ellipsis and a new axis, as the text form shows them."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def slices(x):
    result = nl.ndarray((4, 8, 16), x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((4, 8, 16), x.dtype)
    nisa.memset(dst=tile, value=0.5)
    nisa.dma_copy(dst=tile[:, ::2, 3:11], src=x[:, 0:8:2, 3:11])
    nisa.tensor_copy(dst=tile[..., 1], src=tile[:, :, 2])
    nisa.tensor_copy(dst=tile[:, -1], src=tile[:, 0, :])
    nisa.tensor_copy(dst=tile[0:4, 1, None, :], src=tile[0:4, 2, None, :])
    nisa.dma_copy(dst=result[2], src=tile[2])
    nisa.dma_copy(dst=result, src=tile)
    return result


def case():
    return slices.graph(np.zeros((4, 8, 16), np.float32))


# ---- expected ----
# kernel slices on trn1
# input x: float32[4, 8, 16] shared_hbm
# tensor hbm.0: float32[4, 8, 16] shared_hbm
# tensor sbuf.0: float32[4, 8, 16] sbuf
#   memset dst=sbuf.0 value=0.5
#   dma_copy dst=sbuf.0[0:4, 0:7:2, 3:11] src=x[0:4, 0:7:2, 3:11]
#   tensor_copy dst=sbuf.0.ap([[128, 4], [16, 8]], offset=1) src=sbuf.0.ap([[128, 4], [16, 8]], offset=2)
#   tensor_copy dst=sbuf.0.ap([[128, 4], [1, 16]], offset=112) src=sbuf.0.ap([[128, 4], [1, 16]])
#   tensor_copy dst=sbuf.0[0:4, 1:2, 0:16] src=sbuf.0[0:4, 2:3, 0:16]
#   dma_copy dst=hbm.0.ap([[16, 8], [1, 16]], offset=256) src=sbuf.0[2:3, 0:8, 0:16]
#   dma_copy dst=hbm.0 src=sbuf.0
# return hbm.0: float32[4, 8, 16]
#
# {"kernel": "slices",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [4, 8, 16]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [4, 8, 16]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [4, 8, 16]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[128, 4], [16, 8], [1, 16]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "memset", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[128, 4], [16, 8], [1, 16]]}, "value": 0.5, "engine": "unknown"}, "engine": "vector", "file": "graph/slices.py", "line": 12},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 3, "pattern": [[128, 4], [32, 4], [1, 8]]}, "src": {"tensor": "x", "dtype": "float32", "offset": 3, "pattern": [[128, 4], [32, 4], [1, 8]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/slices.py", "line": 13},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 1, "pattern": [[128, 4], [16, 8]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 2, "pattern": [[128, 4], [16, 8]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/slices.py", "line": 14},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 112, "pattern": [[128, 4], [1, 16]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[128, 4], [1, 16]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/slices.py", "line": 15},
#   {"op": "tensor_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 16, "pattern": [[128, 4], [16, 1], [1, 16]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 32, "pattern": [[128, 4], [16, 1], [1, 16]]}, "engine": "unknown"}, "engine": "vector", "file": "graph/slices.py", "line": 16},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 256, "pattern": [[16, 8], [1, 16]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 256, "pattern": [[128, 1], [16, 8], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/slices.py", "line": 17},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[128, 4], [16, 8], [1, 16]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[128, 4], [16, 8], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/slices.py", "line": 18}
# ]}
