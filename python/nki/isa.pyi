# Written by python/tools/generate.py from the instruction table; don't edit.
"""The instructions of a NeuronCore, as kernels call them: `nki.isa.tensor_tensor(dst=…, data1=…, data2=…, op=nl.add)`.

Every function is one row of the instruction table; `help(nki.isa.nc_matmul)` shows shapes, data types, limits and
errors."""

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum

from nki import language as nl
from nki._core import NkiInstruction as NkiInstruction
from nki._core import VerifyError
from nki._core import VirtualRegister as VirtualRegister
from nki._loops import register_alloc as register_alloc
from nki.language import NkiTensor

NkiValidationError = VerifyError
Operator = Callable[..., NkiTensor]  # nl.add, nl.exp, ...

class dge_mode(Enum):
    unknown = 0
    swdge = 1
    hwdge = 2
    none = 3

class dma_engine(Enum):
    dma = 1
    gpsimd_dma = 2

class engine(Enum):
    unknown = 0
    tensor = 1
    scalar = 2
    gpsimd = 3
    dma = 4
    vector = 5
    sync = 6

class matmul_perf_mode(Enum):
    none = 'none'
    double_row = 'double_row'

class nc_version(IntEnum):
    gen2 = 2
    gen3 = 3
    gen4 = 4

class oob_mode(Enum):
    error = 0
    skip = 1

class reduce_cmd(Enum):
    idle = 0
    reset = 1
    reduce = 2
    reset_reduce = 3
    load_reduce = 4

tensor_engine: engine
vector_engine: engine
scalar_engine: engine
gpsimd_engine: engine
unknown_engine: engine

def get_nc_version() -> nc_version:
    """The generation that the kernel is traced for; outside a kernel that of the default target."""

def get_nc_sub_version() -> int:
    """The revision of the target within its generation: 0, the first one."""

def activate2(
    dst: NkiTensor,
    op: Operator,
    data: NkiTensor,
    imm0: NkiTensor | float | None,
    imm1: NkiTensor | float | None,
    op0: Operator | None,
    op1: Operator | None,
    relu_param: NkiTensor | float | None = 0.0,
    reverse0: bool = False,
    reverse1: bool = False,
    reduce_op: Operator | None = None,
    reduce_res: NkiTensor | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = op((data[p, f] <op0> imm0) <op1> imm1), on the Scalar engine.

    Computed in float32 and stored as dst.dtype; multiply with add or subtract is one fused multiply-add. The engine has one
    float32 register per partition, which lasts from one instruction to the next and is shared by activation and
    activation_reduce. It takes the results before they become dst.dtype, in the order of the free axes.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      op: an activation function (nl.exp, nl.gelu, nl.prelu, ...); nl.sin does no range reduction.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      imm0, imm1: the operands of op0 and op1: constants, or columns [P, 1] of one dtype; not used beside nl.bypass.
      op0, op1: nl.multiply with nl.add, nl.subtract or nl.bypass; nl.add or nl.subtract with nl.bypass; or both nl.bypass,
        which is None.
      relu_param: the slope of nl.prelu for negative inputs: a constant or a column [P, 1].
      reverse0: computes imm0 <op0> data.
      reverse1: computes imm1 <op1> (the first result).
      reduce_op: nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min, if reduce_cmd reduces.
      reduce_res: column [P, 1] that receives the registers after dst is written, or None.
      reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0, -inf or +inf), .reduce (goes on) or .reset_reduce.

    Errors: activate2, space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      same-free, operators, given, column, same-dtype, reverse, reduce-op, reduce-cmd.
    Source: nki.isa.activate2, NKI 0.6.
    """

def activation(
    dst: NkiTensor,
    op: Operator,
    data: NkiTensor,
    bias: NkiTensor | float | None = None,
    scale: NkiTensor | float | None = 1.0,
    reduce_op: Operator | None = None,
    reduce_res: NkiTensor | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = op(data[p, f] * scale + bias), on the Scalar engine.

    Computed in float32 (one fused multiply-add, then the function) and stored as dst.dtype. The engine has one float32
    register per partition, which lasts from one activation to the next: reduce_cmd resets it, adds the float32 results of
    this instruction in the order of the free axes, or both; reduce_res receives it after dst is written, so it may be dst.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      op: an activation function (nl.exp, nl.gelu, nl.copy, ...), not nl.prelu. Outside the range that the manual gives for
        it, the device's results are invalid; nl.sin does no range reduction.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant. trn1 ignores the bias of nl.copy
        and takes none with nl.reciprocal.
      scale: a constant, or a float32 column [P, 1].
      reduce_op: nl.add, if reduce_cmd adds.
      reduce_res: column [P, 1] that receives the registers, or None.
      reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0), .reduce (adds) or .reset_reduce.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      column, dtype, prelu, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op, reduce-cmd.
    Source: nki.isa.activation and nki.api.shared, NKI 0.6.
    """

def activation_reduce(
    dst: NkiTensor,
    op: Operator,
    data: NkiTensor,
    reduce_op: Operator,
    reduce_res: NkiTensor | None,
    bias: NkiTensor | float | None = None,
    scale: NkiTensor | float | None = 1.0,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = op(data[p, f] * scale + bias), and reduce_res[p] = the sum of these, on the Scalar engine.

    The same as nki.isa.activation with reduce_cmd.reset_reduce, which new kernels should use. The sum is of the float32
    results before they become dst.dtype, in the order of the free axes; it is written after dst, so that both may be one.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      op: an activation function, as in nki.isa.activation.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      reduce_op: nl.add.
      reduce_res: column [P, 1] in SBUF or PSUM that receives the sums, or None, which leaves them in the registers.
      bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant; see nki.isa.activation.
      scale: a constant, or a float32 column [P, 1].

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      column, dtype, prelu, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op.
    Source: nki.isa.activation_reduce, NKI 0.6.
    """

def affine_select(
    dst: NkiTensor,
    pattern: Sequence[Sequence[int]],
    channel_multiplier: int,
    on_true_tile: NkiTensor,
    on_false_value: NkiTensor | float | None,
    cmp_op: Operator = nl.equal,
    offset: int | VirtualRegister = 0,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i...] = (a <cmp_op> 0) ? on_true_tile[p, i...] : on_false_value, on the GpSimd engine.

    a = offset + p * channel_multiplier + sum of step_k * i_k, in int32 with wrap-around, as in nki.isa.iota; p counts from
    dst's own first partition. Elements keep every bit if on_true_tile and dst have one dtype and pass through float32
    otherwise; on_false_value is a float32 that becomes dst.dtype (round to nearest even; integers saturate).

    Args:
      dst: result tile, [P <= 128, F...] in SBUF.
      pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
      channel_multiplier: int32, added once per partition.
      on_true_tile: tile in SBUF with the partitions and free elements of dst.
      on_false_value: a number.
      cmp_op: nl.equal, nl.not_equal, nl.less, nl.less_equal, nl.greater or nl.greater_equal.
      offset: int32, or a register that holds one, added to every value.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      int32, pattern-rank, pattern-elements, comparison, constant.
    Source: nki.isa.affine_select, NKI 0.6.
    """

def bn_aggr(
    dst: NkiTensor,
    data: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, 0..1] = mean and variance of all elements that data[p, ...] stands for, on the Vector engine.

    data holds triples (count, mean, variance * count), as nki.isa.bn_stats gives them. Read and computed in float32, stored
    as dst.dtype. The variance is that of the population (divided by the count). The triples are joined one after the other
    in the order of data's free axes, with (a, b) -> mean_a + (mean_b - mean_a) * n_b / n (AWS's sources leave the order
    open). A triple with count 0 changes nothing; if all counts are 0, the variance is NaN.

    Args:
      dst: result tile, [P <= 128, 2] in SBUF or PSUM.
      data: tile [P, F...], a multiple of 3 elements per partition, in SBUF or PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      free-exactly, triples.
    Source: nki.isa.bn_aggr, NKI 0.6.
    """

def bn_stats(
    dst: NkiTensor,
    data: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, 0..5] = count, mean and variance * count of data[p, 0::2], then of data[p, 1::2], on the Vector engine.

    Read and computed in float32, stored as dst.dtype. Elements are taken one after the other in the order of data's free
    axes by Welford's recurrence, the count's reciprocal rounded to float32 (AWS's sources leave the order open).
    nki.isa.bn_aggr makes mean and variance of one or more results. With one element the odd half is 0, 0, 0.

    Args:
      dst: result tile, [P <= 128, 6] in SBUF or PSUM.
      data: tile [P, F...] with up to 512 elements per partition (nl.tile_size.bn_stats_fmax), in SBUF or PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      free-exactly, free-at-most.
    Source: nki.isa.bn_stats, NKI 0.6.
    """

