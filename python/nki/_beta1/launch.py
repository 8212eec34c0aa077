"""@nki.jit of Beta 1: kernels, their grids, and the programs that run one after the other."""

import contextvars

import numpy as np

from nki import _core
from nki._beta1.grids import grid_of
from nki._beta1.programs import Meeting, MeetingWanted
from nki._beta1.tiles import Tile
from nki._errors import refuse
from nki._kernel import Kernel
from nki._result import Results

_SHARED = "grid"  # the entry of a call's structure that holds the grid


class Program:
    """One instance of a kernel on a grid, while it is traced."""

    def __init__(self, grid, index, first=None, meeting=None):
        self.grid = grid
        self.index = index
        self._first = first  # the grid's first program; None: this is it
        self.meeting = meeting  # of the programs, if they wait for each other
        self._shared = []  # tensors in shared HBM, in the order in which the program makes them
        self.loops = {}  # the open ones, outermost first, and where they are
        self.operands = ()  # of the latest matmul: nki.simulate runs it again if it is to add to a sum
        self.sums = {}  # of nl.loop_reduce, by the place of the call

    def shared(self, shape, dtype, name, make):
        """The tensor in shared HBM that is this program's next one: made by the first program, found by the others."""
        if self.loops:
            raise ValueError(
                f"nl.ndarray: {_described(name, tuple(shape), dtype)} in shared HBM is made inside a loop; make it "
                "before the loop, at the top of the kernel"
            )
        said = (name, tuple(shape), dtype)
        tensor = make() if self._first is None else self._shared_of_first(said)
        self._shared.append((tensor, said))
        return tensor

    def _shared_of_first(self, said):
        theirs = self._first._shared[len(self._shared) :][:1]
        if theirs and theirs[0][1] == said:
            return theirs[0][0]
        other = _described(theirs[0][0].name, *theirs[0][1][1:]) if theirs else "no further tensor"
        raise ValueError(
            f"nl.ndarray: program {_indices(self.index)} of the grid makes {_described(*said)} in shared HBM, and "
            f"program {_indices(self._first.index)} made {other} there; the programs share what is in shared HBM and "
            "must make the same tensors in the same order"
        )

    def end(self, kernel):
        """Refuses a program that made fewer tensors than the first."""
        missing = self._first._shared[len(self._shared) :] if self._first is not None else ()
        if missing:
            raise ValueError(
                f"{kernel.__name__}: program {_indices(self._first.index)} of the grid made {missing[0][0].name} in "
                f"shared HBM, and program {_indices(self.index)} did not; the programs share what is in shared HBM and "
                "must make the same tensors in the same order"
            )


def _described(name, shape, dtype):
    return f"{name or 'a tensor'} {shape} {dtype}"


def _indices(index):
    return index[0] if len(index) == 1 else index


_present = contextvars.ContextVar("program")
_nowhere = Program((), ())


def present():
    """The program that is being traced."""
    return _present.get(_nowhere)


class Beta1Kernel(Kernel):
    """A function in the style of Beta 1 that runs on a NeuronCore, made by @nki.jit of neuronxcc.nki.

    `kernel[4, 2](…)` runs a program for each index of a grid. They run one after the other, and share what is in HBM.
    """

    _meets = False  # whether programs have been seen to wait for each other
    results_are_written_by = "nl.store"
    simulates_on_demand = False  # NKI_SIMULATOR is for NKI 0.3 and later
    language = "neuronxcc.nki"
    grid_of = staticmethod(grid_of)

    def __init__(self, function, platform_target=None, grid=()):
        super().__init__(function, platform_target)
        self.default_grid = grid  # of calls without one

    def launch(self, grid, args, kwargs):
        """Runs the kernel on a grid; `()` is the default one, usually none."""
        return super().launch(grid or self.default_grid, args, kwargs)

    def _inline(self, grid, args, kwargs):
        # The caller's own grid may be handed on: each of its programs goes on as one of the kernel's.
        return super()._inline(() if grid in (self.default_grid, present().grid) else grid, args, kwargs)

    def split(self, args, kwargs, grid=()):
        """As of any kernel; the grid counts as an argument, since the core knows of one program only."""
        arrays, key = super().split(args, kwargs, ())
        return arrays, key._replace(structure=(*key.structure, (_SHARED, ("value", tuple, grid))))

    def _compile(self, types, call_key):
        try:
            return super()._compile(types, call_key)
        except MeetingWanted:
            self._meets = True
        return super()._compile(types, call_key)

    def run_function(self, call_key, tensors):
        *arguments, (_, (_, _, grid)) = call_key.structure
        inner = call_key._replace(structure=tuple(arguments))
        _core.begin_beta1()
        tiles = [_core.as_tile(tensor) for tensor in tensors]
        programs, run = [], super().run_function

        def body(index, meeting=None):
            programs.append(Program(grid, index, programs[0] if programs else None, meeting))
            token = _present.set(programs[-1])
            try:
                return _plain(run(inner, tiles))
            finally:
                _present.reset(token)

        indices = list(np.ndindex(*grid))
        meets = self._meets and len(indices) > 1
        found = Meeting(grid, indices).run(body) if meets else [body(index) for index in indices]
        for program in programs:
            program.end(self)
        self._compare(indices, found, tensors)
        return found[-1]

    def _compare(self, indices, found, tensors):
        """Refuses programs that return different tensors."""
        if len(indices) < 2:
            return
        results = Results(self, tensors, lambda warning: None)
        for index, result in zip(indices, found, strict=True):
            results.read(index, result)
        differs = [problem for problem in results.problems if problem[0] == "result-differs"]
        if differs:
            refuse(self.function, differs)


def _plain(result):
    """A result with tensors of today's kind in the places of tiles."""
    if isinstance(result, Tile):
        return _core.plain(result)
    if type(result) in (tuple, list):
        return type(result)(map(_plain, result))
    if type(result) is dict:
        return {name: _plain(item) for name, item in result.items()}
    return result
