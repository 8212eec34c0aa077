"""What nisa.exponential refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.exponential,
    dst=sbuf(4, 8),
    src=sbuf(4, 8),
    max_value=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
    reduce_init=sbuf(4, 1),
)
refuse("exponential", target="trn2")
refuse("rank-at-most", src=sbuf(4, 1, 1, 2, 4))
refuse("given", max_value=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.reset, reduce_init=0.0)
refuse("reduce-init", reduce_cmd=nisa.reduce_cmd.reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle, reduce_init=0.0)
case = refuse.text
