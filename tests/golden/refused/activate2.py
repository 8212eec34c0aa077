"""What nisa.activate2 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.activate2,
    dst=sbuf(4, 8),
    op=nl.exp,
    data=sbuf(4, 8),
    imm0=sbuf(4, 1),
    imm1=sbuf(4, 1),
    op0=nl.multiply,
    op1=nl.add,
    relu_param=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
)
refuse("activate2", target="trn2")
refuse("operators", op0=nl.add)
refuse("operators", op1=nl.multiply)
refuse("given", imm0=None)
refuse("given", relu_param=None)
refuse("same-dtype", imm0=sbuf(4, 1, nl.bfloat16))
refuse("reverse", op0=None, op1=None, reverse0=True)
refuse("reduce-op", reduce_op=nl.multiply)
refuse("reduce-op", reduce_op=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     activate2: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     activate2: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   imm0=hbm(4, 1)
#     activate2: imm0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   imm1=hbm(4, 1)
#     activate2: imm1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   relu_param=hbm(4, 1)
#     activate2: relu_param is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     activate2: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     activate2: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     activate2: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   imm0=sbuf(4, 1, nl.int32)
#     activate2: imm0 is int32 and imm1 is float32; they must have the same dtype [same-dtype]
#   imm0=sbuf(4, 1, nl.bfloat16)
#     activate2: imm0 is bfloat16 and imm1 is float32; they must have the same dtype [same-dtype]
#   imm0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activate2: imm0 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#     activate2: imm0 is float8_e4m3fn_x4 and imm1 is float32; they must have the same dtype [same-dtype]
#   imm1=sbuf(4, 1, nl.int32)
#     activate2: imm0 is float32 and imm1 is int32; they must have the same dtype [same-dtype]
#   imm1=sbuf(4, 1, nl.bfloat16)
#     activate2: imm0 is float32 and imm1 is bfloat16; they must have the same dtype [same-dtype]
#   imm1=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activate2: imm1 is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#     activate2: imm0 is float32 and imm1 is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   relu_param=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activate2: relu_param is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activate2: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   imm0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   imm1=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   relu_param=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     activate2: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     activate2: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     activate2: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     activate2: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   imm0=sbuf(12, 1)[8:]
#     activate2: imm0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   imm0=sbuf(8, 1)[::2]
#     activate2: imm0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   imm1=sbuf(12, 1)[8:]
#     activate2: imm1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   imm1=sbuf(8, 1)[::2]
#     activate2: imm1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   relu_param=sbuf(12, 1)[8:]
#     activate2: relu_param starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   relu_param=sbuf(8, 1)[::2]
#     activate2: relu_param takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     activate2: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     activate2: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     activate2: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     activate2: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     activate2: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     activate2: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     activate2: imm0 has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     activate2: imm1 has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     activate2: relu_param has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     activate2: reduce_res has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   imm0=sbuf(4, 2)
#     activate2: imm0 has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   imm0=sbuf(2, 1)
#     activate2: imm0 has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   imm1=sbuf(4, 2)
#     activate2: imm1 has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   imm1=sbuf(2, 1)
#     activate2: imm1 has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   relu_param=sbuf(4, 2)
#     activate2: relu_param has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   relu_param=sbuf(2, 1)
#     activate2: relu_param has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     activate2: reduce_res has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     activate2: reduce_res has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op='add'
#     TypeError: activate2: op must be an activation function such as nl.exp, got 'add'
#   op=nl.add
#     ValueError: activate2: op: 'add' is not a function of the Scalar engine
#   op=nl.maximum
#     ValueError: activate2: op: 'maximum' is not a function of the Scalar engine
#   op=nl.bitwise_and
#     ValueError: activate2: op: 'bitwise_and' is not a function of the Scalar engine
#   op0='add'
#     TypeError: activate2: op0 must be an operator such as nl.add, got 'add'
#   op0=nl.add
#     activate2: op0 and op1 are 'add' and 'add'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op0=nl.maximum
#     activate2: op0 and op1 are 'maximum' and 'add'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op0=nl.square
#     activate2: op0 and op1 are 'square' and 'add'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op0=nl.bitwise_and
#     activate2: op0 and op1 are 'bitwise_and' and 'add'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op0=nl.tanh
#     ValueError: activate2: op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   op1='add'
#     TypeError: activate2: op1 must be an operator such as nl.add, got 'add'
#   op1=nl.maximum
#     activate2: op0 and op1 are 'multiply' and 'maximum'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op1=nl.square
#     activate2: op0 and op1 are 'multiply' and 'square'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op1=nl.bitwise_and
#     activate2: op0 and op1 are 'multiply' and 'bitwise_and'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op1=nl.tanh
#     ValueError: activate2: op1: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   reduce_op='add'
#     TypeError: activate2: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.square
#     activate2: reduce_op is 'square'; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min [reduce-op]
#   reduce_op=nl.bitwise_and
#     activate2: reduce_op is 'bitwise_and'; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: activate2: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: activate2: no argument is called 'colour'; there are dst, op, data, imm0, imm1, op0, op1, relu_param, reverse0, reverse1, reduce_op, reduce_res, reduce_cmd, name
# missing operand:
#   dst=(left out)
#     TypeError: activate2: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   op=(left out)
#     TypeError: activate2: op is required and missing
#   data=(left out)
#     TypeError: activate2: data is required and missing
#   imm0=(left out)
#     TypeError: activate2: imm0 is required and missing
#   imm1=(left out)
#     TypeError: activate2: imm1 is required and missing
#   op0=(left out)
#     TypeError: activate2: op0 is required and missing
#   op1=(left out)
#     TypeError: activate2: op1 is required and missing
#   reduce_op=(left out)
#     activate2: reduce_op is None; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min if reduce_cmd reduces [reduce-op]
# rules:
#   the legal call on trn2
#     activate2: trn2 does not have nki.isa.activate2; targets that have it: trn3 [activate2]
#   op0=nl.add
#     activate2: op0 and op1 are 'add' and 'add'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   op1=nl.multiply
#     activate2: op0 and op1 are 'multiply' and 'multiply'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass twice [operators]
#   imm0=None
#     activate2: imm0 is None; it must be a number or a column (P, 1) [given]
#   relu_param=None
#     activate2: relu_param is None; it must be a number or a column (P, 1) [given]
#   imm0=sbuf(4, 1, nl.bfloat16)
#     activate2: imm0 is bfloat16 and imm1 is float32; they must have the same dtype [same-dtype]
#   op0=None, op1=None, reverse0=True
#     activate2: reverse0 or reverse1 is True where op0 or op1 is None: there is no operator to reverse [reverse]
#   reduce_op=nl.multiply
#     activate2: reduce_op is 'multiply'; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min [reduce-op]
#   reduce_op=None
#     activate2: reduce_op is None; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min if reduce_cmd reduces [reduce-op]
#   reduce_cmd=nisa.reduce_cmd.load_reduce
#     activate2: reduce_cmd is load_reduce; allowed are idle, reset, reduce, reset_reduce [reduce-cmd]
