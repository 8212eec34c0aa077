"""What nisa.activation refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.activation,
    dst=sbuf(4, 8),
    op=nl.exp,
    data=sbuf(4, 8),
    bias=sbuf(4, 1),
    scale=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
)
refuse("prelu", op=nl.prelu)
refuse("bias-dtype", bias=sbuf(4, 1, nl.tfloat32))
refuse("constant-bias", target="trn1", bias=1.0)
refuse("copy-bias", target="trn1", op=nl.copy)
refuse("reciprocal-bias", target="trn1", op=nl.reciprocal)
refuse("reduce-op", reduce_op=nl.maximum)
refuse("reduce-op", reduce_op=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
case = refuse.text
