// Copies between all dtypes and patterns: what every loop loads and stores goes through these conversions.
#include "isa/simd/convert.h"

#include <gtest/gtest.h>

#include "isa/simd/elementwise.h"
#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"

namespace nki {
namespace {

using reference::ChipMemory;

struct Pattern {
  int partitions;
  int src_partition;
  int dst_partition;
  int64_t src_offset;
  int64_t dst_offset;
  std::vector<Dim> src;
  std::vector<Dim> dst;
};

const Pattern kPatterns[] = {
    {128, 0, 0, 0, 0, {{1, 130}}, {{1, 130}}},
    {17, 32, 96, 3, 5, {{1, 37}}, {{1, 37}}},                 // odd offsets
    {1, 0, 64, 1, 2, {{2, 9}}, {{3, 9}}},                     // steps
    {32, 96, 32, 0, 1, {{40, 3}, {1, 7}}, {{1, 3}, {3, 7}}},  // permuted
    {100, 0, 0, 2, 0, {{1, 5}, {0, 4}}, {{1, 20}}},           // stride 0
    {128, 0, 0, 7, 11, {}, {}},                               // a column
    {16, 0, 0, 4, 8, {{100, 2}, {10, 3}, {1, 4}}, {{1, 24}}},
};

TEST(CopyTile, ConvertsEveryDtypeIntoEveryDtype) {
  for (int s = 0; s < kDtypeCount; ++s) {
    for (int d = 0; d < kDtypeCount; ++d) {
      const Dtype from = static_cast<Dtype>(s), to = static_cast<Dtype>(d);
      if ((IsPacked(from) || IsPacked(to)) && from != to) continue;
      SCOPED_TRACE(std::string(Name(from)) + " -> " + std::string(Name(to)));
      for (const Pattern& pattern : kPatterns) {
        ForEachTarget([&] {
          ChipMemory source(1200), target(1200, 2);
          const Tile src = source.MakeTile(from, pattern.src_partition, pattern.partitions,
                                           pattern.src_offset, pattern.src);
          const Tile dst =
              target.MakeTile(to, pattern.dst_partition, pattern.partitions, pattern.dst_offset, pattern.dst);
          if (!IsPacked(from)) source.FillNumbers(src, 3);
          std::vector<uint32_t> expected;
          for (int p = 0; p < pattern.partitions; ++p) {
            for (const int64_t offset : reference::FreeOffsets(src)) {
              const uint32_t bits = source.Bits(from, src.partition + p, offset);
              expected.push_back(
                  from == to ? bits : reference::Encode(to, source.Value(from, src.partition + p, offset)));
            }
          }
          const ChipMemory before = target;
          simd::CopyTile(src, dst, {});
          ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
        });
      }
    }
  }
}

TEST(CopyTile, EncodesHardValuesAsTheScalarsDo) {
  const int kColumns = 4096;
  for (int d = 0; d < kDtypeCount; ++d) {
    const Dtype to = static_cast<Dtype>(d);
    if (IsPacked(to)) continue;
    SCOPED_TRACE(std::string(Name(to)));
    ForEachTarget([&] {
      ChipMemory source(4 * kColumns), target(4 * kColumns);
      const Tile src = source.MakeTile(Dtype::kFloat32, 0, 16, 0, {{1, kColumns}});
      const Tile dst = target.MakeTile(to, 0, 16, 0, {{1, kColumns}});
      std::vector<uint32_t> expected;
      for (int p = 0; p < 16; ++p) {
        for (uint32_t i = 0; i < kColumns; ++i) {  // every upper half, with lower halves around a tie
          const uint32_t low[] = {0, 0x8000, 0x7fff, 0x8001};
          const uint32_t bits =
              (static_cast<uint32_t>(p) << 12 | i) << 16 | low[(i + static_cast<uint32_t>(p)) % 4];
          source.SetBits(Dtype::kFloat32, p, i, bits);
          expected.push_back(reference::Encode(to, std::bit_cast<float>(bits)));
        }
      }
      const ChipMemory before = target;
      simd::CopyTile(src, dst, {});
      ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
    });
  }
}

TEST(CopyTile, WritesOnlyItsBlocks) {
  ChipMemory source(256), target(256, 2);
  const Tile src = source.MakeTile(Dtype::kBfloat16, 0, 64, 1, {{1, 33}});
  const Tile dst = target.MakeTile(Dtype::kBfloat16, 64, 64, 0, {{1, 33}});
  const ChipMemory before = target;
  simd::CopyTile(src, dst, {0, 4});
  EXPECT_TRUE(target == before);
  simd::CopyTile(src, dst, {5, 6});  // partitions 80..95 of the destination, 16..31 of the source
  Tile written = dst;
  written.partition = 80;
  written.partitions = 16;
  std::vector<uint32_t> expected;
  for (int p = 16; p < 32; ++p) {
    for (int64_t i = 1; i < 34; ++i) expected.push_back(source.Bits(Dtype::kBfloat16, p, i));
  }
  EXPECT_EQ(reference::Difference(before, target, written, expected), "");
}

TEST(FreeCursor, WalksAllElementsAndStartsAgain) {
  ChipMemory memory(64);
  const Tile tile = memory.MakeTile(Dtype::kFloat32, 0, 1, 2, {{7, 2}, {1, 1}, {2, 3}});
  simd::FreeCursor cursor(tile);
  for (int round = 0; round < 2; ++round) {
    std::vector<int64_t> seen;
    while (seen.size() < 6) {
      const simd::FreeCursor::Run run = cursor.Next(2);
      for (int64_t i = 0; i < run.count; ++i) seen.push_back(run.offset + i * run.step);
    }
    EXPECT_EQ(seen, reference::FreeOffsets(tile));
  }
}

TEST(FillTile, GivesEveryElementTheBits) {
  for (const Dtype dtype : {Dtype::kUint8, Dtype::kBfloat16, Dtype::kFloat32, Dtype::kFloat4E2m1fnX4}) {
    for (const int64_t count : {1, 4, 7, 96}) {
      for (const int64_t offset : {0, 3}) {
        ChipMemory memory(1024);
        const Tile dst = memory.MakeTile(dtype, 32, 20, offset, {{1, count}});
        const ChipMemory before = memory;
        const uint32_t bits = 0x3fc01234u & (0xffffffffu >> (32 - 8 * ItemBytes(dtype)));
        simd::FillTile(0x3fc01234u, dst, {});
        const std::vector<uint32_t> expected(static_cast<size_t>(20 * count), bits);
        EXPECT_EQ(reference::Difference(before, memory, dst, expected), "") << Name(dtype) << " " << count;
      }
    }
  }
}

TEST(IotaTile, CountsInInt32) {
  for (const Dtype dtype :
       {Dtype::kInt32, Dtype::kUint32, Dtype::kFloat32, Dtype::kInt16, Dtype::kBfloat16}) {
    ForEachTarget([&] {
      ChipMemory memory(1024);
      const Tile dst = memory.MakeTile(dtype, 0, 100, 2, {{40, 3}, {1, 30}});
      const ChipMemory before = memory;
      const Dim pattern[] = {{-7, 9}, {1 << 20, 10}};
      simd::IotaTile({0x7fff0000, 1000, pattern, 2}, dst, {});
      std::vector<uint32_t> expected;
      for (int64_t p = 0; p < 100; ++p) {
        for (int64_t i = 0; i < 9; ++i) {
          for (int64_t j = 0; j < 10; ++j) {
            const uint32_t value = static_cast<uint32_t>(0x7fff0000 + p * 1000 - 7 * i + (j << 20));
            const bool word = dtype == Dtype::kInt32 || dtype == Dtype::kUint32;
            expected.push_back(
                word ? value : reference::Encode(dtype, static_cast<float>(static_cast<int32_t>(value))));
          }
        }
      }
      EXPECT_EQ(reference::Difference(before, memory, dst, expected), "") << Name(dtype);
    });
  }
}

}  // namespace
}  // namespace nki
