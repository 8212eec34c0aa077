"""What nisa.register_store refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.register_store, dst=sbuf(1, 1, nl.int32), src=Code("nisa.register_alloc(0)"))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text
