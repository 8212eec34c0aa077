#include "isa/simd/dma.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

constexpr int64_t kPartitionBytes = 4096;

// Linear memory whose first byte is unaligned on purpose.
class Hbm {
 public:
  explicit Hbm(int64_t bytes, unsigned seed = 7) : storage_(bytes + 1) {
    std::mt19937 random(seed);
    for (auto& byte : storage_) byte = static_cast<std::byte>(random());
  }
  LinearTile At(Dtype dtype, int64_t offset, std::vector<Dim> axes) {
    LinearTile tile;
    tile.base = storage_.data() + 1;
    tile.dtype = dtype;
    tile.offset = offset;
    tile.rank = static_cast<int>(axes.size());
    std::copy(axes.begin(), axes.end(), tile.dims.begin());
    return tile;
  }
  LinearTile Here(LinearTile tile) {
    tile.base = storage_.data() + 1;
    return tile;
  }
  bool operator==(const Hbm&) const = default;

 private:
  std::vector<std::byte> storage_;
};

std::byte* RowAddress(const LinearTile& linear, int row, int64_t i) {
  const int64_t offset = linear.offset + row * linear.dims[0].step;
  return linear.base + ElementOffset(&linear.dims[1], linear.rank - 1, offset, i) * ItemBytes(linear.dtype);
}

void MoveElement(Dtype from_dtype, const std::byte* from, Dtype to_dtype, std::byte* to) {
  if (from_dtype == to_dtype) {
    std::memcpy(to, from, static_cast<size_t>(ItemBytes(to_dtype)));
  } else {
    StoreScalar(to_dtype, LoadScalar(from_dtype, from), to);
  }
}

constexpr BlockRange kSplit[] = {{0, 2}, {2, 3}, {3, 8}};

// Loads rows, then stores the same tile to another place; each against element loops, whole and split between
// workers.
void ExpectLoadAndStore(Dtype chip_dtype, int start, int partitions, int partition_step, int64_t offset,
                        std::vector<Dim> chip_axes, Dtype linear_dtype, int64_t linear_offset,
                        std::vector<Dim> linear_axes, bool store = true) {
  Hbm hbm(1 << 19);
  Chip chip(kPartitionBytes);
  const LinearTile linear = hbm.At(linear_dtype, linear_offset, linear_axes);
  Tile tile = chip.At(chip_dtype, start, partitions, offset, chip_axes);
  tile.partition_step = partition_step;
  const int64_t count = tile.free_elements();
  Chip expected(chip);
  Hbm expected_hbm(hbm);
  const LinearTile stored = expected_hbm.Here(linear);
  for (int p = 0; p < partitions; ++p) {
    for (int64_t i = 0; i < count; ++i) {
      MoveElement(linear_dtype, RowAddress(linear, p, i), chip_dtype,
                  ElementAddress(expected.Here(tile), p, i));
      if (store) MoveElement(chip_dtype, ElementAddress(tile, p, i), linear_dtype, RowAddress(stored, p, i));
    }
  }
  OnEachTarget([&] {
    Chip whole(chip), split(chip);
    simd::LoadRows(linear, whole.Here(tile), {});
    EXPECT_TRUE(whole == expected) << "load";
    for (const BlockRange range : kSplit) simd::LoadRows(linear, split.Here(tile), range);
    EXPECT_TRUE(split == expected) << "load, split";
    if (!store) return;
    Hbm whole_hbm(hbm), split_hbm(hbm);
    simd::StoreRows(tile, whole_hbm.Here(linear), {});
    EXPECT_TRUE(whole_hbm == expected_hbm) << "store";
    for (const BlockRange range : kSplit) simd::StoreRows(tile, split_hbm.Here(linear), range);
    EXPECT_TRUE(split_hbm == expected_hbm) << "store, split";
  });
}

constexpr Dtype kBySize[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8};

TEST(DmaTest, RowsOfAnyLength) {
  for (const Dtype dtype : kBySize) {
    for (const int elements : {1, 2, 3, 4, 15, 16, 17, 63, 500, 512}) {
      for (const int offset : {0, 1, 2, 3}) {
        SCOPED_TRACE(testing::Message() << Name(dtype) << " " << elements << " at " << offset);
        ExpectLoadAndStore(dtype, 0, 128, 1, offset, {{1, elements}}, dtype, 5, {{600, 128}, {1, elements}});
      }
    }
  }
}

TEST(DmaTest, AnyPartitions) {
  for (const Dtype dtype : kBySize) {
    for (const auto& [start, partitions] :
         {std::pair{5, 37}, {0, 1}, {17, 1}, {1, 127}, {15, 2}, {64, 64}, {120, 8}}) {
      SCOPED_TRACE(testing::Message() << Name(dtype) << " " << start << "+" << partitions);
      ExpectLoadAndStore(dtype, start, partitions, 1, 2, {{1, 70}}, dtype, 3, {{71, partitions}, {1, 70}});
    }
    ExpectLoadAndStore(dtype, 3, 40, 3, 0, {{1, 21}}, dtype, 0, {{50, 40}, {1, 21}});
  }
}

