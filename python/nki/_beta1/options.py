"""Options of Beta 1's decorators: what is checked, what has no meaning here, what is unknown."""

import os
import warnings

from nki._kernel import Kernel, NkiWarning, callers_level

MODES = ("auto", "jax", "torchxla", "baremetal", "benchmark", "simulation", "trace")
# How a kernel is compiled for a device, in some release of Beta 1.
COMPILER = frozenset(
    "additional_compile_opt artifacts_dir debug_kernel disable_allocation_opt enable_out_of_bound_check "
    "experimental_flags kernel_return show_compiler_tb".split()
)
FILES = frozenset({"save_neff_name", "save_trace_name"})


def take(decorator, options, known):
    """Checks the names of options, and says which have no meaning here.

    Args:
        decorator: its name, "nki.jit".
        options: by name.
        known: names that the decorator itself looks at.
    """
    unknown = sorted(set(options) - known - COMPILER)
    if unknown:
        names = ", ".join(sorted(known | COMPILER))
        raise TypeError(f"{decorator}: no option is called {unknown[0]!r}; there are {names}")
    for name in sorted(set(options) & (COMPILER | FILES)):
        if options[name] is not None:
            warnings.warn(
                f"{decorator}: {name} has no meaning in nki-py", DeprecationWarning, stacklevel=callers_level()
            )


def check_files(decorator, options):
    """The names of files for a device's tools, which are not written here."""
    for name in sorted(FILES & options.keys()):
        check_path(decorator, name, options[name])
    neff = options.get("save_neff_name")
    if options.get("save_trace_name") is not None and neff is not None and neff != "file.neff":
        raise ValueError(f"{decorator}: beside save_trace_name, save_neff_name must be 'file.neff', got {neff!r}")


def check_path(decorator, name, value):
    """TypeError if an option is neither a path nor None."""
    if value is not None and not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{decorator}: {name} must be a path, got {value!r}")


def check_count(decorator, name, value, least):
    """TypeError or ValueError if an option is no integer of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{decorator}: {name} must be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"{decorator}: {name} must be at least {least}, got {value}")


def function_of(decorator, kernel):
    """The function to make a kernel of."""
    if isinstance(kernel, Kernel):
        if kernel.language != "neuronxcc.nki":
            raise TypeError(
                f"{decorator}: {kernel.__name__} is a kernel of today's nki.jit; decorate its function by that or by "
                "neuronxcc.nki's, not by both"
            )
        return kernel.function
    if not callable(kernel) or isinstance(kernel, type):
        raise TypeError(f"{decorator}: takes a function or a kernel, got {kernel!r}")
    if hasattr(kernel, "grid") and hasattr(kernel, "kernel"):
        name = kernel.__name__
        raise TypeError(f"{decorator}: takes {name} itself; the grid comes after: decorated[grid](...)")
    return kernel


def check_profile(decorator, options):
    """What nki.profile is told, which is checked and not done."""
    directory = options.get("working_directory")
    check_path(decorator, "working_directory", directory)
    if directory is None or not os.path.isabs(directory):
        raise ValueError(f"{decorator}: working_directory must be an absolute path, got {directory!r}")
    for name in sorted(FILES & options.keys()):
        check_path(decorator, name, options[name])
    if not isinstance(options.get("overwrite", False), bool):
        raise TypeError(f"{decorator}: overwrite must be True or False, got {options['overwrite']!r}")
    check_count(decorator, "profile_nth", options.get("profile_nth", 1), 1)
    warnings.warn(
        f"{decorator}: nki-py writes no profile to {directory}: there is no device", NkiWarning,
        stacklevel=callers_level(),
    )  # fmt: skip
