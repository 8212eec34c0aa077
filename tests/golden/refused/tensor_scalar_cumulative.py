"""What nisa.tensor_scalar_cumulative refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.tensor_scalar_cumulative,
    dst=sbuf(4, 8),
    src=sbuf(4, 8),
    op0=nl.add,
    op1=nl.add,
    imm0=sbuf(4, 1),
    imm1=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
)
refuse("unary-operand", imm0=None)
refuse("cumulative-op", op1=nl.equal)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.idle)
refuse("given", imm1=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, imm0=None)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_scalar_cumulative: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(4, 8)
#     tensor_scalar_cumulative: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   imm0=hbm(4, 1)
#     tensor_scalar_cumulative: imm0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   imm1=hbm(4, 1)
#     tensor_scalar_cumulative: imm1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.int32)
#     tensor_scalar_cumulative: dst is int32; integers of 32 bits are not allowed [integer-32]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar_cumulative: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   src=sbuf(4, 8, nl.int32)
#     tensor_scalar_cumulative: src is int32; integers of 32 bits are not allowed [integer-32]
#   src=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar_cumulative: src is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   imm0=sbuf(4, 1, nl.int32)
#     tensor_scalar_cumulative: imm0 is int32; allowed are float32 [dtype]
#   imm0=sbuf(4, 1, nl.bfloat16)
#     tensor_scalar_cumulative: imm0 is bfloat16; allowed are float32 [dtype]
#   imm0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar_cumulative: imm0 is float8_e4m3fn_x4; allowed are float32 [dtype]
#   imm1=sbuf(4, 1, nl.int32)
#     tensor_scalar_cumulative: imm1 is int32; allowed are float32 [dtype]
#   imm1=sbuf(4, 1, nl.bfloat16)
#     tensor_scalar_cumulative: imm1 is bfloat16; allowed are float32 [dtype]
#   imm1=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar_cumulative: imm1 is float8_e4m3fn_x4; allowed are float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   imm0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   imm1=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_scalar_cumulative: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_scalar_cumulative: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(12, 8)[8:]
#     tensor_scalar_cumulative: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(8, 8)[::2]
#     tensor_scalar_cumulative: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   imm0=sbuf(12, 1)[8:]
#     tensor_scalar_cumulative: imm0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   imm0=sbuf(8, 1)[::2]
#     tensor_scalar_cumulative: imm0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   imm1=sbuf(12, 1)[8:]
#     tensor_scalar_cumulative: imm1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   imm1=sbuf(8, 1)[::2]
#     tensor_scalar_cumulative: imm1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_scalar_cumulative: src has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_scalar_cumulative: src has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   src=sbuf(4, 9)
#     tensor_scalar_cumulative: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   src=sbuf(2, 8)
#     tensor_scalar_cumulative: src has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     tensor_scalar_cumulative: imm0 has shape (4, 1); beside src it must have one value per partition, (2, 1) [column]
#     tensor_scalar_cumulative: imm1 has shape (4, 1); beside src it must have one value per partition, (2, 1) [column]
#   imm0=sbuf(4, 2)
#     tensor_scalar_cumulative: imm0 has shape (4, 2); beside src it must have one value per partition, (4, 1) [column]
#   imm0=sbuf(2, 1)
#     tensor_scalar_cumulative: imm0 has shape (2, 1); beside src it must have one value per partition, (4, 1) [column]
#   imm1=sbuf(4, 2)
#     tensor_scalar_cumulative: imm1 has shape (4, 2); beside src it must have one value per partition, (4, 1) [column]
#   imm1=sbuf(2, 1)
#     tensor_scalar_cumulative: imm1 has shape (2, 1); beside src it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op0='add'
#     TypeError: tensor_scalar_cumulative: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.square
#     tensor_scalar_cumulative: imm0 must be None or 0 beside 'square', which takes one operand only [unary-operand]
#   op0=nl.bitwise_and
#     tensor_scalar_cumulative: op0 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op0=nl.tanh
#     ValueError: tensor_scalar_cumulative: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   op1='add'
#     TypeError: tensor_scalar_cumulative: op1 must be an operator such as nl.add, got 'add'
#   op1=nl.square
#     tensor_scalar_cumulative: op1 is 'square'; it must be nl.add, nl.subtract, nl.multiply, nl.maximum or nl.minimum [cumulative-op]
#   op1=nl.bitwise_and
#     tensor_scalar_cumulative: op1 is 'bitwise_and'; it must be nl.add, nl.subtract, nl.multiply, nl.maximum or nl.minimum [cumulative-op]
#   op1=nl.tanh
#     ValueError: tensor_scalar_cumulative: op1: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_scalar_cumulative: no argument is called 'colour'; there are dst, src, op0, op1, imm0, imm1, reduce_cmd, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_scalar_cumulative: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: tensor_scalar_cumulative: src is required and missing
#   op0=(left out)
#     TypeError: tensor_scalar_cumulative: op0 is required and missing
#   op1=(left out)
#     TypeError: tensor_scalar_cumulative: op1 is required and missing
#   imm0=(left out)
#     TypeError: tensor_scalar_cumulative: imm0 is required and missing
#   imm1=(left out)
#     tensor_scalar_cumulative: imm1 is None; it must be a number or a column (P, 1) [given]
# rules:
#   imm0=None
#     tensor_scalar_cumulative: imm0 must be given beside 'add', which takes two operands [unary-operand]
#   op1=nl.equal
#     tensor_scalar_cumulative: op1 is 'equal'; it must be nl.add, nl.subtract, nl.multiply, nl.maximum or nl.minimum [cumulative-op]
#   reduce_cmd=nisa.reduce_cmd.idle
#     tensor_scalar_cumulative: reduce_cmd is idle; allowed are reset_reduce, reduce, load_reduce [reduce-cmd]
#   imm1=None
#     tensor_scalar_cumulative: imm1 is None; it must be a number or a column (P, 1) [given]
#   op0=nl.abs_max on trn1
#     tensor_scalar_cumulative: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
#   op0=nl.square, imm0=None on trn1
#     tensor_scalar_cumulative: trn1 does not have square and relu as ALU operators; targets that have it: trn3 [unary-alu-ops]
