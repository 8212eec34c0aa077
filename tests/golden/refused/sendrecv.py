"""What nisa.sendrecv refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(
    nisa.sendrecv,
    on_cores=2,
    src=sbuf(4, 8),
    dst=sbuf(4, 8),
    send_to_rank=Code("1 - nl.program_id(0)"),
    recv_from_rank=Code("1 - nl.program_id(0)"),
    pipe_id=0,
)
refuse("rank", send_to_rank=2)
refuse("lnc2", target="trn1")
refuse("gpsimd-dma-bytes", src=sbuf(4, 257), dst=sbuf(4, 257), dma_engine=nisa.dma_engine.gpsimd_dma)
case = refuse.text


# ---- expected ----
# wrong space:
#   src=psum(4, 8)
#     sendrecv: src is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy (and 1 more like it at this line) [space]
#   src=hbm(4, 8)
#     sendrecv: src is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy (and 1 more like it at this line) [space]
#   dst=psum(4, 8)
#     sendrecv: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy (and 1 more like it at this line) [space]
#   dst=hbm(4, 8)
#     sendrecv: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy (and 1 more like it at this line) [space]
# wrong dtype:
#   src=sbuf(4, 8, nl.int32)
#     sendrecv: src is int32 and dst is float32; they must have the same dtype (and 1 more like it at this line) [same-dtype]
#   src=sbuf(4, 8, nl.bfloat16)
#     sendrecv: src is bfloat16 and dst is float32; they must have the same dtype (and 1 more like it at this line) [same-dtype]
#   src=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     sendrecv: src is float8_e4m3fn_x4 and dst is float32; they must have the same dtype (and 1 more like it at this line) [same-dtype]
#   dst=sbuf(4, 8, nl.int32)
#     sendrecv: src is float32 and dst is int32; they must have the same dtype (and 1 more like it at this line) [same-dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     sendrecv: src is float32 and dst is bfloat16; they must have the same dtype (and 1 more like it at this line) [same-dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     sendrecv: src is float32 and dst is float8_e4m3fn_x4; they must have the same dtype (and 1 more like it at this line) [same-dtype]
# too many partitions:
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   src=sbuf(12, 8)[8:]
#     sendrecv: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 (and 1 more like it at this line) [start-partition]
#   src=sbuf(8, 8)[::2]
#     sendrecv: src takes partitions in steps of 2; compute instructions need neighbouring partitions (and 1 more like it at this line) [partition-step]
#   dst=sbuf(12, 8)[8:]
#     sendrecv: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 (and 1 more like it at this line) [start-partition]
#   dst=sbuf(8, 8)[::2]
#     sendrecv: dst takes partitions in steps of 2; compute instructions need neighbouring partitions (and 1 more like it at this line) [partition-step]
# mismatched shapes:
#   src=sbuf(4, 9)
#     sendrecv: src has shape (4, 9) and dst has shape (4, 8); they must have the same (and 1 more like it at this line) [same-shape]
#   src=sbuf(2, 8)
#     sendrecv: src has shape (2, 8) and dst has shape (4, 8); they must have the same (and 1 more like it at this line) [same-shape]
#   dst=sbuf(4, 9)
#     sendrecv: src has shape (4, 8) and dst has shape (4, 9); they must have the same (and 1 more like it at this line) [same-shape]
#   dst=sbuf(2, 8)
#     sendrecv: src has shape (4, 8) and dst has shape (2, 8); they must have the same (and 1 more like it at this line) [same-shape]
# unknown keyword:
#   colour=1
#     TypeError: sendrecv: no argument is called 'colour'; there are src, dst, send_to_rank, recv_from_rank, pipe_id, dma_engine, name
# missing operand:
#   src=(left out)
#     TypeError: sendrecv: src is required and missing
#   dst=(left out)
#     TypeError: sendrecv: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   send_to_rank=(left out)
#     TypeError: sendrecv: send_to_rank is required and missing
#   recv_from_rank=(left out)
#     TypeError: sendrecv: recv_from_rank is required and missing
#   pipe_id=(left out)
#     TypeError: sendrecv: pipe_id is required and missing
# rules:
#   send_to_rank=2
#     sendrecv: send_to_rank is 2; it must be 0 or 1 (and 1 more like it at this line) [rank]
#     core 0 sends to rank 2 and receives from rank 1, core 1 sends to rank 2 and receives from rank 0; each must name the other core: core 0 is in sendrecv with pipe_id 0 at refusals.py:196, core 1 in sendrecv with pipe_id 0 at refusals.py:196 [core-meeting]
#   the legal call on trn1
#     sendrecv: trn1 does not have two cores that meet (LNC2); targets that have it: trn2, trn3 (and 1 more like it at this line) [lnc2]
#   src=sbuf(4, 257), dst=sbuf(4, 257), dma_engine=nisa.dma_engine.gpsimd_dma
#     sendrecv: src has 1028 bytes per partition; gpsimd_dma moves at most 1024 of float32 (and 1 more like it at this line) [gpsimd-dma-bytes]
