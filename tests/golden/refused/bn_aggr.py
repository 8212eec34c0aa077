"""What nisa.bn_aggr refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.bn_aggr, dst=sbuf(4, 2), data=sbuf(4, 6))
case = refuse.text
