"""What nisa.register_load refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.register_load, dst=Code("nisa.register_alloc()"), src=sbuf(1, 1, nl.int32))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text
