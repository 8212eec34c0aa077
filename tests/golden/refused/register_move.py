"""What nisa.register_move refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals

refuse = Refusals(nisa.register_move, dst=Code("nisa.register_alloc()"), src=1)
refuse("register-range", src=1 << 32)
case = refuse.text


# ---- expected ----
# unknown keyword:
#   colour=1
#     TypeError: register_move: no argument is called 'colour'; there are dst, src
# missing operand:
#   dst=(left out)
#     TypeError: register_move: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: register_move: src is required and missing
# rules:
#   src=4294967296
#     register_move: src is 4294967296; a register holds 32 bits [register-range]