TEST(DmaTest, Columns) {
  for (const Dtype dtype : kBySize) {
    ExpectLoadAndStore(dtype, 0, 128, 1, 9, {}, dtype, 0, {{1, 128}});
    ExpectLoadAndStore(dtype, 0, 100, 1, 9, {}, dtype, 0, {{33, 100}});
  }
}

TEST(DmaTest, TransposedSource) {
  for (const Dtype dtype : kBySize) {
    ExpectLoadAndStore(dtype, 0, 128, 1, 4, {{1, 90}}, dtype, 0, {{1, 128}, {130, 90}});
    ExpectLoadAndStore(dtype, 7, 50, 1, 4, {{3, 30}}, dtype, 0, {{1, 50}, {51, 30}});
  }
}

TEST(DmaTest, Patterns) {
  for (const Dtype dtype : kBySize) {
    ExpectLoadAndStore(dtype, 0, 20, 1, 1, {{2, 24}}, dtype, 3, {{200, 20}, {3, 24}});
    ExpectLoadAndStore(dtype, 0, 20, 1, 0, {{1, 24}}, dtype, 3, {{2000, 20}, {100, 4}, {10, 3}, {1, 2}});
    ExpectLoadAndStore(dtype, 16, 16, 1, 4, {{40, 3}, {1, 32}}, dtype, 0, {{400, 16}, {100, 4}, {1, 24}});
    ExpectLoadAndStore(dtype, 0, 33, 1, 0, {{7, 4}, {1, 6}}, dtype, 0, {{24, 33}, {1, 4}, {4, 6}});
  }
}

// Rows 32 KiB apart are stored past the caches, whole lines at a time.
TEST(DmaTest, WidelySpacedRows) {
  Hbm hbm(int64_t{8192} * 4 * 128), expected(hbm);
  Chip chip(kPartitionBytes);
  for (const int64_t offset : {0, 3, 12, 21}) {
    const Tile tile = chip.At(Dtype::kFloat32, 0, 128, 2, {{1, 500}});
    OnEachTarget([&] {
      // The first byte of this memory is odd; three bytes on, rows of words may be streamed.
      LinearTile rows = hbm.At(Dtype::kFloat32, offset, {{8192, 128}, {1, 500}});
      for (const int shift : {0, 3}) {
        rows.base = hbm.At(Dtype::kUint8, 0, {}).base + shift;
        LinearTile expected_rows = rows;
        expected_rows.base = expected.At(Dtype::kUint8, 0, {}).base + shift;
        for (int p = 0; p < 128; ++p) {
          for (int i = 0; i < 500; ++i)
            std::memcpy(RowAddress(expected_rows, p, i), ElementAddress(tile, p, i), 4);
        }
        simd::StoreRows(tile, rows, {0, 3});
        simd::StoreRows(tile, rows, {3, 8});
        EXPECT_TRUE(hbm == expected) << offset << " + " << shift;
        Chip loaded(chip), same(chip);
        simd::LoadRows(rows, loaded.Here(tile), {});
        EXPECT_TRUE(loaded == same);
      }
    });
  }
}

TEST(DmaTest, BroadcastRows) {
  for (const Dtype dtype : kBySize) {
    ExpectLoadAndStore(dtype, 0, 128, 1, 0, {{1, 100}}, dtype, 17, {{0, 128}, {1, 100}}, false);
    ExpectLoadAndStore(dtype, 0, 48, 1, 0, {{1, 100}}, dtype, 17, {{200, 48}, {0, 100}}, false);
  }
}

// Random bytes hold every NaN, infinity and denormal of the narrow formats.
TEST(DmaTest, ConvertsThroughFloat32) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kFloat8E5m2,
                          Dtype::kInt8,    Dtype::kInt32,    Dtype::kUint16,  Dtype::kFloat8E4m3fn};
  for (const Dtype chip : dtypes) {
    for (const Dtype linear : dtypes) {
      if (chip == linear) continue;
      SCOPED_TRACE(testing::Message() << Name(chip) << " chip, " << Name(linear) << " linear");
      ExpectLoadAndStore(chip, 0, 128, 1, 0, {{1, 300}}, linear, 0, {{300, 128}, {1, 300}});
      ExpectLoadAndStore(chip, 5, 37, 1, 1, {{1, 31}}, linear, 2, {{40, 37}, {1, 31}});
      ExpectLoadAndStore(chip, 32, 20, 2, 1, {{2, 30}}, linear, 2, {{1, 20}, {50, 5}, {100, 6}});
    }
  }
}

