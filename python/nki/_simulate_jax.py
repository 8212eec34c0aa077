"""nki.simulate on JAX arrays, whose values are at hand: not inside jax.jit."""

import jax
import numpy as np

from nki import _jax, _numpy
from nki._simulate import NumpyDoor


class Door(NumpyDoor):
    """JAX arrays in and out. They can't change: what a kernel writes of its arguments is new."""

    makes_new = True

    @staticmethod
    def take(kernel, arrays, call_key, precise):
        if any(isinstance(array, jax.core.Tracer) for array in arrays):
            raise TypeError(
                f"nki.simulate: {kernel.__name__} is called inside jax.jit or another transformation, where arrays "
                f"have no values; call {kernel.__name__} itself there"
            )
        _jax.refuse_others(kernel, arrays, call_key)
        dense = NumpyDoor.take(kernel, [np.asarray(array) for array in arrays], call_key, precise)
        return [argument._replace(array=array) for argument, array in zip(dense, arrays, strict=True)]

    @staticmethod
    def refuse_written(names, written, arrays, returned):
        _jax.refuse_written(names, written, arrays, returned)

    @staticmethod
    def make(kernel, tensor):
        return jax.numpy.asarray(_numpy.values_of(tensor))
