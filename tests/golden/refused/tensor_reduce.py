"""What nisa.tensor_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.tensor_reduce, dst=sbuf(4, 2), op=nl.add, data=sbuf(4, 2, 8), axis=2)
refuse("reduce-op", op=nl.equal)
refuse("reduce-axis", axis=[0, 2])
refuse("same-dtype", dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int32))
refuse("negate-bitwise", dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int8), negate=True)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 2)
#     tensor_reduce: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 2, 8)
#     tensor_reduce: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 2, nl.float8_e4m3fn_x4)
#     tensor_reduce: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 2, 8, nl.float8_e4m3fn_x4)
#     tensor_reduce: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 2)
#     ValueError: ndarray: shape (256, 2) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 2, 8)
#     ValueError: ndarray: shape (256, 2, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 2)[8:]
#     tensor_reduce: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 2)[::2]
#     tensor_reduce: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 2, 8)[8:]
#     tensor_reduce: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 2, 8)[::2]
#     tensor_reduce: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 3)
#     tensor_reduce: reducing data of shape (4, 2, 8) leaves 2 elements per partition; dst has 3 [reduced-size]
#   dst=sbuf(2, 2)
#     tensor_reduce: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(2, 2, 8)
#     tensor_reduce: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
# illegal operator:
#   op='add'
#     TypeError: tensor_reduce: op must be an operator such as nl.add, got 'add'
#   op=nl.square
#     tensor_reduce: op is 'square', which can't reduce [reduce-op]
#   op=nl.bitwise_and
#     tensor_reduce: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_reduce: data is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#   op=nl.tanh
#     ValueError: tensor_reduce: op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_reduce: no argument is called 'colour'; there are dst, op, data, axis, negate, keepdims, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_reduce: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   op=(left out)
#     TypeError: tensor_reduce: op is required and missing
#   data=(left out)
#     TypeError: tensor_reduce: data is required and missing
#   axis=(left out)
#     TypeError: tensor_reduce: axis is required and missing
# rules:
#   op=nl.equal
#     tensor_reduce: op is 'equal', which can't reduce [reduce-op]
#   axis=[0, 2]
#     tensor_reduce: axis is (0, 2); data has 3 axes, of which the last free ones must be named, without gaps, and axis 0 is the partition axis: use nisa.nc_transpose first, nisa.nc_matmul with ones, or nisa.tensor_partition_reduce [reduce-axis]
#   dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int32)
#     tensor_reduce: data is int32 and dst is int8; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 2, nl.int8), op=nl.bitwise_and, data=sbuf(4, 2, 8, nl.int8), negate=True
#     tensor_reduce: negate is True and op is 'bitwise_and'; it works with arithmetic operators only [negate-bitwise]
