"""What nisa.bn_stats refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.bn_stats, dst=sbuf(4, 6), data=sbuf(4, 512))
case = refuse.text
