"""What nisa.register_move refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals

refuse = Refusals(nisa.register_move, dst=Code("nisa.register_alloc()"), src=1)
refuse("register-range", src=1 << 32)
case = refuse.text
