"""What nisa.select_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.select_reduce,
    dst=sbuf(4, 8),
    predicate=sbuf(4, 8, nl.uint8),
    on_true=sbuf(4, 8),
    on_false=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
    reduce_op=nl.maximum,
)
refuse("both-psum", predicate=psum(4, 8, nl.uint8), on_true=psum(4, 8))
refuse("given", on_false=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle)
case = refuse.text
