"""The report of nki-py --migrate: kernels that use one of each kind of what NKI 0.6 lacks, by generation."""
import pathlib
import tempfile

from nki._migrate import report

BETA1 = '''
import neuronxcc.nki as nki
import neuronxcc.nki.compiler as ncc
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
from neuronxcc.nki.language import par_dim
from neuronxcc.nki.typing import mutable, tensor


@nki.jit(mode="simulation", debug_kernel=True)
def blocks(x: tensor[256, 512], scale):
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.hbm)
    kept = nl.ndarray((2, par_dim(128), 512), dtype=nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
    i_p, i_f = nl.arange(128)[:, None], nl.arange(512)[None, :]
    for block in nl.affine_range(2):
        kept[block] = nl.load(x[block * 128 + i_p, i_f], mask=(i_f < 500))
        kept[block, i_p, i_f] = nisa.activation(np.exp, kept[block], scale=scale, dtype=nl.bfloat16)
        total = nisa.tensor_reduce(nl.add, kept[block], axis=[1], mask=(i_p < 100))
        shifted = (kept[block] - total) / 2.0
        shifted += kept[block].astype(nl.float32)
        nl.store(out[nl.mgrid[0:128, 0:512]], nl.static_cast(-shifted, nl.bfloat16))
    return out


@nki.benchmark(warmup=2)
def product(a_t, b, c):
    psum = nl.zeros((128, 512), nl.float32, buffer=nl.psum)
    for k in nl.sequential_range(4):
        psum += nl.matmul(nl.load(a_t[k]), nl.load(b[k]), transpose_x=True)
        psum[...] += nisa.nc_matmul(nl.load(a_t[k]), nl.load(b[k]), perf_mode="double_row_gen3")
    ones = nisa.memset((128, 512), np.float32(1), dtype=nl.float32)
    nisa.dma_copy(ones, c[nl.program_id(1)], dge_mode=1)
    nl.store(c[...], value=nl.copy(src=psum / nisa.fp32.min))


def drive(x):
    nki.simulate_kernel(blocks[2, 4], x, 1.0)
    blocks[nl.spmd_dim(nl.nc(2), 2)](x, 1.0)
    print(product.benchmark_result.nc_latency, nki.baremetal(blocks))
'''

LATER = '''
import nki
import nki.collectives as ncc
import nki.isa as nisa
import nki.language as nl
import numpy as np
from nki.isa import tensor_copy_dynamic_src


@nki.jit(platform_target="trn2")
def kernel(x, index):
    tile = sbuf.view(dtype=x.dtype, shape=x.shape)
    text = nl.ndarray(x.shape, x.dtype, buffer="sbuf")
    nisa.dma_copy(text, x, dst_rmw_op=nl.add, unique_indices=True)
    nisa.dma_copy(text, x, nisa.oob_mode.skip)
    nisa.affine_select(tile, [[1, 512]], 0, -1, text, 0.0)
    nisa.dma_compute(tile, [text, tile], [1.0, 1.0], nl.add)
    nisa.dma_copy(dst=tile, src=text, dge_mode=2, engine=5, oob_mode=1)
    nisa.tensor_tensor(data1=tile, data2=text, op=np.amax)
    nisa.nc_matmul(tile, text, text, psumAccumulateFlag=1, perf_mode="double_row")
    nisa.activation(dst=tile, op=nl.exp, data=text, reduce_cmd=3, frobnicate=True)
    nisa.iota(tile, [[1, 512]], 0, engine=nisa.vector_engine)
    nisa.sendrecv(text, tile, 0, 0, 0, use_gpsimd_dma=True)
    tensor_copy_dynamic_src(tile, text)
    register = nisa.register_alloc(3)
    nisa.register_move(register, imm=4)
    while register:
        nisa.register_load(register, index)
    for i in nl.dynamic_range(register):
        nl.device_print(prefix="i", x=tile)
    ncc.collective_permute_implicit_current_processing_rank_id(0, 0, num_channels=1)
    size = nl.tile_size.total_available_sbuf_size // nl.tile_size.psum_fmax
    return nl.softmax(tile, axis=1, compute_dtype=nl.float32), size
'''


def reported(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "kernel.py")
        path.write_text(text, encoding="utf-8")
        return report(str(path)).replace(f"{folder}/", "").rstrip()


def case_beta1():
    return reported(BETA1)


