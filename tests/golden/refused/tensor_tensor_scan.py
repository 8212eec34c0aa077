"""What nisa.tensor_tensor_scan refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.tensor_tensor_scan,
    dst=sbuf(4, 8),
    data0=sbuf(4, 8),
    data1=sbuf(4, 8),
    initial=sbuf(4, 1),
    op0=nl.multiply,
    op1=nl.add,
)
refuse("both-psum", data0=psum(4, 8), data1=psum(4, 8))
refuse("given", initial=None)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_tensor_scan: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data0=hbm(4, 8)
#     tensor_tensor_scan: data0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   data1=hbm(4, 8)
#     tensor_tensor_scan: data1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   initial=hbm(4, 1)
#     tensor_tensor_scan: initial is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor_scan: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data0=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor_scan: data0 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data1=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_tensor_scan: data1 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   initial=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_tensor_scan: initial is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data0=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data1=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   initial=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_tensor_scan: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_tensor_scan: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data0=sbuf(12, 8)[8:]
#     tensor_tensor_scan: data0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data0=sbuf(8, 8)[::2]
#     tensor_tensor_scan: data0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data1=sbuf(12, 8)[8:]
#     tensor_tensor_scan: data1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data1=sbuf(8, 8)[::2]
#     tensor_tensor_scan: data1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   initial=sbuf(12, 1)[8:]
#     tensor_tensor_scan: initial starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   initial=sbuf(8, 1)[::2]
#     tensor_tensor_scan: initial takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_tensor_scan: data0 has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_tensor_scan: data0 has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data0=sbuf(4, 9)
#     tensor_tensor_scan: data0 has 9 elements per partition and data1 has 8; they must have the same number [same-free]
#   data0=sbuf(2, 8)
#     tensor_tensor_scan: data0 has 2 partitions and data1 has 4; they must have the same number [same-partitions]
#     tensor_tensor_scan: initial has shape (4, 1); beside data0 it must have one value per partition, (2, 1) [column]
#   data1=sbuf(4, 9)
#     tensor_tensor_scan: data0 has 8 elements per partition and data1 has 9; they must have the same number [same-free]
#   data1=sbuf(2, 8)
#     tensor_tensor_scan: data0 has 4 partitions and data1 has 2; they must have the same number [same-partitions]
#   initial=sbuf(4, 2)
#     tensor_tensor_scan: initial has shape (4, 2); beside data0 it must have one value per partition, (4, 1) [column]
#   initial=sbuf(2, 1)
#     tensor_tensor_scan: initial has shape (2, 1); beside data0 it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op0='add'
#     TypeError: tensor_tensor_scan: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.square
#     tensor_tensor_scan: op0 is 'square', which takes one operand only [binary-op]
#   op0=nl.bitwise_and
#     tensor_tensor_scan: op0 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op0=nl.tanh
#     ValueError: tensor_tensor_scan: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   op1='add'
#     TypeError: tensor_tensor_scan: op1 must be an operator such as nl.add, got 'add'
#   op1=nl.square
#     tensor_tensor_scan: op1 is 'square', which takes one operand only [binary-op]
#   op1=nl.bitwise_and
#     tensor_tensor_scan: op1 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op1=nl.tanh
#     ValueError: tensor_tensor_scan: op1: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_tensor_scan: no argument is called 'colour'; there are dst, data0, data1, initial, op0, op1, reverse0, reverse1, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_tensor_scan: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data0=(left out)
#     TypeError: tensor_tensor_scan: data0 is required and missing
#   data1=(left out)
#     TypeError: tensor_tensor_scan: data1 is required and missing
#   initial=(left out)
#     TypeError: tensor_tensor_scan: initial is required and missing
#   op0=(left out)
#     TypeError: tensor_tensor_scan: op0 is required and missing
#   op1=(left out)
#     TypeError: tensor_tensor_scan: op1 is required and missing
# rules:
#   data0=psum(4, 8), data1=psum(4, 8)
#     tensor_tensor_scan: data0 and data1 are both in PSUM; one of them must be in SBUF [both-psum]
#   initial=None
#     tensor_tensor_scan: initial is None; it must be a number or a column (P, 1) [given]
#   op0=nl.abs_max on trn1
#     tensor_tensor_scan: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
