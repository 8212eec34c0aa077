"""What nisa.tensor_scalar_cumulative refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.tensor_scalar_cumulative,
    dst=sbuf(4, 8),
    src=sbuf(4, 8),
    op0=nl.add,
    op1=nl.add,
    imm0=sbuf(4, 1),
    imm1=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
)
refuse("unary-operand", imm0=None)
refuse("cumulative-op", op1=nl.equal)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.idle)
refuse("given", imm1=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, imm0=None)
case = refuse.text
