"""What nisa.tensor_tensor refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_tensor, dst=sbuf(4, 8), data1=sbuf(4, 8), data2=sbuf(4, 8), op=nl.add)
refuse("both-psum", data1=psum(4, 8), data2=psum(4, 8))
refuse(
    "same-item-bytes",
    dst=sbuf(4, 8, nl.int32),
    data1=sbuf(4, 8, nl.int32),
    data2=sbuf(4, 8, nl.int8),
    op=nl.bitwise_and,
)
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", data1=psum(4, 8), engine=nisa.engine.gpsimd)
refuse("power-engine", op=nl.power, engine=nisa.engine.vector)
refuse("abs-max-min", target="trn1", op=nl.abs_max)
refuse(
    "bitwise-engine",
    engine=nisa.engine.gpsimd,
    op=nl.bitwise_and,
    **{name: sbuf(4, 8, nl.int32) for name in ("dst", "data1", "data2")},
)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_tensor: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data1=hbm(4, 8)
#     tensor_tensor: data1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   data2=hbm(4, 8)
#     tensor_tensor: data2 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data1=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor: data1 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data2=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor: data2 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data1=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data2=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_tensor: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_tensor: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data1=sbuf(12, 8)[8:]
#     tensor_tensor: data1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data1=sbuf(8, 8)[::2]
#     tensor_tensor: data1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data2=sbuf(12, 8)[8:]
#     tensor_tensor: data2 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data2=sbuf(8, 8)[::2]
#     tensor_tensor: data2 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_tensor: data1 has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_tensor: data1 has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data1=sbuf(4, 9)
#     tensor_tensor: data1 has 9 elements per partition and data2 has 8; they must have the same number [same-free]
#   data1=sbuf(2, 8)
#     tensor_tensor: data1 has 2 partitions and data2 has 4; they must have the same number [same-partitions]
#   data2=sbuf(4, 9)
#     tensor_tensor: data1 has 8 elements per partition and data2 has 9; they must have the same number [same-free]
#   data2=sbuf(2, 8)
#     tensor_tensor: data1 has 4 partitions and data2 has 2; they must have the same number [same-partitions]
# illegal operator:
#   op='add'
#     TypeError: tensor_tensor: op must be an operator such as nl.add, got 'add'
#   op=nl.square
#     tensor_tensor: op is 'square', which takes one operand only [binary-op]
#   op=nl.bitwise_and
#     tensor_tensor: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_tensor: data1 is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_tensor: data2 is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#   op=nl.tanh
#     ValueError: tensor_tensor: op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_tensor: no argument is called 'colour'; there are dst, data1, data2, op, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_tensor: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data1=(left out)
#     TypeError: tensor_tensor: data1 is required and missing
#   data2=(left out)
#     TypeError: tensor_tensor: data2 is required and missing
#   op=(left out)
#     TypeError: tensor_tensor: op is required and missing
# rules:
#   data1=psum(4, 8), data2=psum(4, 8)
#     tensor_tensor: data1 and data2 are both in PSUM; one of them must be in SBUF [both-psum]
#   dst=sbuf(4, 8, nl.int32), data1=sbuf(4, 8, nl.int32), data2=sbuf(4, 8, nl.int8), op=nl.bitwise_and
#     tensor_tensor: data2 is int8 and dst is int32; bitwise operators convert nothing, so their elements must have the same size [same-item-bytes]
#   engine=nisa.engine.scalar
#     tensor_tensor: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]
#   data1=psum(4, 8), engine=nisa.engine.gpsimd
#     tensor_tensor: data1 is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#   op=nl.power, engine=nisa.engine.vector
#     tensor_tensor: op is 'power' on engine 'vector'; it runs on the GpSimd engine only, with all tiles in SBUF [power-engine]
#   op=nl.abs_max on trn1
#     tensor_tensor: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
#   engine=nisa.engine.gpsimd, op=nl.bitwise_and, dst=sbuf(4, 8, nl.int32), data1=sbuf(4, 8, nl.int32), data2=sbuf(4, 8, nl.int32)
#     tensor_tensor: op is 'bitwise_and' on engine 'gpsimd'; bitwise operators run on the Vector engine only [bitwise-engine]
