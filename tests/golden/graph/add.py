"""One tile in, one instruction, one tile out."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def add(a, b):
    result = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
    a_tile = nl.ndarray(a.shape, a.dtype, buffer=nl.sbuf)
    b_tile = nl.ndarray(b.shape, b.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=a_tile, src=a)
    nisa.dma_copy(dst=b_tile, src=b)
    sum_tile = nl.ndarray(a.shape, a.dtype, buffer=nl.sbuf)
    nisa.tensor_tensor(dst=sum_tile, data1=a_tile, data2=b_tile, op=nl.add)
    nisa.dma_copy(dst=result, src=sum_tile)
    return result


def case():
    a = np.zeros((128, 512), np.float32)
    return add.graph(a, a)


# ---- expected ----
# kernel add on trn1
# input a: float32[128, 512] shared_hbm
# input b: float32[128, 512] shared_hbm
# tensor hbm.0: float32[128, 512] shared_hbm
# tensor sbuf.0: float32[128, 512] sbuf
# tensor sbuf.1: float32[128, 512] sbuf
# tensor sbuf.2: float32[128, 512] sbuf
#   dma_copy dst=sbuf.0 src=a
#   dma_copy dst=sbuf.1 src=b
#   tensor_tensor dst=sbuf.2 data1=sbuf.0 data2=sbuf.1 op=add
#   dma_copy dst=hbm.0 src=sbuf.2
# return hbm.0: float32[128, 512]
#
# {"kernel": "add",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "a", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [128, 512]},
#   {"name": "b", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [128, 512]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [128, 512]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [128, 512]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [128, 512]},
#   {"name": "sbuf.2", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [128, 512]}
# ],
# "inputs": ["a", "b"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "src": {"tensor": "a", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/add.py", "line": 13},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "src": {"tensor": "b", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/add.py", "line": 14},
#   {"op": "tensor_tensor", "fields": {"dst": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "data1": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "data2": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "op": "add", "engine": "unknown"}, "engine": "vector", "file": "graph/add.py", "line": 16},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "src": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[512, 128], [1, 512]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/add.py", "line": 17}
# ]}