def core_barrier(
    data: NkiTensor,
    cores: Sequence[int] | int | None,
    engine: engine = engine.gpsimd,
    name: str | None = None,
) -> NkiInstruction:
    """Neither core goes on before both are here.

    What a core has written to shared HBM before its barrier the other one sees behind it. Both cores must meet as often
    and about the same tensor; if they can't, the error names both lines.

    Args:
      data: the tensor in shared HBM that both cores use.
      cores: (0, 1), the two cores of a launch kernel[2](...).
      engine: the engine that waits; unknown is GpSimd.

    Errors: space, cores, lnc2.
    Source: nki.isa.core_barrier, NKI 0.6.
    """

def dma_compute(
    dst: NkiTensor,
    srcs: Sequence[NkiTensor],
    reduce_op: Operator,
    scales: Sequence[float] | None = None,
    unique_indices: bool = True,
    oob_mode: oob_mode = oob_mode.error,
    name: str | None = None,
) -> NkiInstruction:
    """dst = srcs[0] + srcs[1] + ..., element by element in the order of the axes, by the DMA engines.

    The shapes may differ, any partitions and steps are allowed, and dst may be one of srcs. Elements become float32, are
    added in the order of the list and then converted to the dtype of dst (round to nearest even; integers saturate).

    With a vector_offset, an index for each row, two srcs of which one is dst: rows of dst in HBM are added to (scatter), or
    rows of HBM are added to dst in SBUF (gather).

    Args:
      dst: tensor or tile in HBM or SBUF.
      srcs: 1 to 16 tensors or tiles in HBM or SBUF, each with as many elements as dst.
      reduce_op: nl.add.
      scales: None, or a factor of 1.0 for each of srcs.
      unique_indices: must be True with a vector_offset.
      oob_mode: nki.isa.oob_mode.error refuses indices that leave an HBM tensor while the kernel runs; with a vector_offset
        .skip leaves out such rows.

    Errors: space, partitions-at-most, in-bounds, source-count, same-elements, packed-dtype, reduce-op, scales,
      static-address, vector-offset, same-rows, read-modify-write, unique-indices, oob-skip.
    Source: nki.isa.dma_compute, NKI 0.6.
    """

