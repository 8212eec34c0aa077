"""The same inside a torch_xla script, as it would run on a Trainium; on the stand-in device if torch_xla is absent."""

import nki  # noqa: F401  makes the stand-in importable; nki-py does so itself
import torch
import torch_xla.core.xla_model as xm
from torch_operator import Add


def main():
    """One training step's forward and backward pass on the XLA device."""
    device = xm.xla_device()
    a = torch.randn(256, 1024).to(device).detach().requires_grad_()
    b = torch.randn(256, 1024).to(device).detach().requires_grad_()
    loss = (Add.apply(a, b) * a * b).sum()
    loss.backward()
    xm.mark_step()
    x, y = a.detach().cpu(), b.detach().cpu()
    torch.testing.assert_close(a.grad.cpu(), y * (x + y) + x * y)
    print(f"torch_xla: the gradients on {device} agree")


if __name__ == "__main__":
    main()
