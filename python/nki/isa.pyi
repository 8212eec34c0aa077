# Written by python/tools/generate.py from the instruction table; don't edit.
"""The instructions of a NeuronCore, as kernels call them: `nki.isa.tensor_tensor(dst=…, data1=…, data2=…, op=nl.add)`.

Every function is one row of the instruction table; `help(nki.isa.nc_matmul)` shows shapes, data types, limits and
errors."""

from collections.abc import Callable, Sequence
from enum import Enum

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
      op: an activation function (nl.exp, nl.gelu, nl.copy, ...). Outside the range that the manual gives for it, the
        device's results are invalid; nl.sin does no range reduction.
      data: tile with the partitions and free elements of dst, in SBUF or PSUM.
      bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant. trn1 ignores the bias of nl.copy
        and takes none with nl.reciprocal.
      scale: a constant, or a float32 column [P, 1].
      reduce_op: nl.add, if reduce_cmd adds.
      reduce_res: column [P, 1] that receives the registers, or None.
      reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0), .reduce (adds) or .reset_reduce.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
      column, dtype, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op, reduce-cmd.
    Source: nki.isa.activation and nki.api.shared, NKI 0.6.
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
        destinations keep what they hold.
      dge_mode: nki.isa.dge_mode.unknown, .none, .swdge, or .hwdge (from trn2), which can't convert dtypes.
      engine: nki.isa.engine.sync or .scalar, with dge_mode.hwdge only, or .unknown.

    Errors: space, partitions-at-most, in-bounds, vector-offset, same-rows, same-elements, packed-dtype,
      same-dtype, hwdge, engine, engine-hwdge, priority, dma-priority.
    Source: nki.isa.dma_copy, NKI 0.6.
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

def iota(
    dst: NkiTensor,
    pattern: Sequence[Sequence[int]],
    offset: int = 0,
    channel_multiplier: int = 0,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, i...] = offset + p * channel_multiplier + sum of step_k * i_k, on the GpSimd engine.

    Computed in int32 with wrap-around, then converted to dst.dtype. p counts from dst's own first partition.

    Args:
      dst: tile [P <= 128, F...] in SBUF.
      pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
      offset: int32, added to every value.
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
      dst-bank, dtype, matmul-dtypes, e4m3fn-matmul, bf16-psum, transpose-identity, same-dtype, transpose-accumulate,
      tile-pair, tile-size, tile-position, tile-fit, small-pe-tiles, double-row, double-row-shape, double-row-tiling.
    Source: nki.isa.nc_matmul, NKI 0.6.
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
    op0: Operator,
    operand0: NkiTensor | float | None,
    op1: Operator,
    operand1: NkiTensor,
    reverse0: bool = False,
    reverse1: bool = False,
    name: str | None = None,
) -> NkiInstruction:
    """dst[p, f] = (data[p, f] <op0> operand0) <op1> operand1[p, f], on the Vector engine.

    Arithmetic operators only. All operands are read as float32, both operators compute in float32 and the result is stored
    as dst.dtype once (round to nearest even; integers saturate). Costs as much as tensor_tensor.

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
    core. dst may be src. If the cores can't meet, the error names both lines.

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
      negate: multiplies the result by -1; arithmetic operators only.
      keepdims: keeps reduced axes with one element; dst has the same elements either way.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      reduce-op, reduce-axis, reduced-size, integer-dtype, same-dtype, negate-bitwise.
    Source: nki.isa.tensor_reduce, NKI 0.6.
    """

def tensor_scalar(
    dst: NkiTensor,
    data: NkiTensor,
    op0: Operator,
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
    saturate). Bitwise operators take the elements as bit patterns. Two operators cost as much as one.

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
      same-partitions, same-free, unary-operand, op1-operand1, op-class, column, dtype, integer-dtype, integer-constant,
      abs-max-min, unary-alu-ops, engine, bitwise-engine, rsqrt-engine, scalar-arithmetic, scalar-ops.
    Source: nki.isa.tensor_scalar, NKI 0.6.
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
    Bitwise operators need one integer dtype for all three tiles and keep every bit. int32 and uint32 tiles are computed
    exactly on GpSimd, which is their default engine; on the Vector engine they pass through float32 (exact to 2^24).

    Args:
      dst: result tile, [P <= 128, F...] in SBUF or PSUM.
      data1, data2: operand tiles with the partitions and free elements of dst; not both in PSUM.
      op: a binary operator (nl.add, nl.multiply, nl.maximum, nl.bitwise_and, ...); nl.power runs on GpSimd only.
      engine: nki.isa.engine.vector, .gpsimd or .unknown (chosen). GpSimd can't reach PSUM.

    Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
      same-free, both-psum, integer-dtype, same-dtype, binary-op, abs-max-min, engine, gpsimd-psum, power-engine.
    Source: nki.isa.tensor_tensor, NKI 0.6.
    """
