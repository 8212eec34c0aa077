"""What a kernel returns: the form of it, checked, and apart from that its output tensors."""

import copy
from collections import deque
from collections.abc import Iterator, MappingView, Set
from typing import NamedTuple

import numpy as np

from nki import _core
from nki._structure import door_of, flatten, is_module, unflatten

_NO_PLACES = (Iterator, MappingView, Set, deque)  # what can't be given back with arrays in the places of tensors


class Form(NamedTuple):
    """What a function returned."""

    structure: tuple
    outputs: list  # distinct tensors
    order: list  # for each array in the structure an index into the outputs, and behind them the constants
    constants: list  # arrays that are no tensors of the kernel

    def rebuild(self, outputs):
        """What was returned, with `outputs` in the places of its tensors."""
        if self.structure == ("array",):
            return outputs[self.order[0]] if not self.constants else _own(self.constants[0])
        items = [*outputs, *map(_own, self.constants)]
        return unflatten(self.structure, iter([items[i] for i in self.order]), _own)


def _own(constant):
    """What a caller may change without changing the next call's result."""
    door = door_of(constant)
    if door == "torch":
        return constant.clone()
    if door == "jax" or isinstance(constant, (float, complex, np.generic)) or is_module(constant):
        return constant
    try:
        return copy.deepcopy(constant)
    except Exception:  # whatever its class says of being copied: a lock, an open file
        return constant


class Results:
    """Reads what the programs of a kernel return, and collects what is wrong with it."""

    def __init__(self, kernel, inputs, warn):
        """`warn` is told of what is better written otherwise."""
        self._warn = warn
        self.problems = []  # (rule, message)
        self.form = None
        self._name = kernel.__name__
        self._written_by = kernel.results_are_written_by
        self._inputs = inputs
        self._first = None  # (indices in the grid, form)

    def read(self, program, result):
        """Takes the result of the next program of the grid."""
        found = []
        seen = _Seen()
        structure = flatten(result, found, (), seen)
        if seen.refused or seen.tensors != sum(isinstance(item, _core.NkiTensor) for item in found):
            self._add(
                "result-form",
                f"kernel {self._name} returned tensors inside {seen.refused or 'the keys of a dict'}; return them in "
                "tuples, lists, dicts' values, named tuples or objects",
            )
        self.form = self._form_of(structure, found)
        if not self.problems:
            self._check_same(program)

    def _form_of(self, structure, found):
        outputs, order, constants = [], [], []
        for item in found:
            if not isinstance(item, _core.NkiTensor):
                order.append(item)
                constants.append(item)
                continue
            same = [i for i, other in enumerate(outputs) if _core.tensor_id(other) == _core.tensor_id(item)]
            if self._check(item, outputs):
                order.append(same[0] if same else len(outputs))
                if not same:
                    outputs.append(item)
        places = iter(range(len(outputs), len(outputs) + len(constants)))
        return Form(structure, outputs, [i if isinstance(i, int) else next(places) for i in order], constants)

    def _check(self, tensor, outputs):
        """Whether a tensor can be a result."""
        place = f"kernel {self._name} returned {tensor.name} {tensor.shape}"
        if tensor.buffer.name != "shared_hbm":
            wrong = (
                f"{place}, which is in {tensor.buffer.name}; results must be in shared HBM: make one with "
                f"nl.ndarray(..., buffer=nl.shared_hbm) and write it with {self._written_by}"
            )
            if tensor.buffer.name != "private_hbm":
                return self._add("result-space", wrong)
            # AWS's pages of NKI 0.6 return such tensors; its migration guide forbids it.
            if all(_core.tensor_id(tensor) != _core.tensor_id(each) for each in self._inputs):
                self._warn(f"{wrong} [result-space]")
        if not _core.is_whole(tensor):
            return self._add("result-view", f"{place}, a part of a tensor; results must be whole tensors")
        for other in [*self._inputs, *outputs]:
            if _core.tensor_id(other) == _core.tensor_id(tensor) and _key_of(other) != _key_of(tensor):
                return self._add(
                    "result-view",
                    f"kernel {self._name} returned {tensor.name} as {tensor.dtype} {tensor.shape}, and it is also "
                    f"{other.dtype} {other.shape}; return it in one form and reshape or view the array",
                )
        return True

    def _check_same(self, program):
        """The programs of a grid run together and give one result."""
        self._first = self._first or (program, self.form)
        first, form = self._first
        if _comparable(form) != _comparable(self.form):
            self._add(
                "result-differs",
                f"kernel {self._name}: program {_indices(first)} of the grid returned {_names(form)} and program "
                f"{_indices(program)} returned {_names(self.form)}; all programs must return the same tensors and "
                "values",
            )

    def check_any(self, written_inputs, result):
        """A kernel without results must at least write an argument."""
        if not self.problems and not self.form.outputs and not written_inputs:
            self._add(
                "no-result",
                f"kernel {self._name} returned {result!r} and wrote none of its arguments; return the output tensor",
            )

    def _add(self, rule, message):
        if (rule, message) not in self.problems:
            self.problems.append((rule, message))
        return False


class _Seen:
    """Says to `flatten` what an array is, and notes what it can't give places to."""

    def __init__(self):
        self.tensors = 0
        self.refused = ""  # the kind of a container

    def __call__(self, value):
        if isinstance(value, _core.NkiTensor):
            self.tensors += 1
            return "traced"
        if isinstance(value, _NO_PLACES):
            if isinstance(value, Iterator) or any(isinstance(item, _core.NkiTensor) for item in value):
                self.refused = f"a {type(value).__name__}"
        return door_of(value)


def _indices(program):
    return program[0] if len(program) == 1 else program


def _key_of(tensor):
    return (_core.tensor_id(tensor), tensor.shape, tensor.dtype)


def _comparable(form):
    return form.structure, [*map(_key_of, form.outputs)], form.order, [*map(id, form.constants)]


def _names(form):
    return repr(form.rebuild([_Named(output.name) for output in form.outputs]))


class _Named:
    """A tensor in a message: its name without quotes."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name