void ExpectChipCopy(Dtype dtype, int from_start, int from_step, int64_t from_offset,
                    std::vector<Dim> from_axes, Dtype to_dtype, int to_start, int to_step, int64_t to_offset,
                    std::vector<Dim> to_axes, int partitions) {
  Chip from(kPartitionBytes), to(kPartitionBytes, 2);
  Tile src = from.At(dtype, from_start, partitions, from_offset, from_axes);
  Tile dst = to.At(to_dtype, to_start, partitions, to_offset, to_axes);
  src.partition_step = from_step;
  dst.partition_step = to_step;
  Chip expected(to);
  for (int p = 0; p < partitions; ++p) {
    for (int64_t i = 0; i < dst.free_elements(); ++i) {
      MoveElement(dtype, ElementAddress(src, p, i), to_dtype, ElementAddress(expected.Here(dst), p, i));
    }
  }
  OnEachTarget([&] {
    Chip whole(to), split(to);
    simd::CopyRows(src, whole.Here(dst), {});
    EXPECT_TRUE(whole == expected);
    for (const BlockRange range : kSplit) simd::CopyRows(src, split.Here(dst), range);
    EXPECT_TRUE(split == expected);
  });
}

TEST(DmaTest, ChipToChip) {
  for (const Dtype dtype : kBySize) {
    for (const auto& [from, to] : {std::pair{0, 0}, {3, 17}, {17, 3}, {0, 28}, {28, 0}, {16, 1}, {5, 21}}) {
      SCOPED_TRACE(testing::Message() << Name(dtype) << " " << from << " to " << to);
      ExpectChipCopy(dtype, from, 1, 0, {{1, 130}}, dtype, to, 1, 4, {{1, 130}}, 100);
      ExpectChipCopy(dtype, from, 1, 3, {{1, 130}}, dtype, to, 1, 2, {{1, 130}}, 9);
      ExpectChipCopy(dtype, from, 1, 1, {{5, 8}, {1, 5}}, dtype, to, 1, 2, {{2, 10}, {20, 4}}, 50);
    }
    ExpectChipCopy(dtype, 2, 3, 1, {{1, 20}}, dtype, 40, 2, 4, {{1, 20}}, 40);
  }
  ExpectChipCopy(Dtype::kFloat32, 3, 1, 0, {{1, 300}}, Dtype::kBfloat16, 17, 1, 1, {{1, 300}}, 100);
  ExpectChipCopy(Dtype::kInt16, 3, 2, 0, {{1, 30}}, Dtype::kFloat32, 17, 1, 1, {{2, 30}}, 50);
}

simd::DmaOperand Operand(const LinearTile& linear) {
  return {.on_chip = false, .tile = {}, .linear = linear};
}
simd::DmaOperand Operand(const Tile& tile) { return {.on_chip = true, .tile = tile, .linear = {}}; }

TEST(DmaTest, ElementsOfOtherShapes) {
  for (const Dtype to_dtype : {Dtype::kFloat16, Dtype::kFloat32}) {
    Hbm hbm(1 << 16), hbm2(1 << 16, 9);
    Chip chip(kPartitionBytes);
    const LinearTile a = hbm.At(Dtype::kFloat16, 3, {{100, 6}, {2, 40}});
    const Tile t = chip.At(to_dtype, 3, 24, 1, {{7, 2}, {1, 5}});
    const LinearTile b = hbm2.At(to_dtype, 0, {{1, 240}});
    simd::CopyElements(Operand(a), Operand(t));
    simd::CopyElements(Operand(t), Operand(b));
    for (int i = 0; i < 240; ++i) {
      std::byte expected[4] = {};
      MoveElement(Dtype::kFloat16, RowAddress(a, i / 40, i % 40), to_dtype, expected);
      EXPECT_EQ(std::memcmp(expected, ElementAddress(t, i / 10, i % 10), ItemBytes(to_dtype)), 0) << i;
      EXPECT_EQ(std::memcmp(expected, b.base + i * ItemBytes(to_dtype), ItemBytes(to_dtype)), 0) << i;
    }
  }
  Hbm from(4096), to(4096, 9);
  simd::CopyElements(Operand(from.At(Dtype::kInt32, 0, {{30, 20}, {1, 20}})),
                     Operand(to.At(Dtype::kInt32, 5, {{1, 400}})));
  for (int i = 0; i < 400; ++i) {
    EXPECT_EQ(std::memcmp(from.At(Dtype::kInt32, 0, {}).base + (i / 20 * 30 + i % 20) * 4,
                          to.At(Dtype::kInt32, 0, {}).base + (5 + i) * 4, 4),
              0);
  }
}

}  // namespace
}  // namespace nki
