"""Kernels with something given: the grid, the object of a method."""

import functools
import operator

from nki import _core
from nki._display import GraphView, PlanView
from nki._structure import MADE_OF


class Launch:
    """`kernel[grid]`: call it as the kernel itself."""

    def __init__(self, kernel, grid, bound=()):
        """`bound`: the object of a method, which is its first argument."""
        functools.update_wrapper(self, kernel)
        self.kernel = kernel
        self.grid = grid
        self.bound = bound

    def __call__(self, *args, **kwargs):
        return self.kernel.launch(self.grid, (*self.bound, *args), kwargs)

    def __reduce__(self):
        kernel = BoundKernel(self.kernel, *self.bound) if self.bound else self.kernel
        return operator.getitem, (kernel, self.grid)

    def with_schedule(self, edges):
        """Kernel.with_schedule on this grid."""
        return Launch(self.kernel.with_schedule(edges), self.grid, self.bound)

    def graph(self, *args, **kwargs):
        """Kernel.graph on this grid."""
        return GraphView(self.kernel._specialize_call(self.grid, (*self.bound, *args), kwargs).graph)

    def plan(self, *args, **kwargs):
        """Kernel.plan on this grid."""
        return PlanView(self.kernel._specialize_call(self.grid, (*self.bound, *args), kwargs))

    def report(self, *args, **kwargs):
        """Kernel.report on this grid."""
        return self.kernel._run_reported(self.grid, (*self.bound, *args), kwargs)


class BoundKernel(Launch):
    """`thing.kernel`, where the thing's class has a kernel for a method: all that a kernel has, with `self` given."""

    def __init__(self, kernel, instance):
        super().__init__(kernel, (), (instance,))
        self.__self__ = instance
        self.__func__ = kernel
        self.__wrapped__ = functools.partial(kernel.function, instance)  # for inspect.signature, and for Captured

    def __getitem__(self, grid):
        return Launch(self.kernel, self.kernel.grid_of(grid), self.bound)

    def with_schedule(self, edges):
        """Kernel.with_schedule of the method."""
        return BoundKernel(self.kernel.with_schedule(edges), self.__self__)

    def __getattr__(self, name):  # what does not concern `self`: specializations, platform_target, …
        if name in ("kernel", "__self__"):  # not yet: while it is copied
            raise AttributeError(name)
        return getattr(self.kernel, name)

    def __eq__(self, other):  # as methods are compared
        return type(other) is BoundKernel and self.kernel is other.kernel and self.__self__ is other.__self__

    def __hash__(self):
        return hash((self.kernel, id(self.__self__)))

    def __reduce__(self):
        return BoundKernel, (self.kernel, self.__self__)

    def __repr__(self):
        return f"<bound {self.kernel!r} of {self.__self__!r}>"


MADE_OF[BoundKernel] = (lambda bound: (bound.kernel, bound.__self__), BoundKernel)


def grid_of(grid):
    """The number of cores in `kernel[cores]`, as a grid of one axis."""
    sizes = grid if isinstance(grid, tuple) else (grid,)
    for size in sizes:
        if isinstance(size, bool) or not hasattr(size, "__index__") or size < 1:
            raise ValueError(f"kernel[cores] takes a positive integer, the number of cores, got {grid!r}")
    if len(sizes) != 1:
        raise ValueError(
            f"kernel[cores] takes one number, the cores that run the kernel, got {grid!r}; grids of several axes ended "
            "with NKI 0.1, use loops in the kernel"
        )
    if sizes[0] > _core.most_cores:
        raise ValueError(
            f"kernel[{sizes[0]}]: a logical NeuronCore has at most {_core.most_cores} cores; launch kernel[2](...) and "
            "share the work by nl.program_id(0) and nl.num_programs(0), with a loop in the kernel for the rest"
        )
    return (int(sizes[0]),)
