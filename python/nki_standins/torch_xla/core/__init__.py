import torch_xla

__getattr__ = torch_xla._missing(__name__)
