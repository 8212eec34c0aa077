#include "isa/simd/select.h"

#include <gtest/gtest.h>

#include "isa/simd/partition_reduce.h"
#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"

namespace nki {
namespace {

using reference::ChipMemory;

struct Shape {
  int partitions;
  int partition;
  int64_t offset;
  std::vector<Dim> free;
};

const Shape kShapes[] = {
    {128, 0, 0, {{1, 200}}},        {1, 96, 1, {{1, 7}}},   {17, 32, 3, {{5, 20}, {1, 5}}},
    {32, 64, 2, {{1, 9}, {9, 11}}}, {100, 0, 0, {{3, 70}}},
};
const Dtype kDtypes[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3, Dtype::kInt32, Dtype::kUint8};

// Every element of every shape and dtype on every target: body(memory, data, mask, dst).
template <class Body>
void ForEachCase(Body body) {
  for (const Shape& shape : kShapes) {
    for (const Dtype dtype : kDtypes) {
      ForEachTarget([&] {
        ChipMemory memory(4000);
        const auto tile = [&](Dtype of, int64_t byte) {
          return memory.MakeTile(of, shape.partition, shape.partitions, byte / ItemBytes(of) + shape.offset,
                                 shape.free);
        };
        const Tile data = tile(dtype, 0), mask = tile(Dtype::kUint16, 1200), dst = tile(dtype, 2400);
        memory.FillNumbers(data, 3);
        memory.FillNumbers(dst, 4);
        for (int p = mask.partition; p < mask.partition + mask.partitions; ++p) {
          for (const int64_t at : reference::FreeOffsets(mask))
            memory.SetBits(mask.dtype, p, at, static_cast<uint32_t>((at * 5 + p) % 3));
        }
        body(memory, data, mask, dst);
      });
    }
  }
}

// select(p, i) says whether element i of partition p comes from data; the others become `otherwise(its
// bits)`.
template <class Select, class Otherwise>
std::vector<uint32_t> Expected(const ChipMemory& memory, const Tile& data, const Tile& dst, Select select,
                               Otherwise otherwise) {
  std::vector<uint32_t> expected;
  const std::vector<int64_t> from = reference::FreeOffsets(data), to = reference::FreeOffsets(dst);
  for (int p = 0; p < dst.partitions; ++p) {
    for (size_t i = 0; i < to.size(); ++i) {
      expected.push_back(select(p, i) ? memory.Bits(data.dtype, data.partition + p, from[i])
                                      : otherwise(memory.Bits(dst.dtype, dst.partition + p, to[i])));
    }
  }
  return expected;
}

TEST(SelectTiles, SelectAndCopyPredicated) {
  for (const bool reverse : {false, true}) {
    ForEachCase([&](ChipMemory& memory, const Tile& data, const Tile& mask, const Tile& dst) {
      const std::vector<int64_t> at = reference::FreeOffsets(mask);
      const auto select = [&](int p, size_t i) {
        return (memory.Bits(mask.dtype, mask.partition + p, at[i]) != 0) != reverse;
      };
      simd::ScalarOperand constant;
      constant.value = -2.5f;
      const ChipMemory before = memory;
      const auto wanted =
          Expected(memory, data, dst, select, [&](uint32_t) { return reference::Encode(dst.dtype, -2.5f); });
      const auto kept = Expected(memory, data, dst, select, [](uint32_t bits) { return bits; });
      if (dst.dtype != Dtype::kInt32) {  // passes through float32
        simd::SelectTile(mask, reverse, data, constant, dst, {}, {});
        ASSERT_EQ(reference::Difference(before, memory, dst, wanted), "");
        memory = before;
      }
      simd::CopyPredicatedTile(&data, 0, mask, reverse, dst, {});
      ASSERT_EQ(reference::Difference(before, memory, dst, kept), "");
    });
  }
}

TEST(SelectTiles, RangesAndAffineValues) {
  ForEachCase([](ChipMemory& memory, const Tile& data, const Tile&, const Tile& dst) {
    const ChipMemory before = memory;
    simd::ScalarOperand low, high;
    low.value = 3;
    high.value = 77;
    const auto otherwise = [&](uint32_t) { return reference::Encode(dst.dtype, 9); };
    if (dst.dtype != Dtype::kInt32) {
      const auto wanted = Expected(
          memory, data, dst, [](int, size_t i) { return i + 2 >= 3 && i + 2 < 77; }, otherwise);
      simd::SelectRangeTile(data, {{AluOp::kGreaterEqual, low}, {AluOp::kLess, high}}, 2, 9, dst, {}, {});
      ASSERT_EQ(reference::Difference(before, memory, dst, wanted), "");
      memory = before;
    }
    const Dim pattern[] = {{-2, dst.free_elements()}};
    const auto wanted = Expected(
        memory, data, dst, [](int p, size_t i) { return 5 + 3 * p - 2 * static_cast<int>(i) > 0; },
        otherwise);
    simd::SelectAffineTile({5, 3, pattern, 1}, AluOp::kGreater, data, 9, dst, {});
    ASSERT_EQ(reference::Difference(before, memory, dst, wanted), "");
  });
}

TEST(PartitionReduceTile, GoesFromPartitionToPartition) {
  for (const AluOp op : {AluOp::kAdd, AluOp::kMaximum}) {
    ForEachCase([&](ChipMemory& memory, const Tile& data, const Tile&, const Tile& like) {
      const Tile dst = memory.MakeTile(Dtype::kFloat32, 64, 1, 700, {{1, like.free_elements()}});
      const std::vector<int64_t> from = reference::FreeOffsets(data);
      std::vector<uint32_t> expected;
      for (const int64_t at : from) {
        float value = memory.Value(data.dtype, data.partition, at);
        for (int p = 1; p < data.partitions; ++p) {
          value =
              static_cast<float>(reference::Alu(op, value, memory.Value(data.dtype, data.partition + p, at)));
        }
        expected.push_back(reference::Encode(dst.dtype, value));
      }
      const ChipMemory before = memory;
      simd::PartitionReduceTile(op, false, data, dst);
      ASSERT_EQ(reference::Difference(before, memory, dst, expected), "");
    });
  }
}

}  // namespace
}  // namespace nki
