// Sixteen elements at a time become vectors, one per partition, which are reduced in the order of the
// partitions.
#include "isa/simd/partition_reduce.h"

#include <vector>

#include "isa/simd/chunks.h"
#include "isa/simd/targets.h"
#include "memory/error.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/partition_reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/alu-inl.h"
#include "isa/simd/transpose16-inl.h"

#ifndef NKI_ISA_SIMD_PARTITION_REDUCE_ONCE
#define NKI_ISA_SIMD_PARTITION_REDUCE_ONCE
namespace nki::simd {

// Goes on reducing `lanes` lanes of n lines onto results[0 .. n - 1], or starts with the first of them.
// Results have room for a multiple of 16.
using LanesLoop = void (*)(Lines x, int64_t n, int lanes, bool start, float* results);

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_PARTITION_REDUCE_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

template <AluOp kOp, LineForm kForm>
HWY_INLINE FloatVec CombineLanes(FloatVec a, FloatVec b) {
  if constexpr (kForm == LineForm::kFloat) return FloatAlu<kOp>(a, b);
  if constexpr (kForm == LineForm::kBits) return AsFloat(BitwiseAlu<kOp>(AsWord(a), AsWord(b)));
  if constexpr (kForm == LineForm::kSigned) return AsFloat(IntegerAlu<kOp>(AsInt(a), AsInt(b)));
  return AsFloat(IntegerAlu<kOp>(AsWord(a), AsWord(b)));
}

// kGroups times sixteen elements in lockstep: independent chains hide the latency of one.
template <AluOp kOp, LineForm kForm, int kGroups>
void ReduceGroups(Lines x, int64_t group, int64_t n, int lanes, bool start, float* results) {
  const FloatTag df;
  constexpr int kWidth = kGroups * kLanes, kChains = kWidth / kWordLanes;
  alignas(64) float by_lane[kLanes * kWidth];
  for (int g = 0; g < kGroups; ++g) {
    const auto row = [&](int i) HWY_ATTR {  // beyond the last element: the last one again
      return reinterpret_cast<const uint32_t*>(x.first + std::min(group + g * kLanes + i, n - 1) * x.stride);
    };
    Transpose16(row, [&](int lane, int element, WordVec words) HWY_ATTR {
      hn::StoreU(AsFloat(words), df, by_lane + lane * kWidth + g * kLanes + element);
    });
  }
  FloatVec chain[kChains];
  for (int c = 0; c < kChains; ++c)
    chain[c] = hn::LoadU(df, (start ? by_lane : results + group) + c * kWordLanes);
  for (int lane = start ? 1 : 0; lane < lanes; ++lane) {
    HWY_UNROLL(8)
    for (int c = 0; c < kChains; ++c) {
      chain[c] = CombineLanes<kOp, kForm>(chain[c], hn::LoadU(df, by_lane + lane * kWidth + c * kWordLanes));
    }
  }
  for (int c = 0; c < kChains; ++c) hn::StoreU(chain[c], df, results + group + c * kWordLanes);
}

template <AluOp kOp, LineForm kForm>
void ReduceLanes(Lines x, int64_t n, int lanes, bool start, float* results) {
  constexpr int kGroups = kWordLanes == kLanes ? 4 : 2;  // four chains in registers
  int64_t group = 0;
  for (; group + kGroups * kLanes <= n; group += kGroups * kLanes)
    ReduceGroups<kOp, kForm, kGroups>(x, group, n, lanes, start, results);
  for (; group < n; group += kLanes) ReduceGroups<kOp, kForm, 1>(x, group, n, lanes, start, results);
}

template <AluOp kOp>
LanesLoop ArithmeticLoop(LineForm form) {
  if (form == LineForm::kSigned) return &ReduceLanes<kOp, LineForm::kSigned>;
  if (form == LineForm::kUnsigned) return &ReduceLanes<kOp, LineForm::kUnsigned>;
  return &ReduceLanes<kOp, LineForm::kFloat>;
}

LanesLoop LanesLoopOf(AluOp op, LineForm form) {
  switch (op) {
    case AluOp::kAdd:
      return ArithmeticLoop<AluOp::kAdd>(form);
    case AluOp::kMaximum:
      return ArithmeticLoop<AluOp::kMaximum>(form);
    case AluOp::kBitwiseAnd:
      return &ReduceLanes<AluOp::kBitwiseAnd, LineForm::kBits>;
    case AluOp::kBitwiseOr:
      return &ReduceLanes<AluOp::kBitwiseOr, LineForm::kBits>;
    default:
      return nullptr;
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(LanesLoopOf);

LineForm FormFor(AluOp op, bool average, Dtype from, Dtype to) {
  const auto is_word = [](Dtype dtype) { return IsInteger(dtype) && ItemBytes(dtype) == 4; };
  if (IsBitwise(op)) return LineForm::kBits;
  if (average || !is_word(from) || !is_word(to)) return LineForm::kFloat;
  return from == Dtype::kUint32 ? LineForm::kUnsigned : LineForm::kSigned;
}

}  // namespace

void PartitionReduceTile(AluOp op, bool average, const Tile& data, const Tile& dst) {
  const LineForm form = FormFor(op, average, data.dtype, dst.dtype);
  const LanesLoop loop = HWY_DYNAMIC_DISPATCH(LanesLoopOf)(op, form);
  NKI_CHECK(loop != nullptr && dst.partitions == 1);
  const int blocks = data.end_block() - data.first_block();
  std::vector<LineSource> sources(static_cast<size_t>(blocks), LineSource(data, form));
  LineSink sink(dst, form);
  LineBuffer buffer;
  alignas(64) float results[kChunk];
  const int64_t elements = data.free_elements();
  for (int64_t done = 0; done < elements; done += kChunk) {
    const int64_t n = std::min<int64_t>(kChunk, elements - done);
    for (int block = 0; block < blocks; ++block) {
      const Lines lines = sources[static_cast<size_t>(block)].Next(block, n, buffer.words);
      loop(lines, n, std::min(kLanes, data.partitions - block * kLanes), block == 0, results);
    }
    for (int64_t i = 0; i < n; ++i) {
      buffer.words[i * kLanes] = average ? results[i] / static_cast<float>(data.partitions) : results[i];
    }
    sink.Next(0, n, buffer.words);
    sink.Store(0, n, {buffer.words, kLanes});
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
