"""What nisa.local_gather refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.local_gather, dst=sbuf(16, 32), src_buffer=sbuf(16, 8), index=sbuf(16, 2, nl.uint16))
refuse("whole-cores", dst=sbuf(8, 32), src_buffer=sbuf(8, 8), index=sbuf(8, 2, nl.uint16))
refuse("elements-per-index", num_elem_per_idx=3)
refuse("valid-indices", num_valid_indices=33)
refuse("gathered-size", num_elem_per_idx=2)
case = refuse.text