def dma_copy(
    dst: NkiTensor,
    src: NkiTensor,
    priority: int | None = None,
    oob_mode: oob_mode = oob_mode.error,
    dge_mode: dge_mode = dge_mode.unknown,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst = src, element by element in the order of the axes, by the DMA engines.

    The shapes may differ, any partitions and steps are allowed. Equal dtypes keep every bit; others pass through float32
    (round to nearest even; integers saturate).

    Args:
      dst: tensor or tile in HBM or SBUF.
      src: tensor or tile in HBM or SBUF with as many elements as dst.
      priority: None, or 0 (highest) to 3 (from trn3).
      oob_mode: nki.isa.oob_mode.error refuses patterns that leave the storage of an HBM tensor, and indices that do so
        while the kernel runs; .skip leaves out the elements whose source or destination is outside, so that their
        destinations keep what they hold. A transfer that would leave its tile in SBUF is left out as a whole.
      dge_mode: nki.isa.dge_mode.unknown, .none, .swdge, or .hwdge (from trn2), which can't convert dtypes. With a
        vector_offset .unknown or .swdge.
      engine: nki.isa.engine.sync or .scalar, with dge_mode.hwdge only, or .unknown.

    Errors: space, partitions-at-most, in-bounds, vector-offset, same-rows, same-elements, packed-dtype,
      same-dtype, hwdge, engine, engine-hwdge, priority, dma-priority.
    Source: nki.isa.dma_copy, NKI 0.6.
    """

def dma_transpose(
    dst: NkiTensor,
    src: NkiTensor,
    axes: Sequence[int] | int | None = None,
    priority: int | None = None,
    dge_mode: dge_mode = dge_mode.unknown,
    oob_mode: oob_mode = oob_mode.error,
    name: str | None = None,
) -> NkiInstruction:
    """dst = src with its first and last axes exchanged, by the DMA engines.

    src[i0, i1] becomes dst[i1, i0], src[i0, i1, i2] becomes dst[i2, i1, i0] and src[i0, i1, i2, i3] becomes
    dst[i3, i1, i2, i0]. Every bit is kept; any partitions and steps are allowed, and src and dst may overlap.

    src may be rows of HBM with a vector_offset of [P, N] indices (from trn2): row i has the index of partition i % P in
    column i / P. P is 16, 32, ... or 128, and 128 if N is not 1.

    Args:
      dst: tile in SBUF with exactly the shape of the transposed src; the dtype of src.
      src: tensor or tile of 2 to 4 axes in HBM or SBUF.
      axes: None, or what the number of axes gives: (1, 0), (2, 1, 0) or (3, 1, 2, 0). Axis i of dst is axis axes[i] of src.
      priority: None, or 0 (highest) to 3 (from trn3).
      dge_mode: nki.isa.dge_mode.unknown, .none (which AWS's own kernels pass), or .hwdge (from trn2) for a dtype of
        2 bytes, a last axis of at most 128 and a first axis of 16 elements; with 3 or 4 axes of 1, 2, 4, 8 or 16, times
        the last axis but one a multiple of 16. With a vector_offset .unknown or .swdge.
      oob_mode: nki.isa.oob_mode.error refuses offsets that leave an HBM tensor while the kernel runs; .skip, for a src with
        a dynamic offset, leaves out such rows: dst keeps what it holds there.

    Errors: space, partitions-at-most, in-bounds, transpose-axes, transposed-shape, same-dtype, priority, dma-priority,
      dge-mode, hwdge, hwdge-transpose, gather-transpose, vector-offset, gather-shape, oob-skip.
    Source: nki.isa.dma_transpose, NKI 0.6.
    """

def dropout(
    dst: NkiTensor,
    data: NkiTensor,
    prob: NkiTensor | float | None,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = 0 with the probability prob, else data[p, f], on the Vector engine.

    Kept elements keep every bit: there is no scaling by 1 / (1 - prob). An element is replaced if u < prob, compared in
    float32, where u is the upper 24 of 32 random bits, divided by 2^24: 0 <= u < 1. So 0 replaces nothing and 1 everything,
    and a probability that is a multiple of 2^-24 is met exactly. The bits are those that nki.isa.rng would give on the
    Vector engine, element for element: which elements are replaced depends on the seed alone.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data: tile of the dtype, partitions and free elements of dst, in SBUF or PSUM.
      prob: a constant, 0 to 1, or a column [P, 1] of any floating-point dtype; float32 if data is of integers.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, same-dtype,
      probability, column, packed-dtype, dtype, prob-dtype.
    Source: nki.isa.dropout, NKI 0.6.
    """

def exponential(
    dst: NkiTensor,
    src: NkiTensor,
    max_value: NkiTensor | float | None = 0.0,
    reduce_res: NkiTensor | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle,
    reduce_init: NkiTensor | float | None = 0.0,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = exp(src[p, f] - max_value), and reduce_res[p] = their sum, on the Vector engine.

    The difference is rounded to float32 once. The Vector engine has one float32 register per partition, which lasts from
    one instruction to the next and is shared by range_select, select_reduce, tensor_scalar_reduce and
    tensor_scalar_cumulative. It takes the float32 results before they become dst.dtype, in the order of the free axes.

    Args:
      dst: result tile, [P <= 128, F...] of rank at most 4 in SBUF or PSUM; any dtype but uint32, bool and packed ones.
      src: tile with the partitions and free elements of dst; any dtype but tfloat32, bool and packed ones.
      max_value: a constant, or a float32 column [P, 1] in SBUF or PSUM.
      reduce_res: float column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
      reduce_cmd: nki.isa.reduce_cmd.idle (on the device the registers are undefined afterwards), .reset_reduce (starts at
        0), .reduce (goes on) or .load_reduce.
      reduce_init: what the registers start at with load_reduce: a constant, or a float32 column [P, 1]; otherwise 0.

    Errors: exponential, space, partitions-at-most, partition-step, in-bounds, start-partition, rank-at-most, dtype,
      same-partitions, same-free, given, column, packed-dtype, reduce-cmd, idle-result, reduce-init.
    Source: nki.isa.exponential, NKI 0.6.
    """

def iota(
    dst: NkiTensor,
    pattern: Sequence[Sequence[int]],
    offset: int | VirtualRegister = 0,
    channel_multiplier: int = 0,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i...] = offset + p * channel_multiplier + sum of step_k * i_k, on the GpSimd engine.

    Computed in int32 with wrap-around, then converted to dst.dtype. p counts from dst's own first partition.

    Args:
      dst: tile [P <= 128, F...] in SBUF.
      pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
      offset: int32, or a register that holds one, added to every value.
      channel_multiplier: int32, added once per partition.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, pattern-rank,
      pattern-elements, int32.
    Source: nki.isa.iota, NKI 0.6.
    """

def local_gather(
    dst: NkiTensor,
    src_buffer: NkiTensor,
    index: NkiTensor,
    num_elem_per_idx: int = 1,
    num_valid_indices: int | None = None,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, j * num_elem_per_idx + e] = src_buffer[p, i[j] + e] with the list i of p's core, on the GpSimd engine.

    Each of the eight cores has 16 neighbouring partitions. Its list holds their indices partition by partition: i[j] is
    element j / 16 of partition j % 16 of the group. Elements of a partition are counted in the order of the free axes, and
    their bits are moved as they are. An index is the number of an element, also if num_elem_per_idx is more than 1.
    Elements of dst beyond the gathered ones keep what they hold. Everything is read before anything is written, so dst may
    overlap the others. An index that names no element of src_buffer is an error while the kernel runs.

    Args:
      dst: result tile, [P, F...] in SBUF, with at least num_valid_indices * num_elem_per_idx free elements.
      src_buffer: tile with the dtype and partitions of dst, in SBUF; P is a multiple of 16, at most 128.
      index: uint16 tile with the partitions of dst and at most 4096 / 16 free elements, in SBUF.
      num_elem_per_idx: 1, 2, 4, 8, 16 or 32 neighbouring elements for each index.
      num_valid_indices: how many indices each core uses, or None for all of its 16 partitions.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, whole-cores, same-partitions, same-dtype,
      dtype, elements-per-index, valid-indices, gathered-size.
    Source: nki.isa.local_gather, NKI 0.6.
    """

def max8(
    dst: NkiTensor,
    src: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, 0..7] = the eight largest values of src[p, ...] in descending order, on the Vector engine.

    Elements are read as float32, compared, and stored as dst.dtype. Equal values each take their own place. NaN counts as
    larger than every number (AWS's sources leave it open).

    Args:
      dst: result tile, [P <= 128, 8] in SBUF or PSUM.
      src: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      free-exactly, free-between, rank-at-most.
    Source: nki.isa.max8, NKI 0.6.
    """

def memset(
    dst: NkiTensor,
    value: NkiTensor | float | None,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = value, on the Vector or GpSimd engine.

    The constant is converted to dst.dtype once (round to nearest even); integers must fit.

    Args:
      dst: tile [P <= 128, F...] in SBUF or PSUM.
      value: a constant; an integer if dst.dtype is an integer, 0 if it is a packed x4 dtype.
      engine: nki.isa.engine.vector, .gpsimd or .unknown (chosen). GpSimd can't reach PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, constant, integer-value, value-range,
      packed-zero, engine, gpsimd-psum.
    Source: nki.isa.memset, NKI 0.6; nki.migration, "float memset on integer tensors".
    """

def nc_find_index8(
    dst: NkiTensor,
    data: NkiTensor,
    vals: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i] = the position of the first element of data[p, ...] that equals vals[p, i], on the Vector engine.

    Positions count from 0 in the order of data's free axes. A value that data does not have gives all ones (0xFFFFFFFF, or
    0xFFFF for uint16). Equal values take successive occurrences, the lowest column the first one; columns beyond the last
    occurrence get all ones. Compared as float32: integers beyond 2^24 may be taken for their neighbours, NaN equals
    nothing, -0 equals 0.

    Args:
      dst: positions, uint16 or uint32, [P <= 128, 8] in SBUF or PSUM.
      data: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.
      vals: tile of up to 3 axes with 8 elements per partition, in SBUF or PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      free-exactly, free-between, rank-at-most, dtype.
    Source: nki.isa.nc_find_index8, NKI 0.6; its release notes for absent and equal values.
    """

def nc_match_replace8(
    dst: NkiTensor,
    data: NkiTensor,
    vals: NkiTensor,
    imm: NkiTensor | float | None,
    dst_idx: NkiTensor | None = None,
    name: str | None = None,
) -> NkiInstruction:
    """dst = data with the first element that equals vals[p, i] replaced by imm, for each i, on the Vector engine.

    The columns of vals are handled from 7 to 0, and each takes the first element that no other has taken: of equal values
    the highest column has the first occurrence (nc_find_index8 gives it to the lowest). dst_idx[p, i] is the position where
    vals[p, i] was, all ones (0xFFFFFFFF or 0xFFFF) if data has no such element left. Elements are read as float32, compared
    and stored as dst.dtype; NaN equals nothing, -0 equals 0. dst may be data, to work in place.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM, with the free elements of data.
      data: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.
      vals: tile of up to 3 axes with 8 elements per partition, in SBUF or PSUM.
      imm: a constant, float32.
      dst_idx: positions, uint16 or uint32, [P, 8] in SBUF or PSUM, or None.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      free-exactly, free-between, rank-at-most, dtype, constant.
    Source: nki.isa.nc_match_replace8, NKI 0.6; limits as nki.isa.nc_find_index8.
    """

def nc_matmul(
    dst: NkiTensor,
    stationary: NkiTensor,
    moving: NkiTensor,
    is_stationary_onezero: bool = False,
    is_moving_onezero: bool = False,
    is_transpose: bool = False,
    accumulate: bool | None = None,
    tile_position: Sequence[int] | int | None = (),
    tile_size: Sequence[int] | int | None = (),
    perf_mode: matmul_perf_mode = matmul_perf_mode.none,
    name: str | None = None,
) -> NkiInstruction:
    """dst[m, n] (+)= sum over k of stationary[k, m] * moving[k, n], on the Tensor engine.

    Free axes count as one. Products are summed in float32 in ascending k; the sum is stored to dst or added to it. With
    float32 and tfloat32 operands, and under portable math, the bits are the same on every CPU.

    Args:
      dst: result tile [M, N] in PSUM, float32 (from trn3 also bfloat16); on trn1 and trn2 within one 2 KiB bank.
      stationary: tile [K <= 128, M <= 128] in SBUF: bfloat16, float16, float32, tfloat32, float8_e4m3 or float8_e5m2
        (trn3: float8_e4m3fn). float32 and tfloat32 go with each other only, float8_e4m3 never with float8_e4m3fn.
      moving: tile [K, N] in SBUF, N <= 512 (trn3: 4096, 8192 into bfloat16).
      is_stationary_onezero, is_moving_onezero: hints for float32 without effect on the values.
      is_transpose: moving is a [K, K] identity. From trn2 dst has the dtype of stationary and receives its bits,
        transposed.
      accumulate: False overwrites dst, True adds to it, None overwrites what nothing has written yet and adds otherwise.
      tile_position, tile_size: (row, column) of the part of the 128 x 128 array that is used; both or neither. Sizes are 32
        (rows: from trn2), 64 or 128, positions multiples of them; stationary must fit.
      perf_mode: double_row (from trn2) for float8: stationary [K, 2, M] and moving [K, 2, N] contract over K and the 2.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, free-at-most, dst-shape,
      dst-bank, dtype, matmul-dtypes, e4m3fn-matmul, bf16-psum, transpose-identity, same-dtype, transpose-only,
      tile-pair, tile-size, tile-position, tile-fit, small-pe-tiles, double-row, double-row-shape, double-row-tiling.
    Source: nki.isa.nc_matmul, NKI 0.6.
    """

def nc_matmul_mx(
    dst: NkiTensor,
    stationary: NkiTensor,
    moving: NkiTensor,
    stationary_scale: NkiTensor,
    moving_scale: NkiTensor,
    tile_position: Sequence[int] | int | None = None,
    tile_size: Sequence[int] | int | None = None,
    accumulate: bool | None = None,
    name: str | None = None,
) -> NkiInstruction:
    """dst = stationary^T * moving of MX values with their scales, on the Tensor engine of trn3.

    dst[m, n] (+)= sum over k and j of stationary[k, m, j] * moving[k, n, j], where j counts the four values of a packed
    element, each times 2^(scale - 127) of its group. Free axes count as one. Values times scales are float32 (the scale 255
    is NaN), and so are the sums: over ascending k for j = 0, then for j = 1 and so on. The total is stored or added once.

    Args:
      dst: result tile [M, N] in PSUM, float32 or bfloat16.
      stationary: tile [K, M <= 128] in SBUF, M even, K 32, 64, 96 or 128; float8_e4m3fn_x4, float8_e5m2_x4 or
        float4_e2m1fn_x4.
      moving: tile [K, N] in SBUF of one of these dtypes, N <= 4096 (8192 into bfloat16).
      stationary_scale, moving_scale: tiles in SBUF, float8_e8m0fnu or uint8, with as many elements per partition as the
        values and rows placed as nki.isa.quantize_mx writes them.
      tile_position, tile_size: (row, 0) and (rows, 128) of the part of the 128 x 128 array that is used; both or neither.
        rows is 32, 64 or 128, row a multiple of it; stationary must fit.
      accumulate: False overwrites dst, True adds to it, None overwrites what nothing has written yet and adds otherwise.

    Errors: mx-dtypes, space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions,
      free-at-most, dst-shape, dst-bank, dtype, mx-partitions, even-columns, tile-pair, tile-size, tile-position, tile-fit,
      row-tiles, scale-start, scale-rows, scale-columns.
    Source: nki.isa.nc_matmul_mx, NKI 0.6; mxfp-matmul.
    """

def nc_n_gather(
    dst: NkiTensor,
    data: NkiTensor,
    indices: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, j] = data[p, indices[p, j]], on the GpSimd engine.

    Elements of a partition are counted in the order of the free axes, and their bits are moved as they are. Everything is
    read before anything is written, so dst may overlap data and indices. An index beyond data's elements is an error while
    the kernel runs.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF.
      data: tile with the dtype and partitions of dst and any free elements, in SBUF.
      indices: uint32 tile with the partitions and free elements of dst, in SBUF.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, same-dtype,
      dtype.
    Source: nki.isa.nc_n_gather, NKI 0.6.
    """

def nc_stream_shuffle(
    dst: NkiTensor,
    src: NkiTensor,
    shuffle_mask: Sequence[int] | int | None,
    name: str | None = None,
) -> NkiInstruction:
    """dst[32q + i, f] = src[32q + shuffle_mask[i], f] in each quadrant q of 32 partitions, on the Vector engine.

    Bits are moved as they are. An entry of 255 leaves partition i of dst as it is. Partitions are counted from the
    operands' own first ones, and every quadrant uses the same mask. dst may be src. src may have fewer partitions than dst,
    if the mask names no others: one partition of src and a mask of zeros fill a quadrant with it.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      src: tile of the dtype and free elements of dst, in SBUF or PSUM. Both start at partition 0, or at 64 if neither has
        more than 64 partitions, or at 32 or 96 if neither has more than 32.
      shuffle_mask: 32 integers: 0 to 31, or 255.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-dtype, same-free, shuffle-start,
      shuffle-mask, shuffle-source.
    Source: nki.isa.nc_stream_shuffle, NKI 0.6.
    """

def nc_transpose(
    dst: NkiTensor,
    data: NkiTensor,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst[f, p] = data[p, f], on the Tensor or Vector engine.

    Free axes count as one. Bit for bit, with one exception: the Tensor engine of trn1 multiplies data with an identity
    matrix, so that a NaN or infinity data[p, f] makes the whole row dst[f] NaN.

    Args:
      dst: result tile, [F, P]; PSUM on the Tensor engine, SBUF or PSUM on the Vector engine. The dtype of data.
      data: tile [P, F...]; at most [128, 128] in SBUF on the Tensor engine, [32, 32] in SBUF or PSUM on the Vector engine.
      engine: nki.isa.engine.tensor, .vector or .unknown (tensor if data is in SBUF and dst in PSUM).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, free-at-most, same-dtype,
      transposed-shape, engine.
    Source: nki.isa.nc_transpose, NKI 0.6; trainium2_arch, "Built-in Transpose Support".
    """

def nonzero_with_count(
    dst: NkiTensor,
    src: NkiTensor,
    index_offset: int = 0,
    padding_val: int = -1,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, ...] = positions of the nonzero elements of src[p, ...], padding, and their count, on the GpSimd engine.

    Works on partitions 0, 16, ..., 112 of the tiles only, one for each GpSimd core; the other partitions of dst stay as
    they are. Positions count from index_offset (int32 with wrap-around) in the order of src's free axes; padding_val fills
    the slots that are left; the last slot has the count. NaN is not zero. Partitions 16, 32, ... of src may be left
    unwritten: their results are then undefined, as is all of dst that this instruction does not write.

    Args:
      dst: int32 tile [P <= 128, T + 1] in SBUF.
      src: float32 or int32 tile [P, T] in SBUF.
      index_offset: int32, added to every position.
      padding_val: int32, for the unused slots.

    Errors: nonzero-with-count, space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions,
      dtype, count-slot, int32.
    Source: nki.isa.nonzero_with_count, NKI 0.6.
    """

def quantize_mx(
    dst: NkiTensor,
    src: NkiTensor,
    dst_scale: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst, dst_scale = src as MX float8 values and their scales, on the Vector engine of trn3.

    Free axes count as one. 8 partitions (from a multiple of 8) by 4 elements (from a multiple of 4) of src form a group
    with the scale X = 2^(floor(log2 of its largest magnitude) - (Emax - 1)), at least 2^-127; Emax is 8 for float8_e4m3fn
    and 15 for float8_e5m2. dst holds src / X, rounded to nearest even, four values in one element. Infinity and NaN count
    as the exponent 128 and stay infinity (float8_e4m3fn: NaN) and NaN.

    Args:
      dst: tile [P, F / 4] in SBUF, float8_e4m3fn_x4 or float8_e5m2_x4.
      src: tile [P, F...] in SBUF, float16 or bfloat16; P is 32, 64, 96 or 128.
      dst_scale: tile in SBUF with F / 4 elements per partition, float8_e8m0fnu or uint8; its bytes are log2(X) + 127.
        Partition 32 q + r holds the scales of partitions 32 q + 8 r to 32 q + 8 r + 7 of src, r < 4; others keep what they
        hold. It may start 0, 4, 8 or 12 partitions into a quadrant of 32, so that four tensors share a tile.

    Errors: mx-dtypes, space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, mx-partitions,
      same-partitions, packed-shape, scale-start, scale-rows, scale-columns.
    Source: nki.isa.quantize_mx, NKI 0.6; mxfp-matmul.
    """

def rand2(
    dst: NkiTensor,
    min: NkiTensor | float | None,
    max: NkiTensor | float | None,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = a random number between min and max, uniformly distributed, on the Vector engine.

    Computed in float32 as min + u * (max - min), with one fused multiply-add and never above max, and stored as dst.dtype
    (round to nearest even; integers saturate). u is the upper 24 of 32 random bits, divided by 2^24: 0 <= u < 1. The bits
    are those that nki.isa.rng would give on the Vector engine, element for element.

    Args:
      dst: tile [P <= 128, F...] in SBUF or PSUM: float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32 or an
        integer dtype.
      min, max: a constant, or a float32 column [P, 1], each; min < max. Columns are compared while the kernel runs.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, column, min-max, vector-xorwow.
    Source: nki.isa.rand2, NKI 0.6.
    """

def rand_get_state(
    dst: NkiTensor,
    engine: engine = engine.gpsimd,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p] = the words of partition p's random number generators of the GpSimd or Vector engine.

    The words are in the order that nki.isa.rand_set_state takes. Reading changes nothing.

    Args:
      dst: uint32 tile [P <= 128, 6] in SBUF, or [P, 24] in SBUF or PSUM for the Vector engine.
      engine: nki.isa.engine.gpsimd (from trn2; can't reach PSUM), .vector (from trn3) or .unknown (GpSimd).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, state-words, engine, gpsimd-psum,
      gpsimd-random, vector-xorwow.
    Source: nki.isa.rand_get_state, NKI 0.6.
    """

def rand_set_state(
    src_seeds: NkiTensor,
    engine: engine = engine.gpsimd,
    name: str | None = None,
) -> NkiInstruction:
    """Sets the random number generators of src_seeds' partitions, of the GpSimd or Vector engine.

    The words of a partition are the states of its XORWOW generators one after the other, each x, y, z, w, v and the counter
    d: one generator on GpSimd, four on the Vector engine (see nki.isa.rng). Partitions with equal words draw equal numbers;
    five words of 0 leave a generator that only counts. What nki.isa.rand_get_state has stored goes on where it was.

    Args:
      src_seeds: uint32 tile [P <= 128, 6], or [P, 24] for the Vector engine, in SBUF.
      engine: nki.isa.engine.gpsimd (from trn2), .vector (from trn3) or .unknown (GpSimd).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, state-words, engine,
      gpsimd-random, vector-xorwow.
    Source: nki.isa.rand_set_state, NKI 0.6.
    """

def range_select(
    dst: NkiTensor,
    on_true_tile: NkiTensor,
    comp_op0: Operator,
    comp_op1: Operator,
    bound0: NkiTensor,
    bound1: NkiTensor,
    reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    reduce_res: NkiTensor | None = None,
    reduce_op: Operator = nl.maximum,
    range_start: int = 0,
    on_false_value: NkiTensor | float | None = -3.4028234663852886e+38,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i] = i is in p's range ? on_true_tile[p, i] : -3.4028235e38, reduce_res[p] = their maximum, Vector engine.

    The range: (range_start + i) <comp_op0> bound0[p] and (range_start + i) <comp_op1> bound1[p], in float32, with i the
    index among the free elements. Elements pass through float32; in a dst of 16 or 8 bits the value of the others becomes
    -inf. The Vector engine's registers, one float32 per partition, last from one instruction to the next and are shared by
    select_reduce, exponential, tensor_scalar_reduce and tensor_scalar_cumulative; they take the values before they become
    dst.dtype.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      on_true_tile: float tile with the partitions and free elements of dst, in SBUF or PSUM.
      comp_op0, comp_op1: nl.equal, nl.less, nl.less_equal, nl.greater or nl.greater_equal.
      bound0, bound1: float32 columns [P, 1] in SBUF or PSUM.
      reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at -inf), .reduce (goes on) or .idle (on the device the registers
        are undefined afterwards).
      reduce_res: column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
      reduce_op: nl.maximum.
      range_start: integer; with the index it must stay within 2^24, where float32 holds every integer.
      on_false_value: -3.4028235e38, the smallest float32, as the hardware has no other.

    Errors: range-select, space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype,
      same-partitions, same-free, float-dtype, comparison, column, dtype, reduce-op, reduce-cmd, idle-result, range-start,
      on-false-value.
    Source: nki.isa.range_select, NKI 0.6.
    """

def reciprocal(
    dst: NkiTensor,
    data: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = 1 / data[p, f], on the Vector engine.

    Computed in float32, correctly rounded, and stored as dst.dtype; 1/0 is infinity. More precise than
    nki.isa.activation with op=nl.reciprocal, and eight times slower.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      same-free.
    Source: nki.isa.reciprocal, NKI 0.6.
    """

def register_load(
    dst: VirtualRegister,
    src: NkiTensor,
) -> NkiInstruction:
    """dst = src, from memory into a virtual register.

    Args:
      dst: a register (nki.isa.register_alloc).
      src: one element, [1] or [1, 1], in SBUF or HBM: an integer of up to 32 bits or float32.

    Errors: space, in-bounds, one-element, dtype.
    Source: nki.isa.register_load, NKI 0.6.
    """

def register_move(
    dst: VirtualRegister,
    src: int | VirtualRegister,
) -> NkiInstruction:
    """dst = src, for a virtual register.

    Args:
      dst: a register (nki.isa.register_alloc).
      src: an integer of 32 bits, signed or unsigned, or another register.

    Errors: register-range.
    Source: nki.isa.register_move, NKI 0.6.
    """

def register_store(
    dst: NkiTensor,
    src: VirtualRegister,
) -> NkiInstruction:
    """dst = src, from a virtual register into memory.

    Integers that dst's dtype does not hold wrap around.

    Args:
      dst: one element, [1] or [1, 1], in SBUF or HBM: an integer of up to 32 bits or float32.
      src: a register (nki.isa.register_alloc).

    Errors: space, in-bounds, one-element, dtype.
    Source: nki.isa.register_store, NKI 0.6.
    """

def rng(
    dst: NkiTensor,
    engine: engine = engine.vector,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = the low bits of 32 random ones, on the Vector or GpSimd engine.

    Each partition draws from its own generators, element after element, and the next instruction on that engine goes on
    where this one stopped. They are XORWOW (G. Marsaglia, "Xorshift RNGs", 2003): one per partition on GpSimd, four on the
    Vector engine, where element f comes from number f % 4 and all four step ceil(F / 4) times. The device has XORWOW on
    GpSimd and from trn3 on the Vector engine; what trn1 and trn2 have there is not published, and is XORWOW here too.
    Every program starts as after nki.isa.set_rng_seed with seed 0, so that a kernel gives the same numbers at each call;
    nki.isa.set_rng_seed (Vector) and nki.isa.rand_set_state change the generators.

    Args:
      dst: tile [P <= 128, F...] in SBUF or PSUM of an integer dtype.
      engine: nki.isa.engine.vector, .gpsimd (from trn2; can't reach PSUM) or .unknown (Vector).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, engine, gpsimd-psum,
      gpsimd-random.
    Source: nki.isa.rng, NKI 0.6.
    """

def scalar_tensor_tensor(
    dst: NkiTensor,
    data: NkiTensor,
    op0: Operator | None,
    operand0: NkiTensor | float | None,
    op1: Operator | None,
    operand1: NkiTensor,
    reverse0: bool = False,
    reverse1: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = (data[p, f] <op0> operand0) <op1> operand1[p, f], on the Vector engine.

    Arithmetic operators only. All operands are read as float32, both operators compute in float32 and the result is stored
    as dst.dtype once (round to nearest even; integers saturate). Costs as much as tensor_tensor. nl.bypass as op0 or op1
    leaves the operator and its operand out.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data: tile with the partitions and free elements of dst; not in PSUM together with operand1.
      op0: an arithmetic operator. A unary one takes operand0 0.
      operand0: a constant, or a column [P, 1] in SBUF or PSUM.
      op1: a binary arithmetic operator.
      operand1: tile with the partitions and free elements of dst.
      reverse0: computes operand0 <op0> data.
      reverse1: computes operand1 <op1> (the first result).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      same-free, both-psum, arithmetic-op, unary-operand, binary-op, column, abs-max-min, unary-alu-ops.
    Source: nki.isa.scalar_tensor_tensor, NKI 0.6.
    """

def select_reduce(
    dst: NkiTensor,
    predicate: NkiTensor,
    on_true: NkiTensor,
    on_false: NkiTensor | float | None,
    reduce_res: NkiTensor | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle,
    reduce_op: Operator = nl.maximum,
    reverse_pred: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = predicate[p, f] ? on_true[p, f] : on_false, and reduce_res[p] = their maximum, on the Vector engine.

    Elements pass through float32. The Vector engine has one float32 register per partition, which lasts from one
    instruction to the next and is shared by range_select, exponential, tensor_scalar_reduce and tensor_scalar_cumulative.
    It takes the values before they become dst.dtype; a NaN stays.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      predicate: tile of int8, uint8, int16 or uint16 with the partitions and free elements of dst; true is not 0.
      on_true: tile with the partitions and free elements of dst; not tfloat32 or integers of 32 bits; not in PSUM together
        with predicate.
      on_false: a constant, or a column [P, 1] in SBUF or PSUM.
      reduce_res: float column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
      reduce_cmd: nki.isa.reduce_cmd.idle (on the device the registers are undefined afterwards), .reset_reduce (starts at
        -inf) or .reduce (goes on).
      reduce_op: nl.maximum.
      reverse_pred: takes on_true where the predicate is 0.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      both-psum, dtype, on-true-dtype, given, column, reduce-op, reduce-cmd, idle-result, reduce-res-dtype.
    Source: nki.isa.select_reduce, NKI 0.6.
    """

def sendrecv(
    src: NkiTensor,
    dst: NkiTensor,
    send_to_rank: int,
    recv_from_rank: int,
    pipe_id: int,
    dma_engine: dma_engine = dma_engine.dma,
    name: str | None = None,
) -> NkiInstruction:
    """dst = src of the core recv_from_rank, while src goes to the dst of send_to_rank.

    Both cores of a launch kernel[2](...) issue it with the same pipe_id; neither goes on to another instruction before the
    exchange is done. Exchanges with different pipe_id that follow each other may be issued in another order by the other
    core, unless one writes what the other one touches. dst may be src. If the cores can't meet, the error names both lines.

    Args:
      src: tile in SBUF that the other core receives.
      dst: tile in SBUF of src's dtype and shape.
      send_to_rank: 0 or 1, the other core.
      recv_from_rank: 0 or 1, the other core.
      pipe_id: which exchange of the other core this one belongs to.
      dma_engine: nki.isa.dma_engine.dma, or .gpsimd_dma for at most 1024, 512 or 256 bytes per partition of 4-, 2- or
        1-byte elements.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-dtype, same-shape, rank,
      gpsimd-dma-bytes, lnc2.
    Source: nki.isa.sendrecv, NKI 0.6.
    """

def sequence_bounds(
    dst: NkiTensor,
    segment_ids: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[0, 0..1, i] = begin and end of the run of equal segment ids that element i belongs to, on the GpSimd engine.

    The end is one past the last element. A run ends where the neighbour has another id; the same id further on is another
    run. An id of 0 is padding: begin n and end -1, where n is the number of ids. Ids should not be negative (not checked).

    Args:
      dst: float32 or int32 tile [1, 2, n] in SBUF: all begins, then all ends.
      segment_ids: float32 or int32 tile of one partition and n free elements, in SBUF.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, one-partition, dtype, bounds-size.
    Source: nki.isa.sequence_bounds, NKI 0.6; its NumPy equivalent in v2.26.
    """

def set_rng_seed(
    src_seeds: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """Seeds the random number generators of all partitions of the Vector engine.

    The same seed gives the same numbers from nki.isa.rng (on the Vector engine), rand2 and dropout. How the device makes
    generator states of a seed is not published. Here the six words x, y, z, w, v, d of generator s of partition p are the
    upper halves of outputs (seed * 1024 + 4 * p + s) * 8 + 0 to 5 of SplitMix64 started from 0. GpSimd is not seeded: its
    generator of partition p starts as if its number there were 512 + p, with seed 0.

    Args:
      src_seeds: tile [1, 1] in SBUF or PSUM of a 32-bit dtype (int32, uint32 or float32), whose bits are the seed.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, one-seed.
    Source: nki.isa.set_rng_seed, NKI 0.6.
    """

def tensor_copy(
    dst: NkiTensor,
    src: NkiTensor,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = src[p, f], on the Vector, Scalar or GpSimd engine.

    Tiles of equal dtype are copied bit for bit; otherwise the elements pass through float32 (round to nearest even,
    integers saturate). The tiles may start on different partitions and have different free axes.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      src: tile with the partitions and free elements of dst, in SBUF or PSUM.
      engine: nki.isa.engine.vector, .scalar (from trn2; on trn1 use activation with op=nl.copy), .gpsimd or .unknown
        (chosen). GpSimd can't reach PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free,
      packed-dtype, engine, gpsimd-psum, scalar-exact-copy.
    Source: nki.isa.tensor_copy, NKI 0.6.
    """

def tensor_copy_predicated(
    dst: NkiTensor,
    src: NkiTensor | float | None,
    predicate: NkiTensor,
    reverse_pred: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = src[p, f] where predicate[p, f] holds; elsewhere dst keeps what it holds.

    On the Vector engine; bit for bit. Elements of dst that nothing has written before and that are not copied to are 0
    here and undefined on the device, which a warning says.

    Args:
      dst: tile, [P <= 128, F...] in SBUF or PSUM.
      src: tile of dst's dtype with the partitions and free elements of dst, or a constant, which is converted to dst.dtype.
      predicate: tile of uint8, uint16 or uint32 with the partitions and free elements of dst; true is not 0; not in PSUM
        together with src.
      reverse_pred: copies where the predicate is 0.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, given, packed-dtype, same-dtype,
      same-partitions, same-free, both-psum, dtype.
    Source: nki.isa.tensor_copy_predicated, NKI 0.6.
    """

def tensor_partition_reduce(
    dst: NkiTensor,
    op: Operator,
    data: NkiTensor,
    name: str | None = None,
) -> NkiInstruction:
    """dst[0, f] = the reduction of data[p, f] over all partitions p with op, on the GpSimd engine.

    add, maximum and average read float32 and go from partition to partition in their order, starting with the first;
    average then divides by their number; dst receives the result converted. add and maximum of int32 and uint32 into such
    a dtype are exact, with wrap-around. bitwise_and and bitwise_or work on the bits of one integer dtype.

    Args:
      dst: result tile [1, F...] in SBUF, with the free elements of data.
      op: nl.add, nl.average, nl.maximum, nl.bitwise_and or nl.bitwise_or.
      data: tile [P <= 128, F...] in SBUF.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, one-partition, same-free,
      integer-dtype, same-dtype.
    Source: nki.isa.tensor_partition_reduce, NKI 0.6.
    """

def tensor_reduce(
    dst: NkiTensor,
    op: Operator,
    data: NkiTensor,
    axis: Sequence[int] | int | None,
    negate: bool = False,
    keepdims: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, ...] = the reduction of data[p, ..., axis] with op, on the Vector engine.

    Arithmetic operators read float32, accumulate in float32 one element after the other in the order of the axes, starting
    from the first element, and store dst.dtype. Bitwise operators work on the bits of integers.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM; as many free elements as the axes that are kept.
      op: a reduction operator: nl.add, subtract, multiply, maximum, minimum, logical_and/or/xor, bitwise_and/or/xor.
      data: tile [P, F...] with the partitions of dst, in SBUF or PSUM.
      axis: the axis or axes to reduce: the last ones, without gaps, not axis 0. Negative ones count from the end.
        (1,) or (4,) with three or four axes is the last one, as in NKI 0.1 and 0.2, if the size of dst says so.
      negate: multiplies the result by -1; arithmetic operators only.
      keepdims: keeps reduced axes with one element; dst has the same elements either way.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      reduce-op, reduce-axis, reduced-size, integer-dtype, same-dtype, negate-bitwise.
    Source: nki.isa.tensor_reduce, NKI 0.6.
    """

def tensor_scalar(
    dst: NkiTensor,
    data: NkiTensor,
    op0: Operator | None,
    operand0: NkiTensor | float | None,
    reverse0: bool = False,
    op1: Operator | None = None,
    operand1: NkiTensor | float | None = None,
    reverse1: bool = False,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = (data[p, f] <op0> operand0) <op1> operand1, on the Vector, Scalar or GpSimd engine.

    Arithmetic operators read float32, compute in float32 and store dst.dtype once (round to nearest even; integers
    saturate). Bitwise operators take the elements as bit patterns. nl.bypass as op0 or op1 leaves that step out.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      op0: the first operator. A unary one (nl.abs, nl.rsqrt, ...) takes operand0 None or 0.
      operand0: a constant, or a column [P, 1] in SBUF or PSUM: float32, or integers beside bitwise operators.
      reverse0: computes operand0 <op0> data.
      op1, operand1: the second operator, of the class of op0, and its operand; both None if there is none.
      reverse1: computes operand1 <op1> (the first result).
      engine: nki.isa.engine.vector, .scalar (from trn2; multiply and add, multiply, or add), .gpsimd (nl.rsqrt only) or
        .unknown (chosen). Bitwise operators run on the Vector engine, nl.rsqrt on GpSimd, which can't reach PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, gpsimd-psum,
      same-partitions, same-free, unary-operand, op1-operand1, op-class, column, dtype, integer-dtype, same-item-bytes,
      integer-constant, abs-max-min, unary-alu-ops, engine, bitwise-engine, rsqrt-engine, scalar-arithmetic, scalar-ops.
    Source: nki.isa.tensor_scalar, NKI 0.6.
    """

def tensor_scalar_cumulative(
    dst: NkiTensor,
    src: NkiTensor,
    op0: Operator | None,
    op1: Operator,
    imm0: NkiTensor | float | None,
    imm1: NkiTensor | float | None = None,
    reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i] = register = (src[p, i] <op0> imm0) <op1> register, i upwards, on the Vector engine.

    The register of each partition is float32 and is not rounded to dst.dtype on its way. It lasts from one instruction to
    the next and is shared by range_select, select_reduce, exponential and tensor_scalar_reduce.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM; every dtype but the integers of 32 bits.
      src: tile with the partitions and free elements of dst, in SBUF or PSUM; the same dtypes.
      op0: an arithmetic operator. A unary one (nl.abs, ...) takes imm0 None or 0; nl.bypass leaves src as it is.
      op1: nl.add, nl.subtract (the new element minus the register), nl.multiply, nl.maximum or nl.minimum.
      imm0: a constant, or a float32 column [P, 1] in SBUF or PSUM.
      imm1: what the registers start at with load_reduce, like imm0; not used otherwise.
      reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at 0, 0, 1, -inf or +inf), .reduce (goes on) or .load_reduce.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, integer-32,
      same-partitions, same-free, arithmetic-op, unary-operand, abs-max-min, unary-alu-ops, column, dtype, cumulative-op,
      reduce-cmd, given.
    Source: nki.isa.tensor_scalar_cumulative, NKI 0.6.
    """

def tensor_scalar_reduce(
    dst: NkiTensor,
    data: NkiTensor,
    op0: Operator | None,
    operand0: NkiTensor | float | None,
    reduce_op: Operator,
    reduce_res: NkiTensor | None = None,
    reverse0: bool = False,
    reduce_cmd: reduce_cmd = reduce_cmd.reset_reduce,
    reduce_init: NkiTensor | float | None = None,
    reduce_res_negate: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = data[p, f] <op0> operand0, and reduce_res[p] = these reduced, on the Vector engine.

    The Vector engine has one float32 register per partition, which lasts from one instruction to the next and is shared by
    range_select, select_reduce, exponential, tensor_scalar_reduce and tensor_scalar_cumulative. It takes the float32
    results before they become dst.dtype, in the order of the free axes: register = register <reduce_op> result.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      op0: an arithmetic operator. A unary one (nl.abs, ...) takes operand0 None or 0; nl.bypass leaves data as it is.
      operand0: a constant, or a float32 column [P, 1] in SBUF or PSUM.
      reduce_op: nl.add, nl.multiply, nl.maximum or nl.minimum.
      reduce_res: column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
      reverse0: must be False: NKI does not support it yet.
      reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at 0, 1, -inf or +inf), .reduce (goes on) or .load_reduce.
      reduce_init: with load_reduce only, and always: what the registers start at, a constant or a float32 column [P, 1].
      reduce_res_negate: writes the registers to reduce_res with the opposite sign; the registers stay as they are.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      arithmetic-op, unary-operand, abs-max-min, unary-alu-ops, column, dtype, reverse0, reduce-op, reduce-cmd,
      reduce-init.
    Source: nki.isa.tensor_scalar_reduce, NKI 0.6.
    """

def tensor_tensor(
    dst: NkiTensor,
    data1: NkiTensor,
    data2: NkiTensor,
    op: Operator,
    engine: engine = engine.unknown,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = data1[p, f] <op> data2[p, f], on the Vector or GpSimd engine.

    Arithmetic operators read float32, compute in float32 and store dst.dtype (round to nearest even; integers saturate).
    Bitwise operators need integers of one size in all three tiles, keep every bit and run on the Vector engine. int32 and
    uint32 tiles are computed exactly on GpSimd, which is their default engine; on the Vector engine they pass through
    float32 (exact to 2^24).

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data1, data2: operand tiles with the partitions and free elements of dst; not both in PSUM.
      op: a binary operator (nl.add, nl.multiply, nl.maximum, nl.bitwise_and, ...); nl.power runs on GpSimd only.
      engine: nki.isa.engine.vector, .gpsimd or .unknown (chosen). GpSimd can't reach PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      same-free, both-psum, integer-dtype, same-item-bytes, binary-op, abs-max-min, engine, bitwise-engine, gpsimd-psum,
      power-engine.
    Source: nki.isa.tensor_tensor, NKI 0.6.
    """

def tensor_tensor_scan(
    dst: NkiTensor,
    data0: NkiTensor,
    data1: NkiTensor,
    initial: NkiTensor | float | None,
    op0: Operator,
    op1: Operator,
    reverse0: bool = False,
    reverse1: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i] = state = (data0[p, i] <op0> state) <op1> data1[p, i], i upwards, on the Vector engine.

    The state of each partition starts as `initial`. It is float32 and is not rounded to dst.dtype on its way; dst receives
    it converted (round to nearest even; integers saturate). The free axes are taken in their order as one.

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM; may be data0 or data1.
      data0, data1: operand tiles with the partitions and free elements of dst; not both in PSUM.
      initial: the first state: a constant, or a column [P, 1] in SBUF or PSUM.
      op0, op1: binary arithmetic operators (nl.multiply, nl.add, ...).
      reverse0: computes state <op0> data0.
      reverse1: computes data1 <op1> (the first result).

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      both-psum, arithmetic-op, binary-op, abs-max-min, given, column.
    Source: nki.isa.tensor_tensor_scan, NKI 0.6.
    """

def topk(
    val_dst: NkiTensor,
    idx_dst: NkiTensor,
    src: NkiTensor,
    n: int,
    name: str | None = None,
) -> NkiInstruction:
    """val_dst, idx_dst = the K largest of n elements of src and their indices, for every 16 partitions, on the GpSimd engine.

    Each group of 16 partitions is a snake: element e is in partition e % 16 and column e / 16 of the group. Of the first n
    elements of src's snake the K largest, K being the free size of val_dst, become elements 0 to K - 1 of val_dst's snake
    in ascending order, and their numbers e those of idx_dst's snake; elements from K on stay as they are. (That the results
    form a snake too is told by AWS's kernel library, whose kernels take their order on the device as undefined.) Of equal
    values the one with the smaller index counts as larger, and NaN as larger than every number (AWS's sources leave both
    open).

    Args:
      val_dst: bfloat16 tile [P, K] in SBUF, 1 <= K <= n and K < 32768.
      idx_dst: uint32 tile [P, K] in SBUF.
      src: bfloat16 tile [P, F] in SBUF, P <= 128 a multiple of 16, F >= n / 16. Only its first n elements are read.
      n: how many elements of the snake take part, 8 <= n < 65536.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, dtype,
      groups-of-16, snake-elements, snake-columns, largest-count.
    Source: nki.isa.topk, NKI 0.6; nki.library sparse_attention_indexer for the layout of the results.
    """
