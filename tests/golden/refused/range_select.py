"""What nisa.range_select refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.range_select,
    dst=sbuf(4, 8),
    on_true_tile=sbuf(4, 8),
    comp_op0=nl.greater_equal,
    comp_op1=nl.less,
    bound0=sbuf(4, 1),
    bound1=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_op=nl.maximum,
)
refuse("range-select", target="trn1")
refuse("reduce-op", reduce_op=nl.add)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle)
refuse("range-start", range_start=1 << 24)
refuse("on-false-value", on_false_value=0.0)
case = refuse.text
