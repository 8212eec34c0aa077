"""What nisa.tensor_tensor_scan refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.tensor_tensor_scan,
    dst=sbuf(4, 8),
    data0=sbuf(4, 8),
    data1=sbuf(4, 8),
    initial=sbuf(4, 1),
    op0=nl.multiply,
    op1=nl.add,
)
refuse("both-psum", data0=psum(4, 8), data1=psum(4, 8))
refuse("given", initial=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
case = refuse.text
