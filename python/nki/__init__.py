"""nki-py: AWS NKI kernels on a CPU, without a Trainium.

Decorate a function with @nki.jit and call it with NumPy arrays, torch tensors or JAX arrays.
"""

import pathlib as _pathlib
import sys as _sys
import warnings as _warnings

import nki_standins as _standins

from nki import _core, _missing
from nki._core import InternalError, NkiError, RunError, UnknownKernelError, VerifyError
from nki._dtype import dtype as dtype
from nki._kernel import BoundKernel, Kernel, NkiWarning
from nki._simulate import simulate

__version__ = _core.__version__

_core.set_package_folder(str(_pathlib.Path(__file__).parent))
_standins.install()

# Arguments of AWS's decorator that choose how a kernel is compiled or started for a device, in any release.
_WITHOUT_MEANING = frozenset(
    "mode debug_kernel show_compiler_tb experimental_flags enable_out_of_bound_check additional_compile_opt "
    "kernel_return grid artifacts_dir".split()
)


def jit(fn=None, *mode, platform_target=None, **options):
    """Makes a kernel of a function: `@nki.jit` or `@nki.jit(platform_target="trn2")`.

    Args:
        fn: the function; its parameters are tensors (arrays when called) and compile-time values.
        mode: how NKI 0.1 to 0.3 started the kernel; accepted without meaning.
        platform_target: trn1 (also inf2, gen2), trn2 (gen3) or trn3 (gen4). If None, the environment variable
            NEURON_PLATFORM_TARGET_OVERRIDE, then nki-py's --target, then trn1.
        options: arguments that AWS's compiler takes in some release; they have no meaning here and are accepted.

    Errors: TypeError for an unknown option, ValueError for an unknown target.
    Source: nki.jit, NKI 0.1 to 0.6.
    """
    fn = options.pop("func", fn)  # its name in NKI 0.1 to 0.3
    unknown = sorted(set(options) - _WITHOUT_MEANING)
    if unknown:
        known = ", ".join(["platform_target", *sorted(_WITHOUT_MEANING)])
        raise TypeError(f"nki.jit: no option is called {unknown[0]!r}; there are {known}")
    if len(mode) > 1:
        raise TypeError(f"nki.jit: takes a function and a mode, got {len(mode) + 1} positional arguments")
    for option in options:
        if option != "mode":
            _warnings.warn(f"nki.jit: {option} has no meaning in nki-py", DeprecationWarning, stacklevel=2)
    if fn is None:
        return lambda function: Kernel(function, platform_target)
    if isinstance(fn, (Kernel, BoundKernel)):
        return fn
    return Kernel(fn, platform_target)


def __getattr__(name):
    raise _missing.missing(_sys.modules[__name__], name)


__all__ = [
    "InternalError",
    "Kernel",
    "NkiError",
    "NkiWarning",
    "RunError",
    "UnknownKernelError",
    "VerifyError",
    "jit",
    "simulate",
]
