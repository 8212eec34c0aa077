"""torch_xla.distributed.parallel_loader for one process with one device."""

import torch
import torch_xla
from torch.utils import _pytree
from torch_xla.core import xla_model

__getattr__ = torch_xla._missing(__name__)


class MpDeviceLoader:
    """Iterates over `loader` with every batch moved to `device`, and ends the recorded graph before each next batch."""

    def __init__(self, loader, device, **kwargs):
        self._loader, self._device = loader, device
        self._batches_per_execution = kwargs.get("batches_per_execution", 1)

    def __len__(self):
        return len(self._loader)

    def __iter__(self):
        for number, batch in enumerate(self._loader):
            if number and number % self._batches_per_execution == 0:
                xla_model.mark_step()
            yield _pytree.tree_map_only(torch.Tensor, lambda t: t.to(self._device), batch)
        xla_model.mark_step()
