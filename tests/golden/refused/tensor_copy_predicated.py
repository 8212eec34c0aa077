"""What nisa.tensor_copy_predicated refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_copy_predicated, dst=sbuf(4, 8), src=sbuf(4, 8), predicate=sbuf(4, 8, nl.uint8))
refuse("both-psum", src=psum(4, 8), predicate=psum(4, 8, nl.uint8))
refuse("given", src=None)
case = refuse.text
