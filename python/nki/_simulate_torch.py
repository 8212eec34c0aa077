"""nki.simulate on torch tensors."""

import torch

from nki import _core, _numpy, _torch
from nki._simulate import LOW, Argument
from nki._torch_ops import places_of, torch_dtype


class Door:
    """Torch tensors in and out; nothing is recorded for gradients."""

    makes_new = False

    @staticmethod
    def take(kernel, tensors, call_key, precise):
        types = _torch.types(kernel, tensors, call_key)
        if not _torch.runs_now(tensors):
            raise TypeError(
                f"nki.simulate: {kernel.__name__} is called with tensors that have no values here (on device "
                f"'{tensors[0].device}', or while torch records or maps a function); call {kernel.__name__} itself"
            )
        arguments = []
        for tensor, (shape, dtype) in zip(tensors, types, strict=True):
            dense = tensor.detach().contiguous()
            if not precise and dtype in LOW:
                dense, dtype = dense.float(), "float32"
            arguments.append(Argument(tensor, shape, dtype, dense.data_ptr(), dense))
        return arguments

    @staticmethod
    def refuse_written(names, written, tensors, returned):
        if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
            _torch.refuse_recording(names.name)
        _numpy.refuse_overlap(names, written, places_of(tensors))

    @staticmethod
    def make(kernel, tensor):
        result = torch.empty(tensor.shape, dtype=torch_dtype(kernel.__name__, tensor.dtype, "returns"))
        _core.copy_values(tensor, result.data_ptr())
        return result

    @staticmethod
    def change(kernel, array, tensor, mask):
        values = Door.make(kernel, tensor).to(array.dtype)
        mask = ... if mask is None else torch.from_numpy(mask)
        return array.detach(), mask, values[mask]
