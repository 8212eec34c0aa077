"""What nisa.rand2 refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.rand2, dst=sbuf(4, 8), min=sbuf(4, 1), max=sbuf(4, 1))
refuse("min-max", min=1.0, max=0.5)
refuse("min-max", min=None, max=0.5)
refuse("vector-xorwow", target="trn2")
case = refuse.text
