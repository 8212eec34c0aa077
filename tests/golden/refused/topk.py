"""What nisa.topk refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.topk,
    val_dst=sbuf(16, 8, nl.bfloat16),
    idx_dst=sbuf(16, 8, nl.uint32),
    src=sbuf(16, 32, nl.bfloat16),
    n=512,
)
refuse(
    "groups-of-16",
    val_dst=sbuf(8, 8, nl.bfloat16),
    idx_dst=sbuf(8, 8, nl.uint32),
    src=sbuf(8, 32, nl.bfloat16),
)
refuse("snake-elements", n=7)
refuse("snake-columns", n=513)
refuse("largest-count", val_dst=sbuf(16, 9, nl.bfloat16), idx_dst=sbuf(16, 9, nl.uint32), n=8)
case = refuse.text
