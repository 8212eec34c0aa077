"""What nisa.tensor_scalar_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.tensor_scalar_reduce,
    dst=sbuf(4, 8),
    data=sbuf(4, 8),
    op0=nl.add,
    operand0=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
    reduce_init=sbuf(4, 1),
)
refuse("unary-operand", operand0=None)
refuse("reverse0", reverse0=True)
refuse("reduce-op", reduce_op=nl.subtract)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.idle, reduce_init=None)
refuse("reduce-init", reduce_init=None)
refuse("reduce-init", reduce_cmd=nisa.reduce_cmd.reset_reduce)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text
