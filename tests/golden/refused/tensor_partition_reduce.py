"""What nisa.tensor_partition_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.tensor_partition_reduce, dst=sbuf(1, 8), op=nl.add, data=sbuf(4, 8))
refuse("same-dtype", dst=sbuf(1, 8, nl.int8), op=nl.bitwise_or, data=sbuf(4, 8, nl.int32))
refuse("integer-dtype", op=nl.bitwise_or)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(1, 8)
#     tensor_partition_reduce: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(1, 8)
#     tensor_partition_reduce: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   data=psum(4, 8)
#     tensor_partition_reduce: data is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   data=hbm(4, 8)
#     tensor_partition_reduce: data is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(1, 8, nl.float8_e4m3fn_x4)
#     tensor_partition_reduce: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_partition_reduce: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(9, 8)[8:]
#     tensor_partition_reduce: dst starts at partition 8; 1 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(12, 8)[8:]
#     tensor_partition_reduce: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     tensor_partition_reduce: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(1, 9)
#     tensor_partition_reduce: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_partition_reduce: dst has 2 partitions; it must have 1 [one-partition]
#   data=sbuf(4, 9)
#     tensor_partition_reduce: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
# illegal operator:
#   op='add'
#     TypeError: tensor_partition_reduce: op must be one of nl.add, nl.average, nl.bitwise_and, nl.bitwise_or, nl.maximum, got 'add'
#   op=nl.square
#     TypeError: tensor_partition_reduce: op must be one of nl.add, nl.average, nl.bitwise_and, nl.bitwise_or, nl.maximum, got the function square
#   op=nl.bitwise_and
#     tensor_partition_reduce: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_partition_reduce: data is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#   op=nl.tanh
#     TypeError: tensor_partition_reduce: op must be one of nl.add, nl.average, nl.bitwise_and, nl.bitwise_or, nl.maximum, got the function tanh
# unknown keyword:
#   colour=1
#     TypeError: tensor_partition_reduce: no argument is called 'colour'; there are dst, op, data, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_partition_reduce: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   op=(left out)
#     TypeError: tensor_partition_reduce: op is required and missing
#   data=(left out)
#     TypeError: tensor_partition_reduce: data is required and missing
# rules:
#   dst=sbuf(1, 8, nl.int8), op=nl.bitwise_or, data=sbuf(4, 8, nl.int32)
#     tensor_partition_reduce: data is int32 and dst is int8; they must have the same dtype [same-dtype]
#   op=nl.bitwise_or
#     tensor_partition_reduce: dst is float32; the bitwise operator 'bitwise_or' needs an integer dtype [integer-dtype]
#     tensor_partition_reduce: data is float32; the bitwise operator 'bitwise_or' needs an integer dtype [integer-dtype]
