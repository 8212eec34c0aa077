"""@nki.jit of Beta 1: kernels, their grids, and the programs that run one after the other."""

import contextvars

import numpy as np

from nki import _core
from nki._beta1.grids import grid_of
from nki._beta1.tiles import Tile
from nki._kernel import Kernel

_SHARED = "grid"  # the entry of a call's structure that holds the grid


class Program:
    """One instance of a kernel on a grid, while it is traced."""

    def __init__(self, grid, index, shared):
        self.grid = grid
        self.index = index
        self._shared = shared  # tensors in shared HBM, by the order in which each program makes them
        self._made = 0
        self.loops = {}  # the open ones, outermost first, and where they are
        self.sums = {}  # of nl.loop_reduce, by the place of the call

    def shared(self, make):
        """The tensor in shared HBM that is this program's next one: made by the first program, found by the others."""
        if self._made == len(self._shared):
            self._shared.append(make())
        self._made += 1
        return self._shared[self._made - 1]


_present = contextvars.ContextVar("program")


_nowhere = Program((), (), [])


def present():
    """The program that is being traced."""
    return _present.get(_nowhere)


class Beta1Kernel(Kernel):
    """A function in the style of Beta 1 that runs on a NeuronCore, made by @nki.jit of neuronxcc.nki.

    `kernel[4, 2](…)` runs a program for each index of a grid. They run one after the other, and share what is in HBM.
    """

    simulates_on_demand = False  # NKI_SIMULATOR is for NKI 0.3 and later
    language = "neuronxcc.nki"
    grid_of = staticmethod(grid_of)

    def __init__(self, function, platform_target=None, grid=()):
        super().__init__(function, platform_target)
        self.default_grid = grid  # of calls without one

    def launch(self, grid, args, kwargs):
        """Runs the kernel on a grid; `()` is the default one, usually none."""
        if self.default_grid and not grid and not _core.tracing():
            grid = self.default_grid
        return super().launch(grid, args, kwargs)

    def split(self, args, kwargs, grid=()):
        """As of any kernel; the grid counts as an argument, since the core knows of one program only."""
        arrays, key = super().split(args, kwargs, ())
        return arrays, key._replace(structure=(*key.structure, (_SHARED, ("value", tuple, grid))))

    def run_function(self, call_key, tensors):
        *arguments, (_, (_, _, grid)) = call_key.structure
        inner = call_key._replace(structure=tuple(arguments))
        tiles = [_core.as_tile(tensor) for tensor in tensors]
        shared, results = [], []
        for index in np.ndindex(*grid):
            token = _present.set(Program(grid, index, shared))
            try:
                results.append(_plain(super().run_function(inner, tiles)))
            finally:
                _present.reset(token)
        return results[-1]

    def is_told(self, warning):
        # The compiler of Beta 1 starts accumulation groups itself: nl.zeros(..., buffer=nl.psum) is its way to say so.
        return "accumulate-onto-foreign" not in warning


def _plain(result):
    """A result with tensors of today's kind in the places of tiles."""
    if isinstance(result, Tile):
        return _core.plain(result)
    if type(result) in (tuple, list):
        return type(result)(map(_plain, result))
    if type(result) is dict:
        return {name: _plain(item) for name, item in result.items()}
    return result
