"""Kernels: functions that are traced once per shapes, dtypes and arguments, and then run."""

import contextvars
import functools
import inspect
import sys
import threading
import warnings
from collections import OrderedDict
from importlib import import_module
from typing import NamedTuple

import numpy as np

from nki import _core, _missing, _numpy, _settings, _words
from nki._bound import BoundKernel, Launch, grid_of
from nki._captured import Captured
from nki._display import GraphView, PlanView, Report, kernel_html
from nki._errors import code_of, entered_module, refuse
from nki._program import Specialization, publish
from nki._result import Results
from nki._schedule import Schedule
from nki._structure import code_in, door_of, flatten, lasts, paths, unflatten

_MAX_AXES = 5
_MOST_KNOWN = 256  # specializations that a kernel keeps, the latest used


class NkiWarning(UserWarning):
    """Something about a kernel is suspicious, though it runs."""


class CallKey(NamedTuple):
    """All of a call that is not arrays; hashable."""

    structure: tuple  # of the bound arguments, arrays left out
    grid: tuple
    target: str


_LIBRARIES = ("nki._beta1", "nki.language", "nki._language", "nki.isa")  # what kernels call
_traced = contextvars.ContextVar("kernel")  # whose function is run for its instructions
_IMMUTABLE = (bool, int, float, str, bytes)  # defaults that are what they were at the first call


