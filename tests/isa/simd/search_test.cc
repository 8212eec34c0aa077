// The loops of max8, nc_find_index8, nc_match_replace8, bn_stats and bn_aggr on every target, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "isa/simd/match8.h"
#include "isa/simd/moments.h"
#include "isa/simd/top8.h"
#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"

namespace nki {
namespace {

using reference::ChipMemory;

struct Shape {
  int partitions;
  int data_partition;
  int dst_partition;
  int64_t offset;
  std::vector<Dim> data;
  int64_t dst_step;
};

const Shape kShapes[] = {
    {128, 0, 0, 0, {{1, 90}}, 1},          {1, 96, 32, 1, {{1, 9}}, 3},
    {17, 32, 64, 3, {{5, 40}, {1, 5}}, 2}, {32, 64, 0, 2, {{1, 9}, {9, 11}}, -1},
    {100, 0, 0, 0, {{0, 20}}, 1},          {64, 64, 0, 5, {{3, 66}}, 5},
};

std::vector<Dtype> UnpackedDtypes() {
  std::vector<Dtype> dtypes;
  for (int i = 0; i < kDtypeCount; ++i) {
    if (!IsPacked(static_cast<Dtype>(i))) dtypes.push_back(static_cast<Dtype>(i));
  }
  return dtypes;
}

// Calls body(shape, dtype) for all, on every target.
template <class Body>
void ForEach(Body body) {
  for (const Shape& shape : kShapes) {
    for (const Dtype dtype : UnpackedDtypes()) {
      SCOPED_TRACE(std::string(Name(dtype)) + ", " + std::to_string(shape.partitions) + " partitions");
      ForEachTarget([&] { body(shape, dtype); });
    }
  }
}

std::vector<float> Row(const ChipMemory& memory, const Tile& tile, int p) {
  std::vector<float> row;
  for (int64_t offset : reference::FreeOffsets(tile)) {
    row.push_back(memory.Value(tile.dtype, tile.partition + p, offset));
  }
  return row;
}

Tile Results(ChipMemory& memory, const Shape& shape, Dtype dtype, int64_t count) {
  const int64_t first = shape.dst_step < 0 ? 64 : shape.offset;
  return memory.MakeTile(dtype, shape.dst_partition, shape.partitions, first, {{shape.dst_step, count}});
}

TEST(Top8Tile, IsASortOfFloat32WithNanOnTop) {
  ForEach([](const Shape& shape, Dtype dtype) {
    ChipMemory source(1000), target(1000, 2);
    const Tile src = source.MakeTile(dtype, shape.data_partition, shape.partitions, shape.offset, shape.data);
    const Tile dst = Results(target, shape, dtype, 8);
    source.FillNumbers(src, 5);
    std::vector<uint32_t> expected;
    for (int p = 0; p < shape.partitions; ++p) {
      std::vector<float> row = Row(source, src, p);
      std::ranges::sort(row, [](float a, float c) {
        if (std::isnan(a) || std::isnan(c)) return std::isnan(a) && !std::isnan(c);
        return a > c || (a == c && std::signbit(a) < std::signbit(c));
      });
      for (int k = 0; k < 8; ++k) expected.push_back(reference::Encode(dtype, row[k]));
    }
    const ChipMemory before = target;
    simd::Top8Tile(src, dst, {});
    ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
  });
}

TEST(Match8Tile, FindsAndReplaces) {
  ForEach([](const Shape& shape, Dtype dtype) {
    ChipMemory source(1000), wanted(200, 3), target(1000, 2), found(300, 4);
    const Tile data =
        source.MakeTile(dtype, shape.data_partition, shape.partitions, shape.offset, shape.data);
    const Tile vals = wanted.MakeTile(dtype, 0, shape.partitions, 1, {{2, 8}});
    source.FillNumbers(data, 5);
    // Every other column gets an element of the row, some twice.
    const std::vector<int64_t> places = reference::FreeOffsets(data);
    for (int p = 0; p < shape.partitions; ++p) {
      for (int k = 0; k < 8; k += 1 + p % 2) {
        const int64_t at = places[(p + k / 3 * 5) % places.size()];
        wanted.SetBits(dtype, p, 1 + 2 * k, source.Bits(dtype, shape.data_partition + p, at));
      }
    }
    for (const auto order : {simd::MatchOrder::kFirstColumnFirst, simd::MatchOrder::kLastColumnFirst}) {
      const Tile replaced = target.MakeTile(dtype, shape.dst_partition, shape.partitions, 0,
                                            {{1, static_cast<int64_t>(places.size())}});
      const Tile positions = Results(found, shape, Dtype::kUint16, 8);
      std::vector<uint32_t> expected, indices;
      for (int p = 0; p < shape.partitions; ++p) {
        std::vector<float> row = Row(source, data, p), columns = Row(wanted, vals, p);
        std::vector<bool> taken(row.size());
        std::vector<uint32_t> index(8, 0xffff);
        for (int i = 0; i < 8; ++i) {
          const int k = order == simd::MatchOrder::kFirstColumnFirst ? i : 7 - i;
          for (size_t at = 0; at < row.size() && index[k] == 0xffff; ++at) {
            if (taken[at] || row[at] != columns[k]) continue;
            index[k] = static_cast<uint32_t>(at);
            taken[at] = true;
          }
        }
        for (size_t at = 0; at < row.size(); ++at) row[at] = taken[at] ? -123 : row[at];
        for (float value : row) expected.push_back(reference::Encode(dtype, value));
        indices.insert(indices.end(), index.begin(), index.end());
      }
      const ChipMemory before = target, before_found = found;
      simd::Match8Tile({data, vals, order, &positions, &replaced, -123.0f}, {});
      ASSERT_EQ(reference::Difference(before, target, replaced, expected), "");
      ASSERT_EQ(reference::Difference(before_found, found, positions, indices), "");
    }
  });
}

// The recurrence of moments.h, one element at a time.
std::vector<float> Moments(const std::vector<float>& row, size_t first) {
  float count = 0, mean = 0, sum = 0;
  for (size_t i = first; i < row.size(); i += 2) {
    count += 1;
    const float reciprocal = 1 / count, deviation = row[i] - mean, step = deviation * reciprocal;
    mean = mean + step;
    const float after = row[i] - mean, square = deviation * after;
    sum = sum + square;
  }
  return {count, mean, sum};
}

TEST(MomentsTile, EvenAndOddElementsInOrder) {
  ForEach([](const Shape& shape, Dtype dtype) {
    ChipMemory source(1000), target(1000, 2);
    const Tile data =
        source.MakeTile(dtype, shape.data_partition, shape.partitions, shape.offset, shape.data);
    const Tile dst = Results(target, shape, Dtype::kFloat32, 6);
    source.FillNumbers(data, 5);
    std::vector<uint32_t> expected;
    for (int p = 0; p < shape.partitions; ++p) {
      for (size_t first : {0, 1}) {
        for (float value : Moments(Row(source, data, p), first)) {
          expected.push_back(std::bit_cast<uint32_t>(value));
        }
      }
    }
    const ChipMemory before = target;
    simd::MomentsTile(data, dst, {});
    ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
  });
}

TEST(JoinMomentsTile, TriplesInOrder) {
  for (const int64_t triples : {1, 2, 21, 22, 50}) {
    for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16}) {
      ForEachTarget([&] {
        ChipMemory source(1000), target(100, 2);
        const Tile data = source.MakeTile(dtype, 0, 100, 1, {{1, 3 * triples}});
        const Tile dst = target.MakeTile(Dtype::kFloat32, 0, 100, 3, {{4, 2}});
        source.FillNumbers(data, 5);
        std::vector<uint32_t> expected;
        for (int p = 0; p < 100; ++p) {
          const std::vector<float> row = Row(source, data, p);
          float count = 0, mean = 0, sum = 0;
          for (size_t i = 0; i < row.size(); i += 3) {
            const float total = count + row[i], apart = row[i + 1] - mean;
            const float share = row[i] == 0 ? 0 : row[i] / total;
            const float weight = count * share, weighted = apart * weight, between = weighted * apart;
            const float both = row[i + 2] + between, step = apart * share;
            sum = sum + both;
            mean = mean + step;
            count = total;
          }
          for (float value : {mean, sum / count}) expected.push_back(std::bit_cast<uint32_t>(value));
        }
        const ChipMemory before = target;
        simd::JoinMomentsTile(data, dst, {});
        ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
      });
    }
  }
}

}  // namespace
}  // namespace nki
