"""Kernels that tell their time on a device."""

from nki._beta1 import latency
from nki._beta1.launch import Beta1Kernel
from nki._bound import Launch


class BenchmarkedKernel(Beta1Kernel):
    """A kernel that has a `benchmark_result` once it has been called."""

    def __init__(self, function, platform_target=None, grid=()):
        super().__init__(function, platform_target, grid)
        self.has_plain_defaults = False  # every call comes by `specialize`
        self._planned = None  # what the latest call runs
        self._benchmarked = None

    def __getitem__(self, grid):
        return BenchmarkedLaunch(self, self.grid_of(grid))

    def launch(self, grid, args, kwargs):
        result = super().launch(grid, args, kwargs)
        self._benchmarked = self._planned
        return result

    def specialize(self, types, call_key):
        self._planned = super().specialize(types, call_key)
        return self._planned

    @property
    def benchmark_result(self):
        """The estimate for the arguments of the latest call."""
        spec = self._benchmarked
        if spec is None:
            raise AttributeError(f"{self.__name__} has no benchmark_result before it is called")
        return latency.BenchmarkResult(latency.Latency(latency.microseconds(spec.plan, spec.graph.target)))


class BenchmarkedLaunch(Launch):
    """`kernel[grid]` of a benchmarked kernel."""

    @property
    def benchmark_result(self):
        """That of the kernel."""
        return self.kernel.benchmark_result
