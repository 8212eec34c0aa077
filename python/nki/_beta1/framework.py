"""The class that bindings of further frameworks inherit."""

import abc

from nki import _program
from nki._beta1 import dtypes
from nki._beta1.grids import grid_of
from nki._beta1.launch import Beta1Kernel
from nki._kernel import CallKey
from nki._settings import target_of
from nki._structure import flatten


class FrameworkKernel(abc.ABC):
    """A kernel for a framework that nki-py does not know: a subclass says what its tensors are.

    Methods to write: is_framework_tensor, map_framework_tensor, translate_to_neuron_dtype. dump_config is there.
    Source: nki.FrameworkKernel, NKI 2.26.
    """

    def __init__(self, func=None, func_name=None, grid=(), platform_target=None, **kwargs):
        if not callable(func):
            raise TypeError(f"FrameworkKernel: func must be a function, got {func!r}")
        self.func, self.func_name = func, func_name or func.__name__
        self.grid = grid if grid == () else grid_of(grid)
        self._kernel = Beta1Kernel(getattr(func, "function", func), platform_target)

    def dump_config(self, *args, **kwargs):
        """(key of the compiled kernel, names of its inputs, names of its outputs) for these arguments.

        nki._core.run_pointers(key, inputs, outputs) runs it on contiguous buffers.
        """
        kernel, arrays = self._kernel, []
        bound = kernel._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        structure = [
            (name, flatten(value, arrays, (), self.is_framework_tensor)) for name, value in bound.arguments.items()
        ]
        types = tuple(map(self._type_of, arrays))
        key = CallKey((*structure, ("grid", ("value", tuple, self.grid))), (), target_of(kernel.platform_target))
        spec = kernel.specialize(types, key)
        _program.keep(spec.program)
        return spec.key, list(spec.input_names), list(spec.output_names)

    def _type_of(self, tensor):
        shape, dtype = self.map_framework_tensor(tensor)
        return tuple(shape), dtypes.name_of(self.translate_to_neuron_dtype(dtype))

    @abc.abstractmethod
    def is_framework_tensor(self, t):
        """Whether an argument is a tensor; anything else is known while tracing."""

    @abc.abstractmethod
    def map_framework_tensor(self, t):
        """(shape, data type of the framework) of a tensor."""

    @abc.abstractmethod
    def translate_to_neuron_dtype(self, _dtype):
        """The data type of nki.language, or NumPy's, for a framework's."""
