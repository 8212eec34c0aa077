"""torch_xla.core.xla_model for one process with one device."""

import sys

import torch
import torch_xla
from torch_xla import _tensor

__getattr__ = torch_xla._missing(__name__)


def xla_device(n=None, devkind=None):
    return torch_xla.device(n)


def mark_step(wait=False, reset_scope=True):
    """Ends the recorded graph: every live device tensor becomes device data."""
    _tensor.sync()


def xrt_world_size(defval=1):
    return 1


def get_ordinal(defval=0):
    return 0


def is_master_ordinal(local=True):
    return True


def master_print(*args, fd=None, local=False, flush=False):
    print(*args, file=fd or sys.stdout, flush=flush)


def rendezvous(tag, payload=b"", replicas=()):
    return [payload]


def mesh_reduce(tag, data, reduce_fn):
    return reduce_fn([data])


def optimizer_step(optimizer, barrier=False, optimizer_args=None, groups=None, pin_layout=True):
    loss = optimizer.step(**(optimizer_args or {}))
    if barrier:
        mark_step()
    return loss


def set_rng_state(seed, device=None):
    """The host's generator serves the device: random numbers equal the CPU's."""
    torch.manual_seed(seed)


def get_rng_state(device=None):
    return torch.initial_seed()
