"""Names of tensors and instructions, one of them used twice; tensors at addresses; private HBM."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit(platform_target="trn2")
def named(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm, name="result")
    scratch = nl.ndarray(x.shape, x.dtype, buffer=nl.hbm)
    second = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=scratch, src=x, name="park")
    for i in range(2):
        tile = nl.ndarray(x.shape, x.dtype, name="tile", address=(0, 1024 * i))
        nisa.dma_copy(dst=tile, src=scratch, name=f"load_{i}")
        nisa.dma_copy(dst=(result, second)[i], src=tile)
    return result, second


def case():
    return named.graph(np.zeros((16, 16), np.int8))


# ---- expected ----
# kernel named on trn2
# input x: int8[16, 16] shared_hbm
# tensor result: int8[16, 16] shared_hbm
# tensor hbm.0: int8[16, 16] private_hbm
# tensor hbm.1: int8[16, 16] shared_hbm
# tensor tile: int8[16, 16] sbuf at partition 0 byte 0
# tensor tile.1: int8[16, 16] sbuf at partition 0 byte 1024
#   dma_copy dst=hbm.0 src=x name=park
#   dma_copy dst=tile src=hbm.0 name=load_0
#   dma_copy dst=result src=tile
#   dma_copy dst=tile.1 src=hbm.0 name=load_1
#   dma_copy dst=hbm.1 src=tile.1
# return result: int8[16, 16]
# return hbm.1: int8[16, 16]
#
# {"kernel": "named",
# "target": "trn2",
# "grid": [],
# "tensors": [
#   {"name": "x", "role": "input", "space": "shared_hbm", "dtype": "int8", "shape": [16, 16]},
#   {"name": "result", "role": "local", "space": "shared_hbm", "dtype": "int8", "shape": [16, 16]},
#   {"name": "hbm.0", "role": "local", "space": "private_hbm", "dtype": "int8", "shape": [16, 16]},
#   {"name": "hbm.1", "role": "local", "space": "shared_hbm", "dtype": "int8", "shape": [16, 16]},
#   {"name": "tile", "role": "local", "space": "sbuf", "dtype": "int8", "shape": [16, 16], "address": [0, 0]},
#   {"name": "tile.1", "role": "local", "space": "sbuf", "dtype": "int8", "shape": [16, 16], "address": [0, 1024]}
# ],
# "inputs": ["x"],
# "outputs": [
#   {"tensor": "result", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]},
#   {"tensor": "hbm.1", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}
# ],
# "programs": [0],
# "instructions": [
#   {"op": "dma_copy", "name": "park", "fields": {"dst": {"tensor": "hbm.0", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "src": {"tensor": "x", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/names.py", "line": 13},
#   {"op": "dma_copy", "name": "load_0", "fields": {"dst": {"tensor": "tile", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "src": {"tensor": "hbm.0", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/names.py", "line": 16},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "result", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "src": {"tensor": "tile", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/names.py", "line": 17},
#   {"op": "dma_copy", "name": "load_1", "fields": {"dst": {"tensor": "tile.1", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "src": {"tensor": "hbm.0", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/names.py", "line": 16},
#   {"op": "dma_copy", "fields": {"dst": {"tensor": "hbm.1", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "src": {"tensor": "tile.1", "dtype": "int8", "offset": 0, "pattern": [[16, 16], [1, 16]]}, "priority": null, "oob_mode": "error", "dge_mode": "unknown", "engine": "unknown"}, "engine": "dma", "file": "graph/names.py", "line": 17}
# ]}
