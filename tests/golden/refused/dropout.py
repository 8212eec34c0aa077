"""What nisa.dropout refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.dropout, dst=sbuf(4, 8), data=sbuf(4, 8), prob=sbuf(4, 1))
refuse("probability", prob=1.5)
refuse("probability", prob=None)
refuse("prob-dtype", prob=sbuf(4, 1, nl.int32))
refuse("dtype", dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), prob=sbuf(4, 1, nl.bfloat16))
case = refuse.text
