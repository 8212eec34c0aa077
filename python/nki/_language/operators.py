"""What makes a function of nki.language a value for `op=` of an instruction, too."""

import contextlib

from nki import _core


def operator(function):
    """Lets `function` stand for the operator of its name: nl.add(x, y), and op=nl.add."""
    _core.register_operator(function, function.__name__)
    return function


class Operator:
    """A value for `op=` that is no function: nl.bypass, nl.average, nl.prelu."""

    def __init__(self, name, where):
        self.__name__ = name
        self._where = where
        with contextlib.suppress(ValueError):  # no instruction takes it yet
            _core.register_operator(self, name)

    def __repr__(self):
        return f"nl.{self.__name__}"

    def __call__(self, *args, **kwargs):
        raise TypeError(f"nl.{self.__name__} can't be called; it is a value for {self._where}")

    def __reduce__(self):
        return self.__name__


bypass = Operator("bypass", "op0= and op1= of nisa.activate2, tensor_scalar, scalar_tensor_tensor and their like")
prelu = Operator("prelu", "op= of nisa.activate2, whose relu_param is the slope")
average = Operator("average", "op= of nisa.tensor_partition_reduce")
