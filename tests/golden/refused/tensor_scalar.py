"""What nisa.tensor_scalar refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_scalar, dst=sbuf(4, 8), data=sbuf(4, 8), op0=nl.add, operand0=sbuf(4, 1))
refuse("unary-operand", operand0=None)
refuse("unary-operand", op0=nl.square)
refuse("op1-operand1", operand1=1.0)
refuse("op-class", op1=nl.bitwise_and, operand1=1)
refuse("integer-constant", dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), op0=nl.bitwise_and, operand0=0.5)
refuse("same-item-bytes", dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.uint8), op0=nl.bitwise_and, operand0=1)
refuse("engine", engine=nisa.engine.tensor)
refuse("gpsimd-psum", data=psum(4, 8), op0=nl.rsqrt, operand0=1.0)
refuse(
    "bitwise-engine",
    dst=sbuf(4, 8, nl.int32),
    data=sbuf(4, 8, nl.int32),
    op0=nl.bitwise_and,
    operand0=1,
    engine=nisa.engine.gpsimd,
)
refuse("rsqrt-engine", engine=nisa.engine.gpsimd)
refuse("rsqrt-engine", op0=nl.rsqrt, operand0=1.0, engine=nisa.engine.vector)
refuse("scalar-arithmetic", target="trn1", engine=nisa.engine.scalar)
refuse("scalar-ops", op0=nl.maximum, engine=nisa.engine.scalar)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_scalar: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     tensor_scalar: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   operand0=hbm(4, 1)
#     tensor_scalar: operand0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   operand0=sbuf(4, 1, nl.int32)
#     tensor_scalar: operand0 is int32; allowed are float32 [dtype]
#   operand0=sbuf(4, 1, nl.bfloat16)
#     tensor_scalar: operand0 is bfloat16; allowed are float32 [dtype]
#   operand0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar: operand0 is float8_e4m3fn_x4; allowed are float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   operand0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_scalar: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_scalar: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     tensor_scalar: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     tensor_scalar: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   operand0=sbuf(12, 1)[8:]
#     tensor_scalar: operand0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   operand0=sbuf(8, 1)[::2]
#     tensor_scalar: operand0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_scalar: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_scalar: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     tensor_scalar: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     tensor_scalar: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     tensor_scalar: operand0 has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   operand0=sbuf(4, 2)
#     tensor_scalar: operand0 has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   operand0=sbuf(2, 1)
#     tensor_scalar: operand0 has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op0='add'
#     TypeError: tensor_scalar: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.square
#     tensor_scalar: operand0 must be None or 0 beside 'square', which takes one operand only [unary-operand]
#   op0=nl.bitwise_and
#     tensor_scalar: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_scalar: data is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     tensor_scalar: operand0 is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#   op0=nl.tanh
#     ValueError: tensor_scalar: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_scalar: no argument is called 'colour'; there are dst, data, op0, operand0, reverse0, op1, operand1, reverse1, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_scalar: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: tensor_scalar: data is required and missing
#   op0=(left out)
#     TypeError: tensor_scalar: op0 is required and missing
#   operand0=(left out)
#     TypeError: tensor_scalar: operand0 is required and missing
# rules:
#   operand0=None
#     tensor_scalar: operand0 must be given beside 'add', which takes two operands [unary-operand]
#   op0=nl.square
#     tensor_scalar: operand0 must be None or 0 beside 'square', which takes one operand only [unary-operand]
#   operand1=1.0
#     tensor_scalar: operand1 is 1 and op1 is None; they go together [op1-operand1]
#   op1=nl.bitwise_and, operand1=1
#     tensor_scalar: op0 is 'add' and op1 is 'bitwise_and'; both must be bitwise or both arithmetic [op-class]
#   dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), op0=nl.bitwise_and, operand0=0.5
#     tensor_scalar: operand0 is 0.5; the bitwise operator 'bitwise_and' needs an integer [integer-constant]
#   dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.uint8), op0=nl.bitwise_and, operand0=1
#     tensor_scalar: data is uint8 and dst is int32; bitwise operators convert nothing, so their elements must have the same size [same-item-bytes]
#   engine=nisa.engine.tensor
#     tensor_scalar: engine 'tensor' can't run it; allowed are vector, scalar, gpsimd [engine]
#   data=psum(4, 8), op0=nl.rsqrt, operand0=1.0
#     tensor_scalar: data is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#     tensor_scalar: operand0 must be None or 0 beside 'rsqrt', which takes one operand only [unary-operand]
#   dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), op0=nl.bitwise_and, operand0=1, engine=nisa.engine.gpsimd
#     tensor_scalar: op0 is 'bitwise_and' on engine 'gpsimd'; bitwise operators run on the Vector engine only [bitwise-engine]
#   engine=nisa.engine.gpsimd
#     tensor_scalar: op0 is 'add' on engine 'gpsimd'; nl.rsqrt runs on the GpSimd engine only, and nothing else runs there [rsqrt-engine]
#   op0=nl.rsqrt, operand0=1.0, engine=nisa.engine.vector
#     tensor_scalar: operand0 must be None or 0 beside 'rsqrt', which takes one operand only [unary-operand]
#     tensor_scalar: op0 is 'rsqrt' on engine 'vector'; nl.rsqrt runs on the GpSimd engine only, and nothing else runs there [rsqrt-engine]
#   engine=nisa.engine.scalar on trn1
#     tensor_scalar: trn1 does not have tensor_scalar on the Scalar engine; targets that have it: trn2, trn3 [scalar-arithmetic]
#   op0=nl.maximum, engine=nisa.engine.scalar
#     tensor_scalar: op0 is 'maximum'; the Scalar engine can do multiply and add, multiply, or add only [scalar-ops]
#   op0=nl.abs_max on trn1
#     tensor_scalar: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
#   op0=nl.square, operand0=None on trn1
#     tensor_scalar: trn1 does not have square and relu as ALU operators; targets that have it: trn3 [unary-alu-ops]
