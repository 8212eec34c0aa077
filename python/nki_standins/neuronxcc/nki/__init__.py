"""Kernels of Beta 1 (SDK 2.20 to 2.26), on the same instructions and memory as today's. See nki/_beta1."""

from neuronxcc.nki import compiler, isa, language, typing
from nki._beta1.framework import FrameworkKernel
from nki._beta1.jit import baremetal, benchmark, jit, profile, simulate_kernel, trace
from nki._beta1.tiles import Tile as tensor

__all__ = [
    "FrameworkKernel",
    "baremetal",
    "benchmark",
    "compiler",
    "isa",
    "jit",
    "language",
    "profile",
    "simulate_kernel",
    "tensor",
    "trace",
    "typing",
]
