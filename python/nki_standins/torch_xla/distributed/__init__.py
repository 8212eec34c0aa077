"""torch_xla.distributed: the modules of it that scripts use."""

import torch_xla

__getattr__ = torch_xla._missing(__name__)
