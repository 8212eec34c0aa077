"""nki.compiler of Beta 1: where tiles are placed, and hints for the compiler, which change no result."""

import contextlib
import math

from nki._beta1.memories import BANK_BYTES, Placement, psum, sbuf


def _place_of(function):
    if not callable(function):
        raise TypeError(f"alloc: takes a function (idx, pdim_size, fdim_size) of a tile's place, got {function!r}")


class SbufPlaces:
    """nki.compiler.sbuf: where tiles are in SBUF."""

    @staticmethod
    def alloc(func):
        """Tiles where func(idx=, pdim_size=, fdim_size=) says: (start partition, byte in the partition)."""
        _place_of(func)
        return Placement(sbuf, lambda index, rows, size: tuple(func(idx=index, pdim_size=rows, fdim_size=size)))

    @staticmethod
    def mod_alloc(*, base_addr, base_partition=0, num_par_tiles=(), num_free_tiles=()):
        """Tile i at base_addr + (i mod num_free_tiles) sizes. Source: nki.compiler.sbuf.mod_alloc, NKI 2.26."""

        def place(index, rows, size):
            return (
                base_partition + _turn(index, num_par_tiles) * rows,
                base_addr + _turn(index, num_free_tiles) * size,
            )

        return Placement(sbuf, place)

    @staticmethod
    def auto_alloc():
        """Tiles wherever there is room."""
        return Placement(sbuf)


class PsumPlaces:
    """nki.compiler.psum: where tiles are in PSUM."""

    @staticmethod
    def alloc(func):
        """Tiles where func(idx=, pdim_size=, fdim_size=) says: (bank, start partition, byte in the bank)."""
        _place_of(func)

        def place(index, rows, size):
            bank, partition, byte = func(idx=index, pdim_size=rows, fdim_size=size)
            return partition, bank * BANK_BYTES + byte

        return Placement(psum, place)

    @staticmethod
    def mod_alloc(*, base_bank, base_addr=0, base_partition=0, num_bank_tiles=(), num_par_tiles=(), num_free_tiles=()):
        """Tile i in bank base_bank + i mod num_bank_tiles. Source: nki.compiler.psum.mod_alloc, NKI 2.26."""

        def place(index, rows, size):
            bank = base_bank + _turn(index, num_bank_tiles)
            byte = base_addr + _turn(index, num_free_tiles) * size
            return base_partition + _turn(index, num_par_tiles) * rows, bank * BANK_BYTES + byte

        return Placement(psum, place)

    @staticmethod
    def auto_alloc():
        """Tiles wherever there is room."""
        return Placement(psum)


def _turn(index, sizes):
    """The number of a tile among those that have places of their own: `index` modulo the sizes, row-major."""
    sizes = (sizes,) if hasattr(sizes, "__index__") else tuple(sizes)
    sizes = sizes or (1,) * len(index)
    if len(sizes) != len(index):
        raise ValueError(
            f"mod_alloc: {sizes} says of {len(sizes)} axes how many tiles there are; the tensor has {len(index)}"
        )
    return sum(
        at % size * math.prod(sizes[axis + 1 :]) for axis, (at, size) in enumerate(zip(index, sizes, strict=True))
    )


def _hint(func=None, **options):
    """Leaves a function as it is."""
    return (lambda function: function) if func is None else func


def enable_stack_allocator(func=None, log_level=50):
    """A hint. Source: nki.compiler.enable_stack_allocator, NKI 2.26."""
    return _hint(func)


def force_auto_alloc(func=None):
    """A hint. Source: nki.compiler.force_auto_alloc, NKI 2.26."""
    return _hint(func)


def skip_middle_end_transformations(func=None):
    """A hint. Source: nki.compiler.skip_middle_end_transformations, NKI 2.26."""
    return _hint(func)


def allocation_scope():
    """A context without effect. Source: nki.compiler.allocation_scope, NKI 2.26."""
    return contextlib.nullcontext()


def multi_buffer(factor=2):
    """A context without effect. Source: nki.compiler.multi_buffer, NKI 2.26."""
    return contextlib.nullcontext()


def no_reorder():
    """A context without effect: instructions are in the order of the program anyway. Source: nki.compiler, NKI 2.26."""
    return contextlib.nullcontext()
