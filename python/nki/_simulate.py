"""nki.simulate: a kernel as ordinary Python, each instruction run when it is called, so that tensors have values."""

import collections
import functools
import itertools
import operator
import os
import warnings
from importlib import import_module
from typing import NamedTuple

import numpy as np

from nki import _core, _numpy, _settings
from nki._cores import Cores
from nki._errors import refuse
from nki._kernel import Kernel, Launch, NkiWarning, callers_level, check_shape, door_for
from nki._result import Results

LOW = frozenset(("bfloat16", "float8_e4m3", "float8_e4m3fn", "float8_e5m2"))  # stored as float32 if not precise


def simulate(kernel):
    """A kernel that runs instruction by instruction while its function runs, for debugging: nki.simulate(kernel)(a, b).

    Inside, print(tile), tile.numpy(), breakpoint() and debuggers see values; memory that nothing has written holds NaN,
    or 4 in integers. Results are the same, bit by bit, as those of kernel(a, b).

    Args:
        kernel: an @nki.jit kernel, kernel[grid], or a plain function.

    Errors: TypeError for anything else. What breaks a rule raises where it stands, before the instruction runs.
    Source: nki.simulate, NKI 0.3 to 0.6.
    """
    if isinstance(kernel, Simulated):
        return kernel
    if isinstance(kernel, Launch):
        return Simulated(kernel.kernel, kernel.grid, kernel.bound)
    if isinstance(kernel, Kernel):
        return Simulated(kernel)
    if callable(kernel) and (hasattr(kernel, "__code__") or isinstance(kernel, functools.partial)):
        return Simulated(Kernel(kernel))
    raise TypeError(f"nki.simulate: takes a kernel, kernel[grid] or a function, got {kernel!r}")


class Simulated:
    """What nki.simulate returns: call it as the kernel itself."""

    def __init__(self, kernel, grid=(), bound=()):
        functools.update_wrapper(self, kernel)
        self.kernel = kernel
        self.grid = grid
        self.bound = bound  # the object of a method

    def __call__(self, *args, **kwargs):
        # Inside a kernel the instructions become the caller's. nki-py --check runs nothing: there are no values.
        if _core.tracing() or _core.check_only():
            return self.kernel.launch(self.grid, (*self.bound, *args), kwargs)
        return run(self.kernel, *self.kernel.split((*self.bound, *args), kwargs, self.grid))

    def __getitem__(self, grid):
        return Simulated(self.kernel, self.kernel.grid_of(grid), self.bound)

    def __repr__(self):
        return f"<nki.simulate of {self.kernel!r}>"


class Argument(NamedTuple):
    """An array as the simulator takes it."""

    array: object  # the caller's
    shape: tuple
    dtype: str  # as NKI calls it
    address: int  # of contiguous values
    owner: object  # of the memory there


def launch(kernel, grid, args, kwargs):
    """An ordinary call while NKI_SIMULATOR=1 is set; AWS's simulator knows nothing of JAX then, and ours as little."""
    arrays, call_key = kernel.split(args, kwargs, grid)
    door = door_for(kernel, arrays)
    if door == "jax" or (door == "torch" and not import_module("nki._torch").runs_now(arrays)):
        return import_module(f"nki._{door}").call(kernel, arrays, call_key)
    return run(kernel, arrays, call_key)


def _is_precise():
    setting = os.environ.get("NKI_PRECISE_FP") or "1"
    if setting not in ("0", "1"):
        raise ValueError(f"NKI_PRECISE_FP is {setting!r}; it must be 0 or 1")
    return setting == "1"


