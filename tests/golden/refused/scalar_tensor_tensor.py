"""What nisa.scalar_tensor_tensor refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.scalar_tensor_tensor,
    dst=sbuf(4, 8),
    data=sbuf(4, 8),
    op0=nl.add,
    operand0=sbuf(4, 1),
    op1=nl.multiply,
    operand1=sbuf(4, 8),
)
refuse("both-psum", data=psum(4, 8), operand1=psum(4, 8))
refuse("unary-operand", operand0=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     scalar_tensor_tensor: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     scalar_tensor_tensor: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   operand0=hbm(4, 1)
#     scalar_tensor_tensor: operand0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   operand1=hbm(4, 8)
#     scalar_tensor_tensor: operand1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     scalar_tensor_tensor: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     scalar_tensor_tensor: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   operand0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     scalar_tensor_tensor: operand0 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   operand1=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     scalar_tensor_tensor: operand1 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   operand0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   operand1=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     scalar_tensor_tensor: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     scalar_tensor_tensor: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     scalar_tensor_tensor: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     scalar_tensor_tensor: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   operand0=sbuf(12, 1)[8:]
#     scalar_tensor_tensor: operand0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   operand0=sbuf(8, 1)[::2]
#     scalar_tensor_tensor: operand0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   operand1=sbuf(12, 8)[8:]
#     scalar_tensor_tensor: operand1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   operand1=sbuf(8, 8)[::2]
#     scalar_tensor_tensor: operand1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     scalar_tensor_tensor: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     scalar_tensor_tensor: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     scalar_tensor_tensor: data has 9 elements per partition and operand1 has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     scalar_tensor_tensor: data has 2 partitions and operand1 has 4; they must have the same number [same-partitions]
#     scalar_tensor_tensor: operand0 has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   operand0=sbuf(4, 2)
#     scalar_tensor_tensor: operand0 has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   operand0=sbuf(2, 1)
#     scalar_tensor_tensor: operand0 has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   operand1=sbuf(4, 9)
#     scalar_tensor_tensor: data has 8 elements per partition and operand1 has 9; they must have the same number [same-free]
#   operand1=sbuf(2, 8)
#     scalar_tensor_tensor: data has 4 partitions and operand1 has 2; they must have the same number [same-partitions]
# illegal operator:
#   op0='add'
#     TypeError: scalar_tensor_tensor: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.square
#     scalar_tensor_tensor: operand0 must be None or 0 beside 'square', which takes one operand only [unary-operand]
#   op0=nl.bitwise_and
#     scalar_tensor_tensor: op0 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op0=nl.tanh
#     ValueError: scalar_tensor_tensor: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   op1='add'
#     TypeError: scalar_tensor_tensor: op1 must be an operator such as nl.add, got 'add'
#   op1=nl.square
#     scalar_tensor_tensor: op1 is 'square', which takes one operand only [binary-op]
#   op1=nl.bitwise_and
#     scalar_tensor_tensor: op1 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op1=nl.tanh
#     ValueError: scalar_tensor_tensor: op1: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: scalar_tensor_tensor: no argument is called 'colour'; there are dst, data, op0, operand0, op1, operand1, reverse0, reverse1, name
# missing operand:
#   dst=(left out)
#     TypeError: scalar_tensor_tensor: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: scalar_tensor_tensor: data is required and missing
#   op0=(left out)
#     TypeError: scalar_tensor_tensor: op0 is required and missing
#   operand0=(left out)
#     TypeError: scalar_tensor_tensor: operand0 is required and missing
#   op1=(left out)
#     TypeError: scalar_tensor_tensor: op1 is required and missing
#   operand1=(left out)
#     TypeError: scalar_tensor_tensor: operand1 is required and missing
# rules:
#   data=psum(4, 8), operand1=psum(4, 8)
#     scalar_tensor_tensor: data and operand1 are both in PSUM; one of them must be in SBUF [both-psum]
#   operand0=None
#     scalar_tensor_tensor: operand0 must be given beside 'add', which takes two operands [unary-operand]
#   op0=nl.abs_max on trn1
#     scalar_tensor_tensor: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
#   op0=nl.square, operand0=None on trn1
#     scalar_tensor_tensor: trn1 does not have square and relu as ALU operators; targets that have it: trn3 [unary-alu-ops]
