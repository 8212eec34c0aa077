"""What nisa.nonzero_with_count refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nonzero_with_count, dst=sbuf(16, 9, nl.int32), src=sbuf(16, 8))
refuse("nonzero-with-count", target="trn1")
refuse("int32", padding_val=1 << 31)
case = refuse.text
