"""What nisa.activation refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.activation,
    dst=sbuf(4, 8),
    op=nl.exp,
    data=sbuf(4, 8),
    bias=sbuf(4, 1),
    scale=sbuf(4, 1),
    reduce_op=nl.add,
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
)
refuse("prelu", op=nl.prelu)
refuse("bias-dtype", bias=sbuf(4, 1, nl.tfloat32))
refuse("constant-bias", target="trn1", bias=1.0)
refuse("copy-bias", target="trn1", op=nl.copy)
refuse("reciprocal-bias", target="trn1", op=nl.reciprocal)
refuse("reduce-op", reduce_op=nl.maximum)
refuse("reduce-op", reduce_op=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     activation: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     activation: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   bias=hbm(4, 1)
#     activation: bias is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   scale=hbm(4, 1)
#     activation: scale is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     activation: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     activation: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     activation: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   bias=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activation: bias is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   scale=sbuf(4, 1, nl.int32)
#     activation: scale is int32; allowed are float32 [dtype]
#   scale=sbuf(4, 1, nl.bfloat16)
#     activation: scale is bfloat16; allowed are float32 [dtype]
#   scale=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activation: scale is float8_e4m3fn_x4; allowed are float32 [dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     activation: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   bias=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   scale=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     activation: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     activation: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     activation: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     activation: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   bias=sbuf(12, 1)[8:]
#     activation: bias starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   bias=sbuf(8, 1)[::2]
#     activation: bias takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   scale=sbuf(12, 1)[8:]
#     activation: scale starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   scale=sbuf(8, 1)[::2]
#     activation: scale takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     activation: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     activation: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     activation: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     activation: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     activation: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     activation: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     activation: scale has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     activation: bias has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#     activation: reduce_res has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   bias=sbuf(4, 2)
#     activation: bias has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   bias=sbuf(2, 1)
#     activation: bias has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   scale=sbuf(4, 2)
#     activation: scale has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   scale=sbuf(2, 1)
#     activation: scale has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     activation: reduce_res has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     activation: reduce_res has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
# illegal operator:
#   op='add'
#     TypeError: activation: op must be an activation function such as nl.exp, got 'add'
#   op=nl.add
#     ValueError: activation: op: 'add' is not a function of the Scalar engine
#   op=nl.maximum
#     ValueError: activation: op: 'maximum' is not a function of the Scalar engine
#   op=nl.bitwise_and
#     ValueError: activation: op: 'bitwise_and' is not a function of the Scalar engine
#   reduce_op='add'
#     TypeError: activation: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.maximum
#     activation: reduce_op is 'maximum'; it must be nl.add [reduce-op]
#   reduce_op=nl.square
#     activation: reduce_op is 'square'; it must be nl.add [reduce-op]
#   reduce_op=nl.bitwise_and
#     activation: reduce_op is 'bitwise_and'; it must be nl.add [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: activation: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: activation: no argument is called 'colour'; there are dst, op, data, bias, scale, reduce_op, reduce_res, reduce_cmd, name
# missing operand:
#   dst=(left out)
#     TypeError: activation: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   op=(left out)
#     TypeError: activation: op is required and missing
#   data=(left out)
#     TypeError: activation: data is required and missing
#   reduce_op=(left out)
#     activation: reduce_op is None; it must be nl.add if reduce_cmd adds [reduce-op]
# rules:
#   op=nl.prelu
#     activation: op is nl.prelu, whose slope only activate2 takes [prelu]
#   bias=sbuf(4, 1, nl.tfloat32)
#     activation: bias is tfloat32; every other dtype is allowed [bias-dtype]
#   bias=1.0 on trn1
#     activation: trn1 does not have a constant activation bias; targets that have it: trn2, trn3 [constant-bias]
#   op=nl.copy on trn1
#     activation: this target ignores the bias of nl.copy, as the device does (AWS issue 1296) [copy-bias]
#   op=nl.reciprocal on trn1
#     activation: trn1 does not have a bias with activation(op=reciprocal); targets that have it: trn2, trn3 [reciprocal-bias]
#   reduce_op=nl.maximum
#     activation: reduce_op is 'maximum'; it must be nl.add [reduce-op]
#   reduce_op=None
#     activation: reduce_op is None; it must be nl.add if reduce_cmd adds [reduce-op]
#   reduce_cmd=nisa.reduce_cmd.load_reduce
#     activation: reduce_cmd is load_reduce; allowed are idle, reset, reduce, reset_reduce [reduce-cmd]
