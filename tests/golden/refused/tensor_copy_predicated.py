"""What nisa.tensor_copy_predicated refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_copy_predicated, dst=sbuf(4, 8), src=sbuf(4, 8), predicate=sbuf(4, 8, nl.uint8))
refuse("both-psum", src=psum(4, 8), predicate=psum(4, 8, nl.uint8))
refuse("given", src=None)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_copy_predicated: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(4, 8)
#     tensor_copy_predicated: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   predicate=hbm(4, 8, nl.uint8)
#     tensor_copy_predicated: predicate is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.int32)
#     tensor_copy_predicated: src is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     tensor_copy_predicated: src is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_copy_predicated: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#     tensor_copy_predicated: src is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   src=sbuf(4, 8, nl.int32)
#     tensor_copy_predicated: src is int32 and dst is float32; they must have the same dtype [same-dtype]
#   src=sbuf(4, 8, nl.bfloat16)
#     tensor_copy_predicated: src is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   src=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_copy_predicated: src is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
#   predicate=sbuf(4, 8, nl.int32)
#     tensor_copy_predicated: predicate is int32; allowed are uint8, uint16, uint32 [dtype]
#   predicate=sbuf(4, 8)
#     tensor_copy_predicated: predicate is float32; allowed are uint8, uint16, uint32 [dtype]
#   predicate=sbuf(4, 8, nl.bfloat16)
#     tensor_copy_predicated: predicate is bfloat16; allowed are uint8, uint16, uint32 [dtype]
#   predicate=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_copy_predicated: predicate is float8_e4m3fn_x4; allowed are uint8, uint16, uint32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   predicate=sbuf(256, 8, nl.uint8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_copy_predicated: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_copy_predicated: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(12, 8)[8:]
#     tensor_copy_predicated: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(8, 8)[::2]
#     tensor_copy_predicated: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   predicate=sbuf(12, 8, nl.uint8)[8:]
#     tensor_copy_predicated: predicate starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   predicate=sbuf(8, 8, nl.uint8)[::2]
#     tensor_copy_predicated: predicate takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_copy_predicated: predicate has 8 elements per partition and dst has 9; they must have the same number [same-free]
#     tensor_copy_predicated: src has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_copy_predicated: predicate has 4 partitions and dst has 2; they must have the same number [same-partitions]
#     tensor_copy_predicated: src has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   src=sbuf(4, 9)
#     tensor_copy_predicated: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   src=sbuf(2, 8)
#     tensor_copy_predicated: src has 2 partitions and dst has 4; they must have the same number [same-partitions]
#   predicate=sbuf(4, 9, nl.uint8)
#     tensor_copy_predicated: predicate has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   predicate=sbuf(2, 8, nl.uint8)
#     tensor_copy_predicated: predicate has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: tensor_copy_predicated: no argument is called 'colour'; there are dst, src, predicate, reverse_pred, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_copy_predicated: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: tensor_copy_predicated: src is required and missing
#   predicate=(left out)
#     TypeError: tensor_copy_predicated: predicate is required and missing
# rules:
#   src=psum(4, 8), predicate=psum(4, 8, nl.uint8)
#     tensor_copy_predicated: src and predicate are both in PSUM; one of them must be in SBUF [both-psum]
#   src=None
#     tensor_copy_predicated: src is None; it must be a number or a tile [given]
