"""Softmax over the free axis: per-partition columns as operands, a broadcast view, a result written over its input."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def softmax(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    tile = nl.ndarray(x.shape, nl.float32)
    nisa.dma_copy(dst=tile, src=x)
    largest = nl.ndarray((rows, 1), nl.float32)
    nisa.tensor_reduce(dst=largest, op=nl.maximum, data=tile, axis=1, negate=True)
    total = nl.ndarray((rows, 1), nl.float32)
    reset = nisa.reduce_cmd.reset_reduce
    nisa.activation(dst=tile, op=nl.exp, data=tile, bias=largest, reduce_op=nl.add, reduce_res=total, reduce_cmd=reset)
    nisa.reciprocal(dst=total, data=total)
    nisa.tensor_tensor(dst=tile, data1=tile, data2=total.broadcast_to((rows, columns)), op=nl.multiply)
    nisa.dma_copy(dst=result, src=tile)
    return result


def case():
    return softmax.graph(np.zeros((64, 256), np.float32))


# ---- expected ----
# kernel softmax on trn1
# input x: float32[64, 256] shared_hbm
# tensor hbm.0: float32[64, 256] shared_hbm
# tensor sbuf.0: float32[64, 256] sbuf
# tensor sbuf.1: float32[64, 1] sbuf
# tensor sbuf.2: float32[64, 1] sbuf
#   dma_copy dst=sbuf.0 src=x
#   tensor_reduce dst=sbuf.1 op=maximum data=sbuf.0 axis=(1,) negate=True
#   activation dst=sbuf.0 op=exp data=sbuf.0 bias=sbuf.1 scale=1 reduce_op=add reduce_res=sbuf.2 reduce_cmd=reset_reduce
#   reciprocal dst=sbuf.2 data=sbuf.2
#   tensor_tensor dst=sbuf.0 data1=sbuf.0 data2=sbuf.2.ap([[1, 64], [0, 256]]) op=multiply
#   dma_copy dst=hbm.0 src=sbuf.0
# return hbm.0: float32[64, 256]
#
# {"kernel": "softmax",
# "target": "trn1",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "float32", "shape": [64, 256]},
#   {"name": "hbm.0", "role": "local", "space": "shared_hbm", "dtype": "float32", "shape": [64, 256]},
#   {"name": "sbuf.0", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [64, 256]},
#   {"name": "sbuf.1", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [64, 1]},
#   {"name": "sbuf.2", "role": "local", "space": "sbuf", "dtype": "float32", "shape": [64, 1]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "src": {"tensor": "x", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/softmax.py", "line": 13},
#   {"op": "tensor_reduce", "fields": {"dst": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [1, 1]]}, "op": "maximum", "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "axis": [1], "negate": true, "keepdims": false}, "engine": "vector", "file": "graph/softmax.py", "line": 15},
#   {"op": "activation", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "op": "exp", "data": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "bias": {"tensor": "sbuf.1", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [1, 1]]}, "scale": 1.0, "reduce_op": "add", "reduce_res": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [1, 1]]}, "reduce_cmd": "reset_reduce"}, "engine": "scalar", "file": "graph/softmax.py", "line": 18},
#   {"op": "reciprocal", "fields": {"dst": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [1, 1]]}, "data": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [1, 1]]}}, "engine": "vector", "file": "graph/softmax.py", "line": 19},
#   {"op": "tensor_tensor", "fields": {"dst": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "data1": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "data2": {"tensor": "sbuf.2", "dtype": "float32", "offset": 0, "pattern": [[1, 64], [0, 256]]}, "op": "multiply", "engine": "unknown"}, "engine": "vector", "file": "graph/softmax.py", "line": 20},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "src": {"tensor": "sbuf.0", "dtype": "float32", "offset": 0, "pattern": [[256, 64], [1, 256]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/softmax.py", "line": 21}
# ]}
