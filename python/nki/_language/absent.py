"""What an NkiTensor does not have, and what to write instead."""

import difflib

INSTEAD = {
    "T": "t.permute((1, 0)) is the transposed view; nisa.nc_transpose and nisa.dma_transpose move a tile",
    "transpose": "t.permute(dims) reorders the axes of a view; nisa.nc_transpose and nisa.dma_transpose move a tile",
    "swapaxes": "t.permute(dims) reorders the axes of a view",
    "assert_shape": "compare t.shape",
    "astype": "nisa.tensor_copy converts into a tile of another dtype",
    "to": "nisa.tensor_copy converts into a tile of another dtype",
    "copy": "nisa.tensor_copy copies tiles, nisa.dma_copy copies from and to HBM",
    "clone": "nisa.tensor_copy copies tiles, nisa.dma_copy copies from and to HBM",
    "fill": "nisa.memset writes a constant",
    "sum": "use nisa.tensor_reduce, or nl.sum",
    "mean": "use nisa.bn_stats with nisa.bn_aggr, or nl.mean",
    "max": "use nisa.tensor_reduce, or nl.max",
    "min": "use nisa.tensor_reduce, or nl.min",
    "broadcast_to": "use t.broadcast(dim, size)",
    "expand_dims": "use t.expand_dim(dim)",
    "unsqueeze": "use t.expand_dim(dim)",
    "squeeze": "use t.squeeze_dim(dim)",
    "flatten": "use t.flatten_dims(start, end), or t.reshape(shape)",
    "ravel": "use t.reshape(shape)",
    "item": "values are not known while a kernel is traced; nki.simulate(kernel) runs it with values",
    "tolist": "values are not known while a kernel is traced; nki.simulate(kernel) runs it with values",
    "is_identity": "it was removed in NKI 0.5",
    "sim_value": "it was removed in NKI 0.5; in nki.simulate t.numpy() gives the values",
    "device_value": "it was removed in NKI 0.5; in nki.simulate t.numpy() gives the values",
}


def absent(tensor, name):
    """The message of the AttributeError."""
    message = f"an NkiTensor has no attribute {name!r}"
    if name in INSTEAD:
        return f"{message}: {INSTEAD[name]}"
    close = difflib.get_close_matches(name, [each for each in dir(tensor) if not each.startswith("_")], 1)
    return f"{message}; did you mean {close[0]!r}?" if close else message
