#include "isa/simd/reduce.h"

#include "isa/simd/convert.h"
#include "isa/simd/targets.h"
#include "memory/error.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/alu-inl.h"

#ifndef NKI_ISA_SIMD_REDUCE_ONCE
#define NKI_ISA_SIMD_REDUCE_ONCE
namespace nki::simd {

constexpr int kBlocks = 8;           // 128 partitions
constexpr int kPendingOutputs = 16;  // elements of the result that wait to be stored

// One run of elements in each of `count` blocks: element i of block b is at lines[b] + i * stride.
struct BlockLines {
  const float* lines[kBlocks];
  int64_t stride;
  int count;
};

// Goes on reducing n >= 1 elements onto accumulators[b * pitch ...], or starts with the first of them.
using ReduceLoop = void (*)(const BlockLines& blocks, int64_t n, bool start, float* accumulators,
                            int64_t pitch);

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_REDUCE_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

template <AluOp kOp>
HWY_INLINE FloatVec Combine(FloatVec accumulator, FloatVec element) {
  if constexpr (IsBitwise(kOp)) {
    return AsFloat(BitwiseAlu<kOp>(AsWord(accumulator), AsWord(element)));
  } else {
    return FloatAlu<kOp>(accumulator, element);
  }
}

template <AluOp kOp>
HWY_INLINE FloatVec Start(FloatVec element) {
  constexpr bool kLogical =
      kOp == AluOp::kLogicalAnd || kOp == AluOp::kLogicalOr || kOp == AluOp::kLogicalXor;
  return kLogical ? OneIf(IsTrue(element)) : element;
}

// kGroup blocks in lockstep: independent chains hide the latency of one sequential sum.
template <AluOp kOp, int kGroup>
void ReduceGroup(const BlockLines& blocks, int first, int64_t n, bool start, float* accumulators,
                 int64_t pitch) {
  const FloatTag df;
  constexpr int kVectors = static_cast<int>(kLanes / hn::MaxLanes(FloatTag()));
  constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
  FloatVec chain[kGroup * kVectors];
  const float* lines[kGroup];
  for (int b = 0; b < kGroup; ++b) {
    lines[b] = blocks.lines[first + b];
    for (int v = 0; v < kVectors; ++v) {
      chain[b * kVectors + v] = start ? Start<kOp>(hn::Load(df, lines[b] + v * kStep))
                                      : hn::Load(df, accumulators + (first + b) * pitch + v * kStep);
    }
  }
  int64_t word = start ? blocks.stride : 0;
  for (int64_t i = start ? 1 : 0; i < n; ++i, word += blocks.stride) {
    HWY_UNROLL(8)
    for (int c = 0; c < kGroup * kVectors; ++c) {
      chain[c] = Combine<kOp>(chain[c], hn::Load(df, lines[c / kVectors] + word + c % kVectors * kStep));
    }
  }
  for (int c = 0; c < kGroup * kVectors; ++c) {
    hn::Store(chain[c], df, accumulators + (first + c / kVectors) * pitch + c % kVectors * kStep);
  }
}

template <AluOp kOp>
void ReduceBlocks(const BlockLines& blocks, int64_t n, bool start, float* accumulators, int64_t pitch) {
  if constexpr (CanReduce(kOp)) {
    constexpr int kWidest = static_cast<int>(hn::MaxLanes(FloatTag())) / 2;  // eight chains in registers
    int b = 0;
    for (; b + kWidest <= blocks.count; b += kWidest)
      ReduceGroup<kOp, kWidest>(blocks, b, n, start, accumulators, pitch);
    for (; b + 2 <= blocks.count; b += 2) ReduceGroup<kOp, 2>(blocks, b, n, start, accumulators, pitch);
    for (; b < blocks.count; ++b) ReduceGroup<kOp, 1>(blocks, b, n, start, accumulators, pitch);
  }
}

ReduceLoop ReduceLoopOf(AluOp op) {
  static constexpr ReduceLoop kLoops[] = {
#define NKI_ALU_OP(enumerator, name, op_class, reduces, unary) &ReduceBlocks<AluOp::enumerator>,
#include "isa/alu_op.def"
#undef NKI_ALU_OP
  };
  return kLoops[static_cast<int>(op)];
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(ReduceLoopOf);

constexpr int64_t kLoadChunk = 32;  // elements converted at a time: 16 KiB for eight blocks

// The lines of one run in every block, converted into `buffer` where the memory does not hold them.
BlockLines LinesOfRun(const Tile& data, LineForm form, BlockSpan span, const FreeCursor::Run& run,
                      float* buffer) {
  BlockLines result{{}, kLanes, span.end - span.begin};
  const bool direct = IsLineWord(data.dtype, form);
  if (direct) result.stride = run.step * kLanes;
  for (int b = 0; b < result.count; ++b) {
    std::byte* block = data.base + (data.first_block() + span.begin + b) * data.block_bytes;
    float* converted = buffer + b * kLoadChunk * kLanes;
    if (direct) {
      result.lines[b] = reinterpret_cast<const float*>(block + run.offset * kLineBytes);
    } else {
      LoadRun(data.dtype, form, block, run, converted);
      result.lines[b] = converted;
    }
  }
  return result;
}

void Negate(float* values, int64_t n) {
  for (int64_t i = 0; i < n; ++i) values[i] = -values[i];
}

// Stores the next n elements of every block's result: block b's lines are at results + b * pitch.
void StoreResults(const Tile& dst, LineForm form, BlockSpan span, FreeCursor& cursor, const float* results,
                  int64_t pitch, int64_t n) {
  for (int64_t done = 0; done < n;) {
    const FreeCursor::Run run = cursor.Next(n - done);
    for (int k = span.begin; k < span.end; ++k) {
      std::byte* block = dst.base + (dst.first_block() + k) * dst.block_bytes;
      const float* lines = results + (k - span.begin) * pitch + done * kLanes;
      StoreRun(dst.dtype, form, block, run, {lines, kLanes}, std::min(kLanes, dst.partitions - k * kLanes));
    }
    done += run.count;
  }
}

}  // namespace

void ReduceTile(AluOp op, const Tile& data, int64_t inner, const Tile& dst, bool negate, BlockRange blocks) {
  NKI_CHECK(CanReduce(op) && data.partition % kLanes == 0 && dst.partition % kLanes == 0);
  const LineForm form = IsBitwise(op) ? LineForm::kBits : LineForm::kFloat;
  const ReduceLoop loop = HWY_DYNAMIC_DISPATCH(ReduceLoopOf)(op);
  const BlockSpan span = OwnedBlocks(dst, blocks);
  const int64_t longest_run = IsLineWord(data.dtype, form) ? inner : kLoadChunk;
  constexpr int64_t kPitch = kPendingOutputs * kLanes;
  alignas(64) float buffer[kBlocks * kLoadChunk * kLanes];
  alignas(64) float results[kBlocks * kPitch];
  FreeCursor from(data), to(dst);
  const int64_t outputs = dst.free_elements();
  for (int64_t done = 0; done < outputs;) {
    const int64_t n = std::min<int64_t>(kPendingOutputs, outputs - done);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t taken = 0; taken < inner;) {
        const FreeCursor::Run run = from.Next(std::min(longest_run, inner - taken));
        loop(LinesOfRun(data, form, span, run, buffer), run.count, taken == 0, results + i * kLanes, kPitch);
        taken += run.count;
      }
    }
    if (negate && form == LineForm::kFloat) {
      for (int b = 0; b < span.end - span.begin; ++b) Negate(results + b * kPitch, n * kLanes);
    }
    StoreResults(dst, form, span, to, results, kPitch, n);
    done += n;
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
