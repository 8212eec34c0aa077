"""nki.compiler of Beta 1: where tiles are placed, and hints for the compiler, which change no result."""

import contextlib
import inspect
import math

from nki._beta1.memories import Placement, psum, sbuf


class SbufPlaces:
    """nki.compiler.sbuf: where tiles are in SBUF."""

    @staticmethod
    def alloc(func):
        """Tiles where func(idx, pdim_size, fdim_size) says: (start partition, byte in the partition).

        Args:
            func: called with the index of each tile among those of a tensor, a tuple, with its partitions, and with its
                bytes per partition.

        Source: nki.compiler.sbuf.alloc, NKI 2.26.
        """
        name = "nki.compiler.sbuf.alloc"
        return Placement(sbuf, _placing(name, func, 2), name)

    @staticmethod
    def mod_alloc(*, base_addr, base_partition=0, num_par_tiles=(), num_free_tiles=()):
        """Tiles that take turns in the memory of a few: tile i is at base_addr + (i mod num_free_tiles) of its bytes.

        Args:
            base_addr: the first byte in each partition.
            base_partition: the first partition.
            num_par_tiles, num_free_tiles: how many tiles there is memory for along each axis in front of the partition
                axis, below each other and beside each other; () is one.

        Source: nki.compiler.sbuf.mod_alloc, NKI 2.26.
        """
        name = "nki.compiler.sbuf.mod_alloc"
        base_addr, base_partition = _count(name, "base_addr", base_addr), _count(name, "base_partition", base_partition)
        below, beside = _turns(name, "num_par_tiles", num_par_tiles), _turns(name, "num_free_tiles", num_free_tiles)

        def place(index, rows, size):
            return base_partition + below(index) * rows, base_addr + beside(index) * size

        return Placement(sbuf, place, name)

    @staticmethod
    def auto_alloc():
        """Tiles wherever there is room. Source: nki.compiler.sbuf.auto_alloc, NKI 2.26."""
        return Placement(sbuf)


class PsumPlaces:
    """nki.compiler.psum: where tiles are in PSUM."""

    @staticmethod
    def alloc(func):
        """Tiles where func(idx, pdim_size, fdim_size) says: (bank, start partition, byte in the bank), both of these 0.

        Args:
            func: as of nki.compiler.sbuf.alloc.

        Source: nki.compiler.psum.alloc, NKI 2.26.
        """
        name = "nki.compiler.psum.alloc"
        return Placement(psum, _placing(name, func, 3), name)

    @staticmethod
    def mod_alloc(*, base_bank, base_addr=0, base_partition=0, num_bank_tiles=(), num_par_tiles=(), num_free_tiles=()):
        """Tiles that take turns in a few banks: tile i is in bank base_bank + i mod num_bank_tiles.

        Args:
            base_bank: the first bank.
            num_bank_tiles: how many banks there are along each axis in front of the partition axis; () is one.
            base_addr, base_partition, num_par_tiles, num_free_tiles: as of nki.compiler.sbuf.mod_alloc; a tile must
                begin at byte 0 of its bank, in partition 0.

        Source: nki.compiler.psum.mod_alloc, NKI 2.26.
        """
        name = "nki.compiler.psum.mod_alloc"
        base_bank, base_addr = _count(name, "base_bank", base_bank), _count(name, "base_addr", base_addr)
        base_partition = _count(name, "base_partition", base_partition)
        banks = _turns(name, "num_bank_tiles", num_bank_tiles)
        below, beside = _turns(name, "num_par_tiles", num_par_tiles), _turns(name, "num_free_tiles", num_free_tiles)

        def place(index, rows, size):
            return base_bank + banks(index), base_partition + below(index) * rows, base_addr + beside(index) * size

        return Placement(psum, place, name)

    @staticmethod
    def auto_alloc():
        """Tiles wherever there is room. Source: nki.compiler.psum.auto_alloc, NKI 2.26."""
        return Placement(psum)


def _count(function, name, value):
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 0:
        raise ValueError(f"{function}: {name} must be an integer of at least 0, got {value!r}")
    return int(value)


def _takes_names(func):
    """Whether a function has the documented parameters; functools.partial may have filled others in front of them."""
    try:
        inspect.signature(func).bind(idx=(), pdim_size=0, fdim_size=0)
    except (TypeError, ValueError):
        return False
    return True


def _placing(function, func, parts):
    """func as a function of (index, partitions, bytes), whose result is looked at."""
    if not callable(func):
        raise TypeError(f"{function}: func must be a function (idx, pdim_size, fdim_size), got {func!r}")

    by_name = _takes_names(func)

    def place(index, rows, size):
        found = func(idx=index, pdim_size=rows, fdim_size=size) if by_name else func(index, rows, size)
        integers = isinstance(found, (tuple, list)) and all(hasattr(each, "__index__") for each in found)
        if not integers or len(found) != parts:
            of = "(bank, start partition, byte)" if parts == 3 else "(start partition, byte)"
            raise TypeError(f"{function}: func returned {found!r} for tile {index}; it must return {of}")
        return tuple(map(int, found))

    return place


def _turns(function, name, sizes):
    """A function of a tile's index: its number among those that have memory of their own."""
    sizes = (sizes,) if hasattr(sizes, "__index__") else tuple(sizes)
    if any(not hasattr(size, "__index__") or size < 1 for size in sizes):
        raise ValueError(f"{function}: {name} must hold positive integers, got {sizes}")

    def turn(index):
        if not sizes or not index:
            return 0
        if len(sizes) != len(index):
            raise ValueError(
                f"{function}: {name} {sizes} is for {len(sizes)} axes in front of the partition axis; the tensor has "
                f"{len(index)}"
            )
        numbers = enumerate(zip(index, sizes, strict=True))
        return sum(at % size * math.prod(sizes[axis + 1 :]) for axis, (at, size) in numbers)

    return turn


def _hint(name, func):
    """Leaves a function as it is."""
    if func is None:
        return lambda function: _hint(name, function)
    if not callable(func):
        raise TypeError(f"nki.compiler.{name}: decorates a kernel or a function, got {func!r}")
    return func


def enable_stack_allocator(func=None, log_level=50):
    """A hint for the compiler; tiles are placed as ever. Source: nki.compiler.enable_stack_allocator, NKI 2.26."""
    _count("nki.compiler.enable_stack_allocator", "log_level", log_level)
    return _hint("enable_stack_allocator", func)


def force_auto_alloc(func=None):
    """A hint for the compiler; tiles are placed as ever. Source: nki.compiler.force_auto_alloc, NKI 2.26."""
    return _hint("force_auto_alloc", func)


def skip_middle_end_transformations(func=None):
    """A hint for the compiler. Source: nki.compiler.skip_middle_end_transformations, NKI 2.26."""
    return _hint("skip_middle_end_transformations", func)


def allocation_scope():
    """A context without effect: a tile has its memory until its last use. Source: nki.compiler, NKI 2.26."""
    return contextlib.nullcontext()


def multi_buffer(factor=2):
    """A context without effect: every tile has memory of its own. Source: nki.compiler.multi_buffer, NKI 2.26."""
    if isinstance(factor, bool) or not hasattr(factor, "__index__") or factor < 1:
        raise ValueError(f"nki.compiler.multi_buffer: factor must be a positive integer, got {factor!r}")
    return contextlib.nullcontext()


def no_reorder():
    """A context without effect: instructions are in the order of the program. Source: nki.compiler, NKI 2.26."""
    return contextlib.nullcontext()
