"""What a kernel returns: the form of it, checked, and apart from that its output tensors."""

from nki import _core
from nki._errors import refuse
from nki._structure import door_of, flatten, unflatten


def check_same_result(kernel, first, this):
    """The programs of a grid run together and give one result."""
    (program, form), (other, other_form) = first, this
    if form[0] == other_form[0] and [*map(_key_of, form[1])] == [*map(_key_of, other_form[1])]:
        if form[2] == other_form[2]:
            return
    refuse(
        kernel.function,
        "result-differs",
        f"kernel {kernel.__name__}: program {_indices(program)} of the grid returned {_names(form)} and program "
        f"{_indices(other)} returned {_names(other_form)}; all programs must return the same tensors and values",
    )


def _indices(program):
    return program[0] if len(program) == 1 else program


def _key_of(tensor):
    return (_core.tensor_id(tensor), tensor.shape, tensor.dtype)


def _names(form):
    structure, outputs, order = form
    return repr(unflatten(structure, iter([_Named(outputs[i].name) for i in order])))


class _Named:
    """A tensor in a message: its name without quotes."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name


def read_result(kernel, result, inputs):
    """(structure, distinct output tensors, index into them per place) of what the function returned."""
    found = []
    structure = _flatten_result(kernel, result, found)
    outputs, order = [], []
    for tensor in found:
        same = [i for i, other in enumerate(outputs) if _core.tensor_id(other) == _core.tensor_id(tensor)]
        for other in [*inputs, *outputs]:
            if _core.tensor_id(other) == _core.tensor_id(tensor) and _key_of(other) != _key_of(tensor):
                refuse(
                    kernel.function,
                    "result-view",
                    f"kernel {kernel.__name__} returned {tensor.name} as {tensor.dtype} {tensor.shape}, and it is also "
                    f"{other.dtype} {other.shape}; return it in one form and reshape or view the array",
                )
        order.append(same[0] if same else len(outputs))
        if not same:
            outputs.append(tensor)
    return structure, outputs, order


def _flatten_result(kernel, value, found):
    if isinstance(value, _core.NkiTensor):
        _check_result(kernel, value)
        found.append(value)
        return ("array",)
    if type(value) in (tuple, list):
        return (type(value), tuple(_flatten_result(kernel, item, found) for item in value))
    if type(value) is dict:
        return (dict, tuple((flatten(key, []), _flatten_result(kernel, item, found)) for key, item in value.items()))
    if door_of(value):
        return ("value", type(value), value)
    return flatten(value, [])


def _check_result(kernel, tensor):
    place = f"kernel {kernel.__name__} returned {tensor.name} {tensor.shape}"
    if tensor.buffer.name != "shared_hbm":
        refuse(
            kernel.function,
            "result-space",
            f"{place}, which is in {tensor.buffer.name}; results must be in shared HBM: make one with nl.ndarray(..., "
            "buffer=nl.shared_hbm) and write it with nisa.dma_copy",
        )
    if not _core.is_whole(tensor):
        refuse(kernel.function, "result-view", f"{place}, a part of a tensor; results must be whole tensors")
