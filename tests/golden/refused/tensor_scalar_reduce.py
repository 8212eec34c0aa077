"""What nisa.tensor_scalar_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.tensor_scalar_reduce,
    dst=sbuf(4, 8),
    data=sbuf(4, 8),
    op0=nl.add,
    operand0=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
    reduce_init=sbuf(4, 1),
)
refuse("unary-operand", operand0=None)
refuse("reverse0", reverse0=True)
refuse("reduce-op", reduce_op=nl.subtract)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.idle, reduce_init=None)
refuse("reduce-init", reduce_init=None)
refuse("reduce-init", reduce_cmd=nisa.reduce_cmd.reset_reduce)
refuse("abs-max-min", target="trn1", op0=nl.abs_max)
refuse("unary-alu-ops", target="trn1", op0=nl.square, operand0=None)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_scalar_reduce: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     tensor_scalar_reduce: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   operand0=hbm(4, 1)
#     tensor_scalar_reduce: operand0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     tensor_scalar_reduce: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   reduce_init=hbm(4, 1)
#     tensor_scalar_reduce: reduce_init is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar_reduce: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_scalar_reduce: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   operand0=sbuf(4, 1, nl.int32)
#     tensor_scalar_reduce: operand0 is int32; allowed are float32 [dtype]
#   operand0=sbuf(4, 1, nl.bfloat16)
#     tensor_scalar_reduce: operand0 is bfloat16; allowed are float32 [dtype]
#   operand0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar_reduce: operand0 is float8_e4m3fn_x4; allowed are float32 [dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar_reduce: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   reduce_init=sbuf(4, 1, nl.int32)
#     tensor_scalar_reduce: reduce_init is int32; allowed are float32 [dtype]
#   reduce_init=sbuf(4, 1, nl.bfloat16)
#     tensor_scalar_reduce: reduce_init is bfloat16; allowed are float32 [dtype]
#   reduce_init=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     tensor_scalar_reduce: reduce_init is float8_e4m3fn_x4; allowed are float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   operand0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_init=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_scalar_reduce: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_scalar_reduce: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     tensor_scalar_reduce: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     tensor_scalar_reduce: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   operand0=sbuf(12, 1)[8:]
#     tensor_scalar_reduce: operand0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   operand0=sbuf(8, 1)[::2]
#     tensor_scalar_reduce: operand0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     tensor_scalar_reduce: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     tensor_scalar_reduce: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_init=sbuf(12, 1)[8:]
#     tensor_scalar_reduce: reduce_init starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_init=sbuf(8, 1)[::2]
#     tensor_scalar_reduce: reduce_init takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_scalar_reduce: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_scalar_reduce: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     tensor_scalar_reduce: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     tensor_scalar_reduce: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     tensor_scalar_reduce: operand0 has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     tensor_scalar_reduce: reduce_res has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     tensor_scalar_reduce: reduce_init has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   operand0=sbuf(4, 2)
#     tensor_scalar_reduce: operand0 has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   operand0=sbuf(2, 1)
#     tensor_scalar_reduce: operand0 has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     tensor_scalar_reduce: reduce_res has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     tensor_scalar_reduce: reduce_res has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   reduce_init=sbuf(4, 2)
#     tensor_scalar_reduce: reduce_init has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   reduce_init=sbuf(2, 1)
#     tensor_scalar_reduce: reduce_init has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op0='add'
#     TypeError: tensor_scalar_reduce: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.square
#     tensor_scalar_reduce: operand0 must be None or 0 beside 'square', which takes one operand only [unary-operand]
#   op0=nl.bitwise_and
#     tensor_scalar_reduce: op0 is 'bitwise_and', which is bitwise; it must be arithmetic [arithmetic-op]
#   op0=nl.tanh
#     ValueError: tensor_scalar_reduce: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   reduce_op='add'
#     TypeError: tensor_scalar_reduce: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.square
#     tensor_scalar_reduce: reduce_op is 'square'; it must be nl.add, nl.multiply, nl.maximum or nl.minimum [reduce-op]
#   reduce_op=nl.bitwise_and
#     tensor_scalar_reduce: reduce_op is 'bitwise_and'; it must be nl.add, nl.multiply, nl.maximum or nl.minimum [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: tensor_scalar_reduce: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: tensor_scalar_reduce: no argument is called 'colour'; there are dst, data, op0, operand0, reduce_op, reduce_res, reverse0, reduce_cmd, reduce_init, reduce_res_negate, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_scalar_reduce: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: tensor_scalar_reduce: data is required and missing
#   op0=(left out)
#     TypeError: tensor_scalar_reduce: op0 is required and missing
#   operand0=(left out)
#     TypeError: tensor_scalar_reduce: operand0 is required and missing
#   reduce_op=(left out)
#     TypeError: tensor_scalar_reduce: reduce_op is required and missing
#   reduce_cmd=(left out)
#     tensor_scalar_reduce: reduce_init is a tensor; it must be given with reduce_cmd.load_reduce, and only with it [reduce-init]
#   reduce_init=(left out)
#     tensor_scalar_reduce: reduce_init is None; it must be given with reduce_cmd.load_reduce, and only with it [reduce-init]
# rules:
#   operand0=None
#     tensor_scalar_reduce: operand0 must be given beside 'add', which takes two operands [unary-operand]
#   reverse0=True
#     tensor_scalar_reduce: reverse0 is True, which NKI does not support yet [reverse0]
#   reduce_op=nl.subtract
#     tensor_scalar_reduce: reduce_op is 'subtract'; it must be nl.add, nl.multiply, nl.maximum or nl.minimum [reduce-op]
#   reduce_cmd=nisa.reduce_cmd.idle, reduce_init=None
#     tensor_scalar_reduce: reduce_cmd is idle; allowed are reset_reduce, reduce, load_reduce [reduce-cmd]
#   reduce_init=None
#     tensor_scalar_reduce: reduce_init is None; it must be given with reduce_cmd.load_reduce, and only with it [reduce-init]
#   reduce_cmd=nisa.reduce_cmd.reset_reduce
#     tensor_scalar_reduce: reduce_init is a tensor; it must be given with reduce_cmd.load_reduce, and only with it [reduce-init]
#   op0=nl.abs_max on trn1
#     tensor_scalar_reduce: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]
#   op0=nl.square, operand0=None on trn1
#     tensor_scalar_reduce: trn1 does not have square and relu as ALU operators; targets that have it: trn3 [unary-alu-ops]