class Kernel:
    """A function that runs on a NeuronCore, made by @nki.jit.

    Call it with NumPy arrays, torch tensors or JAX arrays; `kernel[2](…)` runs it on two cores.
    """

    simulates_on_demand = True  # NKI_SIMULATOR=1 applies
    results_are_written_by = "nisa.dma_copy"
    language = "nki"  # whose functions it calls
    grid_of = staticmethod(grid_of)  # the grid that `kernel[…]` says

    def __init__(self, function, platform_target=None):
        functools.update_wrapper(self, function)
        if not hasattr(function, "__name__"):  # functools.partial and other objects that can be called
            self.__name__ = self.__qualname__ = getattr(code_of(function), "co_name", type(function).__name__)
        self.function = function
        self.platform_target = platform_target
        self._body = _words.provided(function)
        if platform_target is not None:
            _settings.canonical_target(platform_target)
        self._signature = inspect.signature(function)
        self._known = OrderedDict()  # (types, call key) -> Specialization, the latest used last
        self._direct = {}  # as _known, for calls with nothing but NumPy arrays, by what such a call has at hand
        defaults = [p.default for p in self._signature.parameters.values() if p.default is not p.empty]
        self.has_plain_defaults = all(value is None or isinstance(value, _IMMUTABLE) for value in defaults)
        self._tracing = threading.RLock()  # a kernel may ask for its own graph while it is traced
        self._schedule = None

    def __call__(self, *args, **kwargs):
        return self.launch((), args, kwargs)

    def __getitem__(self, grid):
        return Launch(self, self.grid_of(grid))

    def __get__(self, instance, owner=None):
        bound = instance is not None and not isinstance(self.function, staticmethod)
        return BoundKernel(self, instance) if bound else self

    def launch(self, grid, args, kwargs):
        """Runs the kernel on a grid; `()` is none."""
        torch = sys.modules.get("torch")
        if torch is not None and torch.compiler.is_dynamo_compiling():
            from nki import _torch_dynamo  # a statement: dynamo cannot trace import_module

            return _torch_dynamo.dynamo_call(self, args, kwargs, grid)
        if _core.tracing():  # a kernel that calls a kernel: the instructions become the caller's
            return self._inline(grid, args, kwargs)
        if self.simulates_on_demand and _core.simulator_wanted():
            return import_module("nki._simulate").launch(self, grid, args, kwargs)
        if not kwargs and self.has_plain_defaults:
            direct = self._direct_key(grid, args)
            spec = self._direct.get(direct)
            if spec is not None and spec.captured.unchanged():
                return _numpy.run(spec, args)
        else:
            direct = None
        arrays, call_key = self.split(args, kwargs, grid)
        door = door_for(self, arrays)
        if door != "numpy":
            return import_module(f"nki._{door}").call(self, arrays, call_key)
        spec = self.specialize(_numpy.types(self, arrays, call_key), call_key)
        if direct is not None and len(arrays) == len(args):  # fewer: a container holds none; more: a default is one
            self._remember_direct(direct, spec)
        return _numpy.run(spec, arrays)

    def _inline(self, grid, args, kwargs):
        """Runs the function as a part of the kernel that calls it."""
        if grid:
            raise ValueError(
                f"{self.__name__}[{', '.join(map(str, grid))}] is called inside a kernel, where no grid can be "
                f"launched: the caller's has begun; call {self.__name__}(...) without one"
            )
        caller = _traced.get(self)
        if caller.language != self.language:
            raise TypeError(
                f"{self.__name__} is a kernel of {self.language} and is called inside {caller.__name__}, a kernel of "
                f"{caller.language}: their tensors differ; write both for the same, or launch one after the other"
            )
        return self._body(*args, **kwargs)

    def with_schedule(self, edges):
        """The kernel with more order among its named instructions: [("a", "b"), ("c", ["a", "b"])], a runs after b.

        No result changes, and nki.simulate does not look at it. Source: "How to Use the NKI Scheduling APIs", NKI 0.6.
        """
        scheduled = type(self)(self.function, self.platform_target)
        scheduled._schedule = Schedule(self.__name__, edges)
        return scheduled

    def graph(self, *args, **kwargs):
        """The kernel's graph for these arguments: `print` it, or `.text()`, `.to_dict()`, `.to_json()`."""
        return GraphView(self._specialize_call((), args, kwargs).graph)

    def plan(self, *args, **kwargs):
        """The verified and placed kernel for these arguments."""
        return PlanView(self._specialize_call((), args, kwargs))

    def report(self, *args, **kwargs):
        """Runs the kernel on NumPy arrays and says what was run; the result is `.result`."""
        return self._run_reported((), args, kwargs)

    def _run_reported(self, grid, args, kwargs):
        arrays, call_key = self.split(args, kwargs, grid)
        door = door_for(self, arrays)
        if door != "numpy":
            raise TypeError(
                f"{self.__name__}.report takes NumPy arrays, and these are {door}'s; pass np.asarray(...) of them"
            )
        spec = self.specialize(_numpy.types(self, arrays, call_key), call_key)
        return Report(spec, *_numpy.run_reported(spec, arrays))

    def specializations(self):
        """What the kernel was compiled for so far."""
        return list(self._known.values())

    def split(self, args, kwargs, grid=()):
        """The arrays of a call, in order, and everything else as a CallKey."""
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.__name__}{self._signature}: {self._unknown_name(kwargs) or error}") from None
        bound.apply_defaults()
        arrays = []
        try:
            structure = tuple([(name, flatten(value, arrays)) for name, value in bound.arguments.items()])
        except RecursionError:
            raise ValueError(self._endless(bound.arguments)) from None
        return arrays, CallKey(structure, grid, _settings.target_of(self.platform_target))

    def _endless(self, arguments):
        """What is wrong with an argument inside which one can go on and on."""
        for name, value in arguments.items():
            try:
                flatten(value, [])
            except RecursionError:
                break
        return f"{self.__name__}: argument '{name}' is a container that holds itself, or thousands one in the other"

    def _unknown_name(self, kwargs):
        """What is wrong with the names of keyword arguments; "" if nothing is."""
        parameters = self._signature.parameters.values()
        known = {parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL}
        unknown = [name for name in kwargs if name not in known]
        if not unknown or any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return ""
        return f"no argument is called '{unknown[0]}'"

    def argument_names(self, call_key):
        """A name for each array of a call: its parameter, with an index where it is inside a container."""
        return tuple([path for name, item in call_key.structure for path in paths(item, name)])

    def specialize(self, types, call_key):
        """The compiled kernel for arrays of `types`, ((shape, NKI dtype), …); traced if it is not known."""
        spec = self._find_known(types, call_key)
        if spec is not None:
            return spec
        # Inside another trace without waiting: two kernels may ask for each other's graphs in two threads.
        alone = self._tracing.acquire(blocking=not _core.tracing())
        try:
            spec = self._find_known(types, call_key)
            if spec is not None:
                return spec
            spec = self._compile(types, call_key)
            if lasts(call_key.structure):
                self._known[types, call_key] = spec
                while len(self._known) > _MOST_KNOWN:
                    self._known.popitem(last=False)
        finally:
            if alone:
                self._tracing.release()
        self._warn(spec, (types, call_key))
        return spec

    def _find_known(self, types, call_key):
        key = (types, call_key)
        spec = self._known.get(key)
        if spec is None or not spec.captured.unchanged():
            return None
        try:
            self._known.move_to_end(key)
        except KeyError:  # another thread has just dropped it
            pass
        return spec

    def _warn(self, spec, key):
        """Without the lock: what shows warnings is the caller's code, and may make an error of them."""
        try:
            for warning in spec.warnings:
                warnings.warn(warning, NkiWarning, stacklevel=callers_level())
        except BaseException:
            self._known.pop(key, None)
            raise

    def _specialize_call(self, grid, args, kwargs):
        arrays, call_key = self.split(args, kwargs, grid)
        door = door_for(self, arrays)
        if door == "numpy":
            return self.specialize(_numpy.types(self, arrays, call_key), call_key)
        return self.specialize(tuple((tuple(a.shape), _core.parse_dtype(a.dtype)) for a in arrays), call_key)

    def _direct_key(self, grid, args):
        key = [grid, _settings.target_of(self.platform_target)]
        for arg in args:
            if type(arg) is not np.ndarray:
                return None
            key.append(arg.shape)
            key.append(arg.dtype)
        return tuple(key)

    def _remember_direct(self, direct, spec):
        if len(self._direct) >= _MOST_KNOWN:
            self._direct.clear()
        self._direct[direct] = spec

    def _compile(self, types, call_key):
        names = self.argument_names(call_key)
        for name, (shape, _) in zip(names, types, strict=True):
            check_shape(self, name, shape)
        target = _settings.canonical_target(call_key.target)
        trace = _core.Trace(self.__name__, target, list(call_key.grid))
        tensors = [trace.add_input(name, list(shape), dtype) for name, (shape, dtype) in zip(names, types, strict=True)]
        captured = Captured(self.function, code_in(call_key.structure))
        to_say = []
        results = Results(self, tensors, to_say.append)
        with trace:
            for program in np.ndindex(*call_key.grid):
                trace.begin_program(list(program))
                result = self.run_function(call_key, tensors)
                results.read(program, result)
        captured.settle()
        graph = trace.finish(results.form.outputs)
        results.check_any(_core.written_inputs(graph), result)
        plan = self._plan(graph, results.problems)
        if self._schedule is not None:
            self._schedule.check(self.function, graph)
        to_say.extend(plan.warnings)
        return Specialization(publish(graph, plan, names), graph, plan, results.form, captured, to_say)

    def _plan(self, graph, problems):
        """The graph's plan; what is wrong with the result is said together with what is wrong inside."""
        found = None
        try:
            plan = _core.plan(graph)
        except _core.VerifyError as error:
            if not problems:
                raise
            found = error
        if problems:
            refuse(self.function, problems, found)
        return plan

    def run_function(self, call_key, tensors):
        """What the function returns for tensors in the places of the call's arrays."""
        arguments = iter(tensors)
        bound = inspect.BoundArguments(self._signature, {})
        for name, item in call_key.structure:
            bound.arguments[name] = unflatten(item, arguments)
        token = _traced.set(self)
        try:
            return self._body(*bound.args, **bound.kwargs)
        except (AttributeError, TypeError) as error:
            self._note_language(error)
            if type(error) is TypeError:
                _missing.explain_keyword(error)
            if not tensors and bound.arguments:
                kinds = {name: type(value).__name__ for name, value in bound.arguments.items()}
                given = ", ".join(f"{name} is of type {kind}" for name, kind in kinds.items())
                error.add_note(f"{self.__name__}: none of the arguments is a NumPy, torch or JAX array: {given}")
            raise
        finally:
            _traced.reset(token)

    def _note_language(self, error):
        """Says so if the kernel has called a function for kernels of another generation."""
        module = entered_module(error)
        others = "today's nki" if self.language == "neuronxcc.nki" else "neuronxcc.nki"
        if module.startswith("nki._beta1") == (others == "neuronxcc.nki") and module.startswith(_LIBRARIES):
            error.add_note(f"{self.__name__} is made by {self.language}.jit, and calls a function of {others}")

    def __reduce__(self):  # pickled by name; a copy is the kernel itself
        return self.__qualname__

    def __repr__(self):
        return f"<nki kernel {self.__name__}{self._signature}>"

    def _repr_html_(self):
        return kernel_html(self)


def callers_level():
    """The stacklevel, for our caller, of the line that called into this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nki":
        level, frame = level + 1, frame.f_back
    return level


def door_for(kernel, arrays):
    """ "numpy", "torch" or "jax": who takes these arrays; NumPy if there are none."""
    doors = {door_of(array) for array in arrays}
    if "masked" in doors:
        raise TypeError(
            f"{kernel.__name__}: an argument is a NumPy masked array, whose mask a kernel can't see; pass "
            "array.filled(value), or array.data and the mask as two arguments"
        )
    for door in ("jax", "torch"):  # NumPy arrays beside JAX's become JAX's; beside torch tensors they are refused there
        if door in doors:
            return door
    return "numpy"


def check_shape(kernel, name, shape):
    """ValueError if no tensor can have the shape of the argument `name`."""
    place = f"{kernel.__name__}: argument '{name}' has shape {tuple(shape)}"
    if len(shape) == 0:
        raise ValueError(f"{place}; pass an array with at least one axis, or a Python number")
    if len(shape) > _MAX_AXES:
        raise ValueError(f"{place} with {len(shape)} axes; a tensor has at most {_MAX_AXES}")
    if 0 in shape:
        raise ValueError(f"{place} and holds nothing; a kernel needs at least one element in every array")
