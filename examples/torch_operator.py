"""A kernel inside PyTorch: eager, compiled, and with gradients."""

import torch
from tensor_add import tensor_add


class Add(torch.autograd.Function):
    """tensor_add with its gradient: both inputs get what comes from behind."""

    @staticmethod
    def forward(ctx, a, b):
        return tensor_add(a, b)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, gradient


def product(a, b):
    """a · b · (a + b), the sum by the kernel."""
    return a * b * Add.apply(a, b)


def main():
    """Runs the product three ways and checks each."""
    torch.manual_seed(0)
    a, b = (torch.randn(256, 1024, requires_grad=True) for _ in range(2))
    out = product(a, b)
    torch.testing.assert_close(out, a * b * (a + b))
    out.sum().backward()
    torch.testing.assert_close(a.grad, (b * (a + b) + a * b).detach())

    compiled = torch.compile(product, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(a, b), out)
    print("torch: eager, autograd and torch.compile agree with a * b * (a + b)")


if __name__ == "__main__":
    main()
