"""A stand-in for torch_xla on a machine without Trainium: the calls that public NKI scripts make, run on the CPU.

It is importable only where no real torch_xla is installed.
"""

import torch as _torch
from torch_xla import _device, _tensor

__version__ = "0+nki-stand-in"

_device.install()


def device(index=None):
    if index not in (None, 0):
        raise ValueError(f"device index {index}: the stand-in has one device, xla:0")
    return _torch.device("xla", 0)


def sync(wait=False, reset_scope=True):
    """Ends the recorded graph, as xm.mark_step() does."""
    _tensor.sync()


def _missing(package):
    def __getattr__(name):
        raise AttributeError(
            f"module '{package}' has no attribute '{name}': this is nki-py's stand-in for torch_xla, "
            "which has only what NKI scripts commonly use"
        )

    return __getattr__


__getattr__ = _missing(__name__)
