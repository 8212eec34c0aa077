"""What nisa.nonzero_with_count refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nonzero_with_count, dst=sbuf(16, 9, nl.int32), src=sbuf(16, 8))
refuse("nonzero-with-count", target="trn1")
refuse("int32", padding_val=1 << 31)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(16, 9, nl.int32)
#     nonzero_with_count: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(16, 9, nl.int32)
#     nonzero_with_count: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   src=psum(16, 8)
#     nonzero_with_count: src is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   src=hbm(16, 8)
#     nonzero_with_count: src is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(16, 9)
#     nonzero_with_count: dst is float32; allowed are int32 [dtype]
#   dst=sbuf(16, 9, nl.bfloat16)
#     nonzero_with_count: dst is bfloat16; allowed are int32 [dtype]
#   dst=sbuf(16, 9, nl.float8_e4m3fn_x4)
#     nonzero_with_count: dst is float8_e4m3fn_x4; allowed are int32 [dtype]
#   src=sbuf(16, 8, nl.bfloat16)
#     nonzero_with_count: src is bfloat16; allowed are float32, int32 [dtype]
#   src=sbuf(16, 8, nl.float8_e4m3fn_x4)
#     nonzero_with_count: src is float8_e4m3fn_x4; allowed are float32, int32 [dtype]
# too many partitions:
#   dst=sbuf(256, 9, nl.int32)
#     ValueError: ndarray: shape (256, 9) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(24, 9, nl.int32)[8:]
#     nonzero_with_count: dst starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(32, 9, nl.int32)[::2]
#     nonzero_with_count: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(24, 8)[8:]
#     nonzero_with_count: src starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(32, 8)[::2]
#     nonzero_with_count: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(16, 10, nl.int32)
#     nonzero_with_count: dst has 10 elements per partition and src has 8; dst must have one more, for the count [count-slot]
#   dst=sbuf(8, 9, nl.int32)
#     nonzero_with_count: src has 16 partitions and dst has 8; they must have the same number [same-partitions]
#   src=sbuf(16, 9)
#     nonzero_with_count: dst has 9 elements per partition and src has 9; dst must have one more, for the count [count-slot]
#   src=sbuf(8, 8)
#     nonzero_with_count: src has 8 partitions and dst has 16; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: nonzero_with_count: no argument is called 'colour'; there are dst, src, index_offset, padding_val, name
# missing operand:
#   dst=(left out)
#     TypeError: nonzero_with_count: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: nonzero_with_count: src is required and missing
# rules:
#   the legal call on trn1
#     nonzero_with_count: trn1 does not have nonzero_with_count; targets that have it: trn2, trn3 [nonzero-with-count]
#   padding_val=2147483648
#     nonzero_with_count: 2147483648 in padding_val does not fit into int32 [int32]
