"""The enumerations of Beta 1, whose members are integers, and today's members in their place."""

import enum

import nki.isa as _isa


class engine(enum.IntEnum):
    """Engines of a NeuronCore."""

    tensor = 1
    vector = 5
    scalar = 2
    gpsimd = 3
    sync = 6
    unknown = 0


class dge_mode(enum.IntEnum):
    """How descriptors of a DMA are made."""

    none = 0
    swdge = 1
    hwdge = 2
    unknown = 3


class oob_mode(enum.IntEnum):
    """What becomes of elements at indices that do not exist."""

    error = 0
    skip = 1


class reduce_cmd(enum.IntEnum):
    """What an instruction does with the accumulation registers."""

    idle = 0
    reset = 1
    reset_reduce = 3
    reduce = 2


class nc_version(enum.IntEnum):
    """Generations of NeuronCores."""

    gen2 = 2
    gen3 = 3


def today(kind, value):
    """The member of nki.isa's enumeration for one of Beta 1's, or for its number; anything else as it is."""
    if type(value) is kind or type(value) is int:
        try:
            return _TODAY[kind][value]
        except KeyError:
            known = ", ".join(f"{kind.__name__}.{member.name} ({member.value})" for member in kind)
            raise ValueError(f"{kind.__name__}: {value!r} is none of {known}") from None
    return value


_TODAY = {
    kind: {member: getattr(getattr(_isa, kind.__name__), member.name) for member in kind}
    for kind in (engine, dge_mode, oob_mode, reduce_cmd)
}
