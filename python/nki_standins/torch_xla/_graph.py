"""The recorded graph of operations, and its dump in the text form of XLA_SAVE_TENSORS_FILE."""

import hashlib
import os
import pathlib
import sys

import torch

_HERE = str(pathlib.Path(__file__).parent)
_XLA_NAMES = {
    torch.float64: "f64",
    torch.float32: "f32",
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.float8_e4m3fn: "f8e4m3fn",
    torch.float8_e5m2: "f8e5m2",
    torch.int64: "s64",
    torch.int32: "s32",
    torch.int16: "s16",
    torch.int8: "s8",
    torch.uint64: "u64",
    torch.uint32: "u32",
    torch.uint16: "u16",
    torch.uint8: "u8",
    torch.bool: "pred",
    torch.complex64: "c64",
    torch.complex128: "c128",
}


class Node:
    """One recorded operation. An operand is a (node, output index) pair."""

    __slots__ = ("attributes", "name", "operands", "results")

    def __init__(self, name, operands, results, attributes=""):
        # results is one (dtype, shape) or, for an operation with several outputs, a list of them.
        self.name, self.operands, self.results, self.attributes = name, operands, results, attributes

    @property
    def is_data(self):
        return self.name == "xla::device_data"


def data(tensor):
    return Node("xla::device_data", (), (tensor.dtype, tensor.shape))


def _shape_text(results):
    if isinstance(results, list):
        return "(" + ", ".join(_shape_text(r) for r in results) + ")"
    dtype, shape = results
    layout = "{" + ",".join(str(axis) for axis in reversed(range(len(shape)))) + "}" if len(shape) else ""
    return f"{_XLA_NAMES.get(dtype, str(dtype))}[{','.join(map(str, shape))}]{layout}"


def _post_order(roots):
    """Operands before users, the last operand first: torch_xla's order, so that `mul(a, b)` numbers b before a."""
    order, seen = [], set()
    stack = [(node, False) for node in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((operand, False) for operand, _ in node.operands if id(operand) not in seen)
    return order


def _digests(order):
    """A content hash per node: name, shapes, attributes and operands, but no values."""
    digests = {}
    for node in order:
        text = [node.name, _shape_text(node.results), node.attributes]
        text += [f"{digests[id(operand)]}.{index}" for operand, index in node.operands]
        digests[id(node)] = hashlib.blake2b("|".join(text).encode(), digest_size=16).hexdigest()
    return digests


def _body(order, roots):
    numbers = {id(node): number for number, node in enumerate(order)}
    root_numbers = {id(node): number for number, node in enumerate(roots)}
    lines = []
    for node in order:
        operands = [f"%{numbers[id(n)]}" + (f".{index}" if index else "") for n, index in node.operands]
        shape = _shape_text(node.results)
        line = (
            f"  %{numbers[id(node)]} = {shape} {node.name}({', '.join(operands)}), xla_shape={shape}{node.attributes}"
        )
        lines.append(line + (f", ROOT={root_numbers[id(node)]}" if id(node) in root_numbers else ""))
    return "\n".join(lines)


def _frames():
    frame, lines = sys._getframe(1), []
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_HERE):
            lines.append(f"  {code.co_name} ({code.co_filename}:{frame.f_lineno})")
        frame = frame.f_back
    return "\n".join(lines)


def dump(roots):
    """Appends the graph that ends in `roots` to $XLA_SAVE_TENSORS_FILE.0; the variable is read at every call."""
    path = os.environ.get("XLA_SAVE_TENSORS_FILE")
    if not path or not roots:
        return
    order = _post_order(roots)
    digests = _digests(order)
    hashes = ", ".join(digests[id(root)] for root in roots)
    graph_hash = hashlib.blake2b(hashes.encode(), digest_size=16).hexdigest()
    with open(f"{path}.0", "a") as file:
        file.write(
            f"[ScheduleSyncTensorsGraph]\nTensorsGraphInfo:\n{_frames()}\n\nRoot Hashes: ({hashes})\n\n"
            f"## BEGIN_GRAPH\nIR {{\n{_body(order, roots)}\n}}\n\nGraph Hash: {graph_hash}\n\n## END_GRAPH\n\n\n"
        )
