#include "isa/simd/reduce.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"

namespace nki {
namespace {

using reference::ChipMemory;

bool IsLogical(AluOp op) {
  return op == AluOp::kLogicalAnd || op == AluOp::kLogicalOr || op == AluOp::kLogicalXor;
}

// One element after the other in float32 (or on bits), starting from the first.
uint32_t ReduceInOrder(AluOp op, const ChipMemory& memory, Dtype from, int p, const int64_t* offsets,
                       int64_t n, bool negate, Dtype to) {
  if (IsBitwise(op)) {
    uint32_t bits = memory.Bits(from, p, offsets[0]);
    for (int64_t i = 1; i < n; ++i) bits = reference::BitwiseAlu(op, bits, memory.Bits(from, p, offsets[i]));
    return bits & (0xffffffffu >> (32 - 8 * ItemBytes(to)));
  }
  float value = memory.Value(from, p, offsets[0]);
  if (IsLogical(op)) value = value != 0;
  for (int64_t i = 1; i < n; ++i) {
    value = static_cast<float>(reference::Alu(op, value, memory.Value(from, p, offsets[i])));
  }
  return reference::Encode(to, negate ? -value : value);
}

struct Shape {
  int partitions;
  int data_partition;
  int dst_partition;
  int64_t offset;
  std::vector<Dim> data;
  int64_t inner;
  std::vector<Dim> dst;
};

const Shape kShapes[] = {
    {128, 0, 0, 0, {{1, 200}}, 200, {}},
    {1, 96, 32, 1, {{1, 7}}, 7, {}},
    {17, 32, 64, 3, {{5, 40}, {1, 5}}, 5, {{2, 40}}},
    {32, 64, 0, 2, {{1, 9}, {9, 11}}, 11, {{1, 9}}},  // reduced over a permuted axis
    {100, 0, 0, 0, {{60, 3}, {20, 3}, {1, 20}}, 60, {{1, 3}}},
    {64, 64, 0, 5, {{1, 33}}, 1, {{1, 33}}},
    {112, 0, 0, 0, {{0, 20}}, 20, {}},
};

std::vector<uint32_t> Expect(AluOp op, const ChipMemory& memory, const Tile& data, int64_t inner, bool negate,
                             Dtype to) {
  std::vector<uint32_t> expected;
  const std::vector<int64_t> offsets = reference::FreeOffsets(data);
  for (int p = data.partition; p < data.partition + data.partitions; ++p) {
    for (size_t i = 0; i < offsets.size(); i += static_cast<size_t>(inner)) {
      expected.push_back(ReduceInOrder(op, memory, data.dtype, p, &offsets[i], inner, negate, to));
    }
  }
  return expected;
}

void Check(AluOp op, const Shape& shape, Dtype from, Dtype to, bool negate) {
  SCOPED_TRACE(std::string(Name(op)) + " " + std::string(Name(from)) + " -> " + std::string(Name(to)));
  ForEachTarget([&] {
    ChipMemory source(1000), target(1000, 2);
    const Tile data = source.MakeTile(from, shape.data_partition, shape.partitions, shape.offset, shape.data);
    const Tile dst = target.MakeTile(to, shape.dst_partition, shape.partitions, shape.offset, shape.dst);
    source.FillNumbers(data, 5);
    const ChipMemory before = target;
    simd::ReduceTile(op, data, shape.inner, dst, negate, {});
    ASSERT_EQ(reference::Difference(before, target, dst, Expect(op, source, data, shape.inner, negate, to)),
              "");
  });
}

TEST(ReduceTile, EveryOperatorInSequentialOrder) {
  for (int i = 0; i < kAluOpCount; ++i) {
    const AluOp op = static_cast<AluOp>(i);
    if (!CanReduce(op)) continue;
    const Dtype dtype = IsBitwise(op) ? Dtype::kUint32 : Dtype::kFloat32;
    for (const Shape& shape : kShapes) {
      for (const bool negate : {false, true}) Check(op, shape, dtype, dtype, negate && !IsBitwise(op));
    }
  }
}

TEST(ReduceTile, EveryDtypeInAndOut) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const Dtype dtype = static_cast<Dtype>(i);
    if (IsPacked(dtype)) continue;
    for (const Shape& shape : kShapes) {
      Check(AluOp::kAdd, shape, dtype, Dtype::kFloat32, false);
      Check(AluOp::kMaximum, shape, dtype, dtype, true);
    }
  }
  for (const Shape& shape : kShapes) Check(AluOp::kBitwiseXor, shape, Dtype::kInt16, Dtype::kInt16, false);
}

TEST(ReduceTile, SplitByBlocksGivesTheSameBits) {
  ChipMemory source(2100), whole(64, 2), parts(64, 2);
  const Tile data = source.MakeTile(Dtype::kFloat32, 0, 120, 0, {{1, 512}});
  source.FillNumbers(data, 6);
  simd::ReduceTile(AluOp::kAdd, data, 512, whole.MakeTile(Dtype::kFloat32, 0, 120, 1, {}), false, {});
  for (const BlockRange blocks : {BlockRange{0, 3}, BlockRange{3, 4}, BlockRange{4, 1 << 30}}) {
    simd::ReduceTile(AluOp::kAdd, data, 512, parts.MakeTile(Dtype::kFloat32, 0, 120, 1, {}), false, blocks);
  }
  EXPECT_TRUE(whole == parts);
}

}  // namespace
}  // namespace nki
