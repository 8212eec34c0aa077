"""What neuronxcc.nki has besides its modules."""

from nki._beta1.launch import Beta1Kernel
from nki._beta1.tiles import Tile as tensor


def jit(func=None, mode="auto", **kwargs):
    """Makes a kernel of a function. Source: nki.jit, NKI 2.26."""
    target = kwargs.pop("platform_target", None)
    if func is None:
        return lambda function: jit(function, mode, platform_target=target)
    if isinstance(func, Beta1Kernel):
        return func if target is None else Beta1Kernel(func.function, target)
    return Beta1Kernel(func, target)


trace = jit


def simulate_kernel(kernel, *args, **kwargs):
    """Runs a kernel on NumPy arrays. Source: nki.simulate_kernel, NKI 2.26."""
    return kernel(*args, **kwargs)


__all__ = ["jit", "simulate_kernel", "tensor", "trace"]
