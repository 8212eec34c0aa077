"""What nisa.register_store refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.register_store, dst=sbuf(1, 1, nl.int32), src=Code("nisa.register_alloc(0)"))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(1, 1, nl.int32)
#     register_store: dst is in psum; it must be in SBUF or HBM; write to a tile there and copy that with nisa.tensor_copy [space]
# wrong dtype:
#   dst=sbuf(1, 1, nl.bfloat16)
#     register_store: dst is bfloat16; allowed are int32, uint32, int16, uint16, int8, uint8, float32 [dtype]
#   dst=sbuf(1, 1, nl.float8_e4m3fn_x4)
#     register_store: dst is float8_e4m3fn_x4; allowed are int32, uint32, int16, uint16, int8, uint8, float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 1, nl.int32)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# mismatched shapes:
#   dst=sbuf(1, 2, nl.int32)
#     register_store: dst has shape (1, 2); it must have one element [one-element]
#   dst=sbuf(2, 1, nl.int32)
#     register_store: dst has shape (2, 1); it must have one element [one-element]
# unknown keyword:
#   colour=1
#     TypeError: register_store: no argument is called 'colour'; there are dst, src
# missing operand:
#   dst=(left out)
#     TypeError: register_store: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: register_store: src is required and missing
# illegal start partition: none, it may start at any
