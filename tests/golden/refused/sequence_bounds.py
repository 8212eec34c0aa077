"""What nisa.sequence_bounds refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.sequence_bounds, dst=sbuf(1, 16), segment_ids=sbuf(1, 8))
refuse("partition-step", segment_ids=Code("sbuf(4, 8)[::2]"))
case = refuse.text
