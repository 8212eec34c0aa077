"""What nisa.affine_select refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.affine_select,
    dst=sbuf(4, 8),
    pattern=[[1, 8]],
    channel_multiplier=1,
    on_true_tile=sbuf(4, 8),
    on_false_value=0.0,
    cmp_op=nl.greater,
)
refuse("int32", offset=1 << 31)
refuse("int32", channel_multiplier=1 << 31)
refuse("int32", pattern=[[1 << 31, 8]])
refuse("pattern-rank", pattern=[])
refuse("pattern-elements", pattern=[[1, 7]])
refuse("constant", on_false_value=sbuf(4, 1))
case = refuse.text
