"""What nisa.scalar_tensor_tensor refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.scalar_tensor_tensor,
    dst=sbuf(4, 8),
    data=sbuf(4, 8),
    op0=nl.add,
    operand0=sbuf(4, 1),
    op1=nl.multiply,
    operand1=sbuf(4, 8),
)
refuse("both-psum", data=psum(4, 8), operand1=psum(4, 8))
refuse("unary-operand", operand0=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text
