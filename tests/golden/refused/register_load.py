"""What nisa.register_load refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.register_load, dst=Code("nisa.register_alloc()"), src=sbuf(1, 1, nl.int32))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text


# ---- expected ----
# wrong space:
#   src=psum(1, 1, nl.int32)
#     register_load: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
# wrong dtype:
#   src=sbuf(1, 1, nl.bfloat16)
#     register_load: src is bfloat16; allowed are int32, uint32, int16, uint16, int8, uint8, float32 [dtype]
#   src=sbuf(1, 1, nl.float8_e4m3fn_x4)
#     register_load: src is float8_e4m3fn_x4; allowed are int32, uint32, int16, uint16, int8, uint8, float32 [dtype]
# too many partitions:
#   src=sbuf(256, 1, nl.int32)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# mismatched shapes:
#   src=sbuf(1, 2, nl.int32)
#     register_load: src has shape (1, 2); it must have one element [one-element]
#   src=sbuf(2, 1, nl.int32)
#     register_load: src has shape (2, 1); it must have one element [one-element]
# unknown keyword:
#   colour=1
#     TypeError: register_load: no argument is called 'colour'; there are dst, src
# missing operand:
#   dst=(left out)
#     TypeError: register_load: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: register_load: src is required and missing
# illegal start partition: none, it may start at any
