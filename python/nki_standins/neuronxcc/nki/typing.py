"""The annotations of `nki.typing` under their Beta 1 name."""

from nki.typing import mutable_tensor, tensor

__all__ = ["mutable_tensor", "tensor"]
