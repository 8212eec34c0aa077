"""What nisa.quantize_mx refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(
    nisa.quantize_mx,
    dst=sbuf(32, 8, nl.float8_e4m3fn_x4),
    src=sbuf(32, 32, nl.bfloat16),
    dst_scale=sbuf(32, 8, nl.uint8),
)
refuse("mx-dtypes", target="trn2")
refuse("mx-partitions", dst=sbuf(16, 8, nl.float8_e4m3fn_x4), src=sbuf(16, 32, nl.bfloat16))
refuse("scale-start", dst_scale=Code("sbuf(34, 8, nl.uint8)[2:]"))
refuse("scale-rows", dst_scale=sbuf(3, 8, nl.uint8))
case = refuse.text
