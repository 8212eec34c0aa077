"""What nisa.max8 refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.max8, dst=sbuf(4, 8), src=sbuf(4, 32))
refuse("free-between", src=sbuf(4, 7))
refuse("free-between", src=sbuf(4, 16385))
refuse("rank-at-most", src=sbuf(4, 2, 2, 8))
case = refuse.text
