"""What tiles can do besides being operands: assignment, operators, views. Installed in the core's type."""

from nki import _core
from nki import language as nl
from nki._beta1 import indirect
from nki._beta1 import tile_views as views
from nki._beta1.assignment import assign, update
from nki._beta1.masks import OperandBox, box_of
from nki._beta1.tile_views import move
from nki._beta1.tiles import Tile, new_tile, psum


class Hooks:
    """What the core asks of Python."""

    assign = staticmethod(assign)  # (tile, dst, value, temporary)
    gather = staticmethod(indirect.select)
    gather_part = staticmethod(indirect.select_part)
    RuntimeIndex = indirect.RuntimeIndex

    @staticmethod
    def add_in_place(tile, value, temporary):
        """tile += value: the tile itself, changed."""
        if temporary and isinstance(value, Tile) and value.mask is None and tile.buffer is psum:
            if value.size == tile.size and _core.redirect(value, None, tile, True):
                return tile
        return update(tile, nl.add, value)

    @staticmethod
    def masked(tile, mask):
        """tile[mask]: an operand of which a matrix multiplication reads what the mask says."""
        result = _core.as_tile(_core.plain(tile))
        box = box_of(mask, tile.shape)
        result.mask = None if box is None else OperandBox(*box)
        return result

    @staticmethod
    def nested(tile, shape):
        """A tile of this shape, of a view that has more axes."""
        result = new_tile(shape, tile.dtype_name)
        move(result, tile)
        return result


def install(language):
    """Gives tiles their operators, which are functions of Beta 1's nki.language, and methods."""
    _core.set_tile_hooks(Hooks)
    operators = {
        "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power", "mod": "mod",
        "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
    }  # fmt: skip
    for name, function in operators.items():
        call = getattr(language, function)
        setattr(Tile, f"__{name}__", indirect.with_expressions(name, call))
        setattr(Tile, f"__r{name}__", indirect.with_expressions(f"r{name}", _swapped(call)))
    comparisons = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal"}
    for name, function in comparisons.items():
        setattr(Tile, f"__{name}__", getattr(language, function))
    Tile.__ne__ = language.not_equal
    Tile.__hash__ = object.__hash__
    Tile.__neg__ = language.negative
    Tile.__abs__ = language.abs
    Tile.__invert__ = language.invert
    in_place = {
        "sub": "subtract", "mul": "multiply", "truediv": "divide", "and": "bitwise_and", "or": "bitwise_or",
        "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift", "mod": "mod", "pow": "power",
    }  # fmt: skip
    for name, op in in_place.items():
        setattr(Tile, f"__i{name}__", _in_place(getattr(nl, op)))
    views.install()


def _swapped(function):
    return lambda self, other: function(other, self)


def _in_place(op):
    return lambda self, value: update(self, op, value)
