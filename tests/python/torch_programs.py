"""PyTorch functions around the small kernels, and what the tests of the PyTorch door share."""

import shutil
import subprocess
import sys
import textwrap

import pytest
import torch
from nki import _program, _torch_ops

from tests.python.small_kernels import add, scaled

BACKENDS = [
    "eager",
    "aot_eager",
    pytest.param(
        "inductor",
        marks=pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="needs a C++ compiler"),
    ),
]


class Add(torch.autograd.Function):
    """add with its gradient."""

    @staticmethod
    def forward(ctx, a, b):
        return add(a, b)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, gradient


class Doubled(torch.autograd.Function):
    """Runs a kernel in its backward as well."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return add(x, x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, gradient):
        return scaled(gradient)


@pytest.fixture(autouse=True)
def fresh_compiler():
    """Each test starts with torch.compile's caches empty."""
    torch.manual_seed(0)
    yield
    if "torch._dynamo" in sys.modules:
        torch._dynamo.reset()


def pair(*shape, dtype=torch.float32):
    """Two tensors of normal numbers."""
    return torch.randn(shape).to(dtype), torch.randn(shape).to(dtype)


def plan_of(kernel_name, shape, dtype=torch.float32):
    """What the ops know of a kernel that was called with such tensors."""
    programs = [program for program in _program._programs.values() if program.name == kernel_name]
    return next(plan for plan in map(_torch_ops.plan_of, programs) if plan.inputs[0] == (shape, dtype))


def run_python(code, *arguments):
    """Runs code in a new process."""
    program = textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)