def case_later():
    return reported(LATER)


# ---- expected ----
# case_beta1:
# kernel.py:2:8: neuronxcc.nki -> nki
#     import neuronxcc.nki as nki
# kernel.py:3:8: neuronxcc.nki.compiler -> tensors are placed by nl.ndarray(..., address=...) or by nki itself
#     import neuronxcc.nki.compiler as ncc
# kernel.py:4:8: neuronxcc.nki.isa -> nki.isa
#     import neuronxcc.nki.isa as nisa
# kernel.py:5:8: neuronxcc.nki.language -> nki.language
#     import neuronxcc.nki.language as nl
# kernel.py:7:1: neuronxcc.nki.language -> nki.language
#     from neuronxcc.nki.language import par_dim
# kernel.py:7:36: par_dim -> axis 0 of the shape, which is the partition axis; block axes become a list of tiles
#     from neuronxcc.nki.language import par_dim
# kernel.py:8:1: neuronxcc.nki.typing -> nki.typing
#     from neuronxcc.nki.typing import mutable, tensor
# kernel.py:8:34: mutable -> nki.typing.mutable_tensor
#     from neuronxcc.nki.typing import mutable, tensor
# kernel.py:11:10: mode= of nki.jit -> leave it out; the arguments' type says how to run
#     @nki.jit(mode="simulation", debug_kernel=True)
# kernel.py:11:29: debug_kernel= of nki.jit -> leave it out; it has no meaning
#     @nki.jit(mode="simulation", debug_kernel=True)
# kernel.py:13:53: nl.hbm of a result -> nl.shared_hbm
#     out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.hbm)
# kernel.py:14:27: par_dim -> axis 0 of the shape, which is the partition axis; block axes become a list of tiles
#     kept = nl.ndarray((2, par_dim(128), 512), dtype=nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
# kernel.py:14:72: ncc.sbuf.mod_alloc -> place tensors with nl.ndarray(..., address=...)
#     kept = nl.ndarray((2, par_dim(128), 512), dtype=nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
# kernel.py:15:16: nl.arange -> slices, nl.ds and NkiTensor.ap
#     i_p, i_f = nl.arange(128)[:, None], nl.arange(512)[None, :]
# kernel.py:15:41: nl.arange -> slices, nl.ds and NkiTensor.ap
#     i_p, i_f = nl.arange(128)[:, None], nl.arange(512)[None, :]
# kernel.py:16:18: nl.affine_range -> range (deprecated)
#     for block in nl.affine_range(2):
# kernel.py:17:9: kept[block] = ... -> nisa.dma_copy(dst=kept[block], src=x[block * 128 + i_p, i_f])
#     kept[block] = nl.load(x[block * 128 + i_p, i_f], mask=(i_f < 500))
# kernel.py:17:58: mask= of nl.load -> slices of the operands
#     kept[block] = nl.load(x[block * 128 + i_p, i_f], mask=(i_f < 500))
# kernel.py:18:33: the result of nisa.activation -> nisa.activation(dst=kept[block, i_p, i_f], op=..., data=...)
#     kept[block, i_p, i_f] = nisa.activation(np.exp, kept[block], scale=scale, dtype=nl.bfloat16)
# kernel.py:18:49: np.exp as an operator -> nl.exp
#     kept[block, i_p, i_f] = nisa.activation(np.exp, kept[block], scale=scale, dtype=nl.bfloat16)
# kernel.py:18:83: dtype= of nisa.activation -> the result has the dtype of dst
#     kept[block, i_p, i_f] = nisa.activation(np.exp, kept[block], scale=scale, dtype=nl.bfloat16)
# kernel.py:19:17: the result of nisa.tensor_reduce -> make total with nl.ndarray, then nisa.tensor_reduce(dst=total, op=..., data=..., axis=...)
#     total = nisa.tensor_reduce(nl.add, kept[block], axis=[1], mask=(i_p < 100))
# kernel.py:19:67: mask= of nisa.tensor_reduce -> slices of the operands
#     total = nisa.tensor_reduce(nl.add, kept[block], axis=[1], mask=(i_p < 100))
# kernel.py:20:19: operator / on a tile -> nl.multiply(kept[block] - total, 1 / 2.0)
#     shifted = (kept[block] - total) / 2.0
# kernel.py:20:20: operator - on a tile -> nl.subtract(kept[block], total)
#     shifted = (kept[block] - total) / 2.0
# kernel.py:21:9: shifted += ... -> nisa.tensor_tensor(dst=shifted, data1=shifted, data2=..., op=nl.add)
#     shifted += kept[block].astype(nl.float32)
# kernel.py:21:20: kept[block].astype -> nisa.tensor_copy converts into a tile of another dtype
#     shifted += kept[block].astype(nl.float32)
# kernel.py:22:22: nl.mgrid -> slices, nl.ds and NkiTensor.ap
#     nl.store(out[nl.mgrid[0:128, 0:512]], nl.static_cast(-shifted, nl.bfloat16))
# kernel.py:22:47: nl.static_cast -> nl.copy(x, dtype=...)
#     nl.store(out[nl.mgrid[0:128, 0:512]], nl.static_cast(-shifted, nl.bfloat16))
# kernel.py:22:62: operator - on a tile -> nl.negative(shifted)
#     nl.store(out[nl.mgrid[0:128, 0:512]], nl.static_cast(-shifted, nl.bfloat16))
# kernel.py:26:2: nki.benchmark -> nki.jit, and kernel.report(...), which counts cycles
#     @nki.benchmark(warmup=2)
# kernel.py:29:14: nl.sequential_range -> range (deprecated)
#     for k in nl.sequential_range(4):
# kernel.py:30:9: psum += ... -> nisa.nc_matmul(dst=psum, ...), which adds to what it wrote there before
#     psum += nl.matmul(nl.load(a_t[k]), nl.load(b[k]), transpose_x=True)
# kernel.py:31:22: the result of nisa.nc_matmul -> nisa.nc_matmul(dst=psum[...], stationary=..., moving=...), which adds to what it wrote there before
#     psum[...] += nisa.nc_matmul(nl.load(a_t[k]), nl.load(b[k]), perf_mode="double_row_gen3")
# kernel.py:31:79: perf_mode='double_row_gen3' -> nisa.matmul_perf_mode.double_row
#     psum[...] += nisa.nc_matmul(nl.load(a_t[k]), nl.load(b[k]), perf_mode="double_row_gen3")
# kernel.py:32:12: the result of nisa.memset -> make ones with nl.ndarray, then nisa.memset(dst=ones, value=...)
#     ones = nisa.memset((128, 512), np.float32(1), dtype=nl.float32)
# kernel.py:32:51: dtype= of nisa.memset -> the result has the dtype of dst
#     ones = nisa.memset((128, 512), np.float32(1), dtype=nl.float32)
# kernel.py:33:5: nisa.dma_copy(src, dst) -> nisa.dma_copy(dst, src)
#     nisa.dma_copy(ones, c[nl.program_id(1)], dge_mode=1)
# kernel.py:33:41: axis 1 of a grid -> one axis, nl.program_id(0), of one or two cores
#     nisa.dma_copy(ones, c[nl.program_id(1)], dge_mode=1)
# kernel.py:33:55: dge_mode=1 -> nisa.dge_mode.swdge
#     nisa.dma_copy(ones, c[nl.program_id(1)], dge_mode=1)
# kernel.py:34:14: output parameter c -> make it with nl.ndarray(shape, dtype, buffer=nl.shared_hbm) and return it
#     nl.store(c[...], value=nl.copy(src=psum / nisa.fp32.min))
# kernel.py:34:36: src= of nl.copy -> x=
#     nl.store(c[...], value=nl.copy(src=psum / nisa.fp32.min))
# kernel.py:34:40: operator / on a tile -> nl.multiply(psum, 1 / nisa.fp32.min)
#     nl.store(c[...], value=nl.copy(src=psum / nisa.fp32.min))
# kernel.py:34:47: nisa.fp32 -> numpy.finfo(numpy.float32)
#     nl.store(c[...], value=nl.copy(src=psum / nisa.fp32.min))
# kernel.py:38:5: nki.simulate_kernel -> nki.simulate(kernel)(...)
#     nki.simulate_kernel(blocks[2, 4], x, 1.0)
# kernel.py:38:25: blocks[2, 4] -> blocks[1] or blocks[2], for one or two cores, and loops in the kernel
#     nki.simulate_kernel(blocks[2, 4], x, 1.0)
# kernel.py:39:12: nl.spmd_dim -> kernel[2](...) for two cores
#     blocks[nl.spmd_dim(nl.nc(2), 2)](x, 1.0)
# kernel.py:39:24: nl.nc -> kernel[2](...) for two cores
#     blocks[nl.spmd_dim(nl.nc(2), 2)](x, 1.0)
# kernel.py:40:11: .benchmark_result -> kernel.report(...), which counts cycles
#     print(product.benchmark_result.nc_latency, nki.baremetal(blocks))
# kernel.py:40:48: nki.baremetal -> nki.jit and call the kernel, or use nki.simulate(kernel)(...)
#     print(product.benchmark_result.nc_latency, nki.baremetal(blocks))
#
# kernel.py: 50 uses of older releases; now NKI 0.6
#      6  neuronxcc.nki
#      6  operators on tiles
#      4  results of nisa
#      2  dtype=
#      2  grids
#      2  mask=
#      2  nl.arange
#      2  nl.par_dim
#      1  .astype of a tile
#      1  .benchmark_result
#      1  NumPy's functions as operators
#      1  assignments into tiles
#      1  buffers of results
#      1  debug_kernel=
#      1  enumerations as numbers
#      1  enumerations as text
#      1  mode=
#      1  nisa.fp32
#      1  nki.baremetal
#      1  nki.benchmark
#      1  nki.compiler.sbuf.mod_alloc
#      1  nki.simulate_kernel
#      1  nki.typing.mutable
#      1  nl.affine_range
#      1  nl.mgrid
#      1  nl.nc
#      1  nl.sequential_range
#      1  nl.spmd_dim
#      1  nl.static_cast
#      1  orders
#      1  output parameters
#      1  src=
#
# case_later:
# kernel.py:7:21: tensor_copy_dynamic_src -> nisa.tensor_copy with a view made by .ap(..., scalar_offset=...)
#     from nki.isa import tensor_copy_dynamic_src
# kernel.py:10:10: platform_target= of nki.jit -> set NEURON_PLATFORM_TARGET_OVERRIDE, or nki-py's --target
#     @nki.jit(platform_target="trn2")
# kernel.py:12:12: sbuf -> nl.sbuf, and nl.ndarray(shape, dtype, buffer=nl.sbuf) for a tensor
#     tile = sbuf.view(dtype=x.dtype, shape=x.shape)
# kernel.py:13:48: buffer='sbuf' -> buffer=nl.sbuf
#     text = nl.ndarray(x.shape, x.dtype, buffer="sbuf")
# kernel.py:14:28: dst_rmw_op= of nisa.dma_copy -> nisa.dma_compute
#     nisa.dma_copy(text, x, dst_rmw_op=nl.add, unique_indices=True)
# kernel.py:14:47: unique_indices= of nisa.dma_copy -> nisa.dma_compute
#     nisa.dma_copy(text, x, dst_rmw_op=nl.add, unique_indices=True)
# kernel.py:15:5: nisa.dma_copy(dst, src, oob_mode) -> nisa.dma_copy(dst, src, priority, oob_mode, dge_mode, engine, name)
#     nisa.dma_copy(text, x, nisa.oob_mode.skip)
# kernel.py:16:5: nisa.affine_select(dst, pattern, offset, channel_multiplier, on_true_tile, on_false_value) -> nisa.affine_select(dst, pattern, channel_multiplier, on_true_tile, on_false_value, cmp_op, offset, name)
#     nisa.affine_select(tile, [[1, 512]], 0, -1, text, 0.0)
# kernel.py:17:5: nisa.dma_compute(dst, srcs, scales, reduce_op) -> nisa.dma_compute(dst, srcs, reduce_op, scales, unique_indices, oob_mode, name)
#     nisa.dma_compute(tile, [text, tile], [1.0, 1.0], nl.add)
# kernel.py:18:48: dge_mode=2 -> nisa.dge_mode.hwdge
#     nisa.dma_copy(dst=tile, src=text, dge_mode=2, engine=5, oob_mode=1)
# kernel.py:18:58: engine=5 -> nisa.engine.vector
#     nisa.dma_copy(dst=tile, src=text, dge_mode=2, engine=5, oob_mode=1)
# kernel.py:18:70: oob_mode=1 -> nisa.oob_mode.skip
#     nisa.dma_copy(dst=tile, src=text, dge_mode=2, engine=5, oob_mode=1)
# kernel.py:19:5: the result of nisa.tensor_tensor -> make a tile with nl.ndarray, then nisa.tensor_tensor(dst=..., data1=..., data2=..., op=...)
#     nisa.tensor_tensor(data1=tile, data2=text, op=np.amax)
# kernel.py:19:51: np.amax as an operator -> nl.maximum
#     nisa.tensor_tensor(data1=tile, data2=text, op=np.amax)
# kernel.py:20:38: psumAccumulateFlag= of nisa.nc_matmul -> accumulate
#     nisa.nc_matmul(tile, text, text, psumAccumulateFlag=1, perf_mode="double_row")
# kernel.py:20:70: perf_mode='double_row' -> nisa.matmul_perf_mode.double_row
#     nisa.nc_matmul(tile, text, text, psumAccumulateFlag=1, perf_mode="double_row")
# kernel.py:21:64: reduce_cmd=3 -> nisa.reduce_cmd.reset_reduce
#     nisa.activation(dst=tile, op=nl.exp, data=text, reduce_cmd=3, frobnicate=True)
# kernel.py:21:67: frobnicate= of nisa.activation -> leave it out; the arguments are dst, op, data, bias, scale, reduce_op, reduce_res, reduce_cmd, name
#     nisa.activation(dst=tile, op=nl.exp, data=text, reduce_cmd=3, frobnicate=True)
# kernel.py:22:36: engine= of nisa.iota -> leave it out; the arguments are dst, pattern, offset, channel_multiplier, name
#     nisa.iota(tile, [[1, 512]], 0, engine=nisa.vector_engine)
# kernel.py:22:43: nisa.vector_engine -> nisa.engine.vector
#     nisa.iota(tile, [[1, 512]], 0, engine=nisa.vector_engine)
# kernel.py:23:40: use_gpsimd_dma= of nisa.sendrecv -> dma_engine=
#     nisa.sendrecv(text, tile, 0, 0, 0, use_gpsimd_dma=True)
# kernel.py:24:5: tensor_copy_dynamic_src -> nisa.tensor_copy with a view made by .ap(..., scalar_offset=...)
#     tensor_copy_dynamic_src(tile, text)
# kernel.py:26:34: imm= of nisa.register_move -> src=
#     nisa.register_move(register, imm=4)
# kernel.py:27:5: while register -> nl.while_loop (deprecated)
#     while register:
# kernel.py:29:14: nl.dynamic_range -> nl.fori_loop (deprecated)
#     for i in nl.dynamic_range(register):
# kernel.py:30:25: prefix= of nl.device_print -> print_prefix=
#     nl.device_print(prefix="i", x=tile)
# kernel.py:30:37: x= of nl.device_print -> tensor=
#     nl.device_print(prefix="i", x=tile)
# kernel.py:31:70: num_channels= of nki.collectives.collective_permute_implicit_current_processing_rank_id -> leave it out; collective_permute_implicit takes channel_ids
#     ncc.collective_permute_implicit_current_processing_rank_id(0, 0, num_channels=1)
# kernel.py:32:12: nl.tile_size.total_available_sbuf_size -> nl.tile_size.sbuf_fmax_bytes (deprecated)
#     size = nl.tile_size.total_available_sbuf_size // nl.tile_size.psum_fmax
# kernel.py:32:54: nl.tile_size.psum_fmax -> nl.tile_size.psum_bank_fmax (deprecated)
#     size = nl.tile_size.total_available_sbuf_size // nl.tile_size.psum_fmax
# kernel.py:33:37: compute_dtype= of nl.softmax -> dtype=
#     return nl.softmax(tile, axis=1, compute_dtype=nl.float32), size
#
# kernel.py: 31 uses of older releases; now NKI 0.6
#      4  enumerations as numbers
#      3  orders
#      2  nisa.tensor_copy_dynamic_src
#      1  NumPy's functions as operators
#      1  buffers as text
#      1  compute_dtype=
#      1  dst_rmw_op=
#      1  engine=
#      1  enumerations as text
#      1  frobnicate=
#      1  imm=
#      1  nisa.vector_engine
#      1  nl.dynamic_range
#      1  nl.tile_size.psum_fmax
#      1  nl.tile_size.total_available_sbuf_size
#      1  num_channels=
#      1  platform_target=
#      1  prefix=
#      1  psumAccumulateFlag=
#      1  results of nisa
#      1  unique_indices=
#      1  use_gpsimd_dma=
#      1  while on a register
#      1  words without an import
#      1  x=
