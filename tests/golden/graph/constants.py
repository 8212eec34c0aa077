"""Numbers as operands, whole and fractional, and arguments that are no tensors."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def constants(x, scale, shift=-2):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=scale, op1=nl.add, operand1=shift)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.maximum, operand0=1e-30)
    nisa.activation(dst=tile, op=nl.tanh, data=tile, scale=1 / 3)
    ones = nl.ones(x.shape, x.dtype)
    nisa.scalar_tensor_tensor(dst=tile, data=tile, op0=nl.subtract, operand0=1, op1=nl.multiply, operand1=ones)
    nisa.dma_copy(dst=result, src=tile)
    return result


def case():
    return constants.graph(np.zeros((2, 8), np.float32), 0.125)


# ---- expected ----
# kernel constants on trn1
# input x: float32[2, 8] shared_hbm
# tensor hbm.0: float32[2, 8] shared_hbm
# tensor sbuf.0: float32[2, 8] sbuf
# tensor sbuf.1: float32[2, 8] sbuf
#   dma_copy dst=sbuf.0 src=x
#   tensor_scalar dst=sbuf.0 data=sbuf.0 op0=multiply operand0=0.125 op1=add operand1=-2
#   tensor_scalar dst=sbuf.0 data=sbuf.0 op0=maximum operand0=1e-30
#   activation dst=sbuf.0 op=tanh data=sbuf.0 scale=0.3333333333333333
#   memset dst=sbuf.1 value=1
#   scalar_tensor_tensor dst=sbuf.0 data=sbuf.0 op0=subtract operand0=1 op1=multiply operand1=sbuf.1
#   dma_copy dst=hbm.0 src=sbuf.0
# return hbm.0: float32[2, 8]
#
# {"kernel": "constants",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [2, 8]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [2, 8]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [2, 8]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [2, 8]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "src": {"tensor": "x", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/constants.py", "line": 12},
#   {"op": "tensor_scalar", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "op0": "multiply", "operand0": 0.125, "reverse0": false, "op1": "add", "operand1": -2.0, "reverse1": false, "engine": "unknown"}, "engine": "vector", "file": "graph/constants.py", "line": 13},
#   {"op": "tensor_scalar", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "op0": "maximum", "operand0": 1e-30, "reverse0": false, "op1": null, "operand1": null, "reverse1": false, "engine": "unknown"}, "engine": "vector", "file": "graph/constants.py", "line": 14},
#   {"op": "activation", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "op": "tanh", "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "bias": null, "scale": 0.3333333333333333, "reduce_op": null, "reduce_res": null, "reduce_cmd": "idle"}, "engine": "scalar", "file": "graph/constants.py", "line": 15},
#   {"op": "memset", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "value": 1.0, "engine": "unknown"}, "engine": "vector", "file": "graph/constants.py", "line": 16},
#   {"op": "scalar_tensor_tensor", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "op0": "subtract", "operand0": 1.0, "op1": "multiply", "operand1": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "reverse0": false, "reverse1": false}, "engine": "vector", "file": "graph/constants.py", "line": 17},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[8, 2], [1, 8]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/constants.py", "line": 18}
# ]}
