"""Kernels of Beta 1 (SDK 2.20 to 2.26), on the same instructions and memory as today's. See nki/_beta1."""

from neuronxcc.nki import compiler, isa, language, typing
from nki._beta1.jit import jit, simulate_kernel, tensor, trace

__all__ = ["compiler", "isa", "jit", "language", "simulate_kernel", "tensor", "trace", "typing"]
