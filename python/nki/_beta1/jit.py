"""@nki.jit of neuronxcc.nki, and the ways to run a kernel without a framework."""

from nki._beta1 import options as _options
from nki._beta1.benchmark import BenchmarkedKernel
from nki._beta1.grids import grid_of
from nki._beta1.launch import Beta1Kernel
from nki._bound import BoundKernel, Launch

_OF_JIT = frozenset({"platform_target", "grid"})


def jit(func=None, mode="auto", **kwargs):
    """Makes a kernel of a function: `@nki.jit`, `@nki.jit(mode="simulation", platform_target="trn2")`.

    Call it with NumPy arrays, torch tensors or JAX arrays. Another kernel may call it as a function.

    Args:
        func: the function.
        mode: "auto", "jax", "torchxla", "baremetal", "simulation" and "trace" mean the same here: the arguments say
            what runs the kernel. "benchmark": as nki.benchmark.
        platform_target: trn1 (inf2, gen2), trn2 (gen3) or trn3 (gen4); None as for today's nki.jit.
        grid: of calls that name none.
        kwargs: options of the device's compiler are accepted without meaning.

    Source: nki.jit, NKI 2.26.
    """
    _options.take("nki.jit", kwargs, _OF_JIT | (_options.FILES | {"warmup", "iters"} if mode == "benchmark" else set()))
    if mode not in _options.MODES:
        raise ValueError(f"nki.jit: mode must be one of {', '.join(_options.MODES)}, got {mode!r}")
    if mode == "benchmark":
        return _decorate("nki.jit", func, BenchmarkedKernel, kwargs)
    return _decorate("nki.jit", func, Beta1Kernel, kwargs)


def trace(func=None, **kwargs):
    """Makes a function that kernels call and nki.simulate_kernel runs: as nki.jit. Source: nki.trace, NKI 2.26."""
    _options.take("nki.trace", kwargs, _OF_JIT)
    return _decorate("nki.trace", func, Beta1Kernel, kwargs)


def baremetal(kernel=None, **kwargs):
    """Makes a kernel that is run on NumPy arrays without a framework: as nki.jit.

    Args:
        kernel: the function, or what nki.jit made of it.
        save_neff_name, save_trace_name: files for a device's tools; nki-py writes none.
        kwargs: as of nki.jit.

    Source: nki.baremetal, NKI 2.26.
    """
    _options.take("nki.baremetal", kwargs, _OF_JIT | _options.FILES)
    _options.check_files("nki.baremetal", kwargs)
    return _decorate("nki.baremetal", kernel, Beta1Kernel, kwargs)


def benchmark(kernel=None, **kwargs):
    """Makes a kernel that estimates its time on a device: after a call, kernel.benchmark_result.nc_latency has it.

    The kernel is run once, on the arguments. There is no device: the latency is the least that the device's clocks and
    bandwidth allow (see nki/_beta1/latency.py), and every percentile is that one number.

    Args:
        kernel: the function, or what nki.jit made of it.
        warmup, iters: checked; there is nothing to repeat.
        save_neff_name, save_trace_name: files for a device's tools; nki-py writes none.
        kwargs: as of nki.jit.

    Source: nki.benchmark, NKI 2.26.
    """
    _options.take("nki.benchmark", kwargs, _OF_JIT | _options.FILES | {"warmup", "iters"})
    _options.check_files("nki.benchmark", kwargs)
    _options.check_count("nki.benchmark", "warmup", kwargs.get("warmup", 10), 0)
    _options.check_count("nki.benchmark", "iters", kwargs.get("iters", 100), 1)
    return _decorate("nki.benchmark", kernel, BenchmarkedKernel, kwargs)


def profile(func=None, **kwargs):
    """Makes a kernel of which a device would write a profile: it runs, and a warning says that there is no file.

    Args:
        func: the function, or what nki.jit made of it.
        working_directory: where the profile would go, an absolute path; required.
        save_neff_name, save_trace_name: the names of its files.
        overwrite: whether existing files are replaced.
        profile_nth: which execution is profiled.
        kwargs: as of nki.jit.

    Source: nki.profile, NKI 2.26.
    """
    own = {"working_directory", "overwrite", "profile_nth", *_options.FILES}
    _options.take("nki.profile", {name: kwargs[name] for name in kwargs if name not in _options.FILES}, _OF_JIT | own)
    _options.check_profile("nki.profile", kwargs)
    return _decorate("nki.profile", func, Beta1Kernel, kwargs)


def _decorate(decorator, kernel, kind, options):
    """A kernel of this kind; a decorator that makes one if there is no function yet."""
    target, grid = options.get("platform_target"), options.get("grid")
    if target is not None and not isinstance(target, str):
        raise TypeError(f"{decorator}: platform_target must be a string such as 'trn2', got {target!r}")
    grid = () if grid is None or grid == () else grid_of(grid)
    make = lambda function: _make(decorator, function, kind, target, grid)  # noqa: E731
    return make if kernel is None else make(kernel)


def _make(decorator, kernel, kind, target, grid):
    function = _options.function_of(decorator, kernel)
    if function is not kernel:  # a kernel, decorated again
        target, grid = target or kernel.platform_target, grid or kernel.default_grid
        if type(kernel) is kind and (target, grid) == (kernel.platform_target, kernel.default_grid):
            return kernel
    return kind(function, target, grid)


def simulate_kernel(kernel, *args, **kwargs):
    """Runs a kernel, or kernel[grid], on NumPy arrays. Source: nki.simulate_kernel, NKI 2.26."""
    if isinstance(kernel, (Launch, BoundKernel)):
        _options.function_of("nki.simulate_kernel", kernel.kernel)
        return kernel(*args, **kwargs)
    function = _options.function_of("nki.simulate_kernel", kernel)
    return (Beta1Kernel(function) if function is kernel else kernel)(*args, **kwargs)
