"""What nisa.activate2 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.activate2,
    dst=sbuf(4, 8),
    op=nl.exp,
    data=sbuf(4, 8),
    imm0=sbuf(4, 1),
    imm1=sbuf(4, 1),
    op0=nl.multiply,
    op1=nl.add,
    relu_param=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
)
refuse("activate2", target="trn2")
refuse("operators", op0=nl.add)
refuse("operators", op1=nl.multiply)
refuse("given", imm0=None)
refuse("given", relu_param=None)
refuse("same-dtype", imm0=sbuf(4, 1, nl.bfloat16))
refuse("reverse", op0=None, op1=None, reverse0=True)
refuse("reduce-op", reduce_op=nl.multiply)
refuse("reduce-op", reduce_op=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
case = refuse.text