def run(kernel, arrays, call_key):
    """What the kernel returns, run in the simulator."""
    door = door_for(kernel, arrays)
    door = NumpyDoor if door == "numpy" else import_module(f"nki._simulate_{door}").Door
    precise = _is_precise()
    _settings.say_no_graph(kernel.__name__)
    arguments = door.take(kernel, arrays, call_key, precise)
    names = kernel.argument_names(call_key)
    for name, argument in zip(names, arguments, strict=True):
        check_shape(kernel, name, argument.shape)
    target = _settings.canonical_target(call_key.target)
    trace = _core.EagerTrace(kernel.__name__, target, list(call_key.grid), precise, _warn)
    tensors = [trace.add_input(name, list(a.shape), *a[2:]) for name, a in zip(names, arguments, strict=True)]
    results = Results(kernel, tensors, lambda message: _warn(message, "", 0))
    programs = list(np.ndindex(*call_key.grid))
    for program, result in zip(
        programs, _run(trace, programs, lambda: kernel.run_function(call_key, tensors)), strict=True
    ):
        results.read(program, result)
    if results.problems:
        refuse(kernel.function, results.problems)
    trace.finish(results.form.outputs)
    written = trace.written()
    results.check_any(written, result)
    for rule, message in results.problems:  # a kernel may be run for what it prints
        _warn(f"{message} [{rule}]", "", 0)
    return _give_back(kernel, door, names, arguments, tensors, written, results.form)


def _run(trace, programs, function):
    """What the function returns in each program. Two run side by side, since they may wait for each other."""
    if len(programs) == 2:
        return Cores(trace).run(programs, function)
    results = []
    with trace:
        for program in programs:
            trace.begin_program(list(program))
            results.append(function())
    return results


def _give_back(kernel, door, names, arguments, tensors, written, form):
    """Changes the arguments where the kernel wrote them, and makes its results."""
    arrays = [argument.array for argument in arguments]
    inputs = {_core.tensor_id(tensor): index for index, tensor in enumerate(tensors)}
    if written:
        returned = {inputs.get(_core.tensor_id(tensor)) for tensor in form.outputs}
        door.refuse_written(_Written(kernel.__name__, names), written, arrays, returned)
    outputs = []
    for tensor in form.outputs:
        index = inputs.get(_core.tensor_id(tensor))
        is_new = index is None or (door.makes_new and index in written)
        outputs.append(door.make(kernel, tensor) if is_new else arrays[index])
    result = form.rebuild(outputs)
    if door.makes_new:
        return result
    changes = [
        door.change(kernel, arrays[index], tensors[index], _mask(tensors[index], unwritten))
        for index, unwritten in written.items()
    ]
    # Without a line of Python between one array and the next: a signal changes all of them or none.
    collections.deque(itertools.starmap(operator.setitem, changes), maxlen=0)
    return result


def _mask(tensor, unwritten):
    """Which elements of a tensor have been written, for all but these bytes were; None: all elements."""
    if not unwritten:
        return None
    mask = np.ones((*tensor.shape, tensor.itemsize), bool)
    for start, count in unwritten:
        mask.reshape(-1)[start : start + count] = False
    return mask.any(axis=-1)


class _Written(NamedTuple):
    """What messages about written arguments name."""

    name: str
    input_names: tuple


class NumpyDoor:
    """NumPy arrays in and out."""

    makes_new = False  # arrays in place of changing those that it was given

    @staticmethod
    def take(kernel, arrays, call_key, precise):
        arguments = []
        for array, (shape, dtype) in zip(arrays, _numpy.types(kernel, arrays, call_key), strict=True):
            dense = _numpy.dense(array)
            if not precise and dtype in LOW:
                dense, dtype = array.astype(np.float32), "float32"
            arguments.append(Argument(array, shape, dtype, dense.ctypes.data, dense))
        return arguments

    @staticmethod
    def refuse_written(names, written, arrays, returned):
        _numpy.refuse_overlap(names, written, arrays)
        _numpy.refuse_read_only(names, written, arrays)

    @staticmethod
    def make(kernel, tensor):
        return _numpy.values_of(tensor)

    @staticmethod
    def change(kernel, array, tensor, mask):
        """(array, key, value) with which array[key] = value makes the change."""
        values = _numpy.values_of(tensor)
        return (array, ..., values) if mask is None else (array, mask, values[mask].astype(array.dtype))


def _warn(message, file, line):
    if file:
        warnings.warn_explicit(message, NkiWarning, file, line)
    else:
        warnings.warn(message, NkiWarning, stacklevel=callers_level())
