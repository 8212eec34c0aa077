#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class NcFindIndex8InstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_find_index8";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8}, Dtype::kUint32)}, {"data", b.Sbuf({32, 40})}, {"vals", b.Sbuf({32, 8})}};
  }

  // Column after column, the first occurrence that no lower column has taken.
  static std::vector<double> Search(const double* data, int64_t n, const double* vals, double absent) {
    std::vector<bool> taken(n);
    std::vector<double> found(8, absent);
    for (int k = 0; k < 8; ++k) {
      for (int64_t i = 0; i < n; ++i) {
        if (taken[i] || data[i] != vals[k]) continue;
        found[k] = static_cast<double>(i);
        taken[i] = true;
        break;
      }
    }
    return found;
  }
  void ExpectFound(const View& dst, const View& data, const View& vals) {
    const double absent = dst.dtype == Dtype::kUint16 ? 65535.0 : 4294967295.0;
    const std::vector<double> got = Values(dst), x = Values(data), wanted = Values(vals);
    const int64_t n = data.free_elements();
    for (int64_t p = 0; p < data.partitions(); ++p) {
      const std::vector<double> row(got.begin() + p * 8, got.begin() + p * 8 + 8);
      ASSERT_EQ(row, Search(&x[p * n], n, &wanted[p * 8], absent)) << "partition " << p;
    }
  }
  // Values 0 to `count` - 1, in another order in every partition.
  const View& FillFew(const View& view, int64_t count) {
    return Fill(view, [=](int64_t i) { return static_cast<double>((i * i + i / 7) % count); });
  }
};

TEST_F(NcFindIndex8InstructionTest, AllDtypesAndShapes) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16,   Dtype::kInt32,   Dtype::kUint16,
                          Dtype::kInt8,    Dtype::kFloat8E5m2, Dtype::kFloat16, Dtype::kUint32};
  const Shape shapes[] = {{128, 8}, {1, 9}, {17, 300}, {100, 5, 13}};
  for (Dtype dtype : dtypes) {
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(std::string(Name(dtype)) + ToString(shape));
      const View data = FillFew(shape[1] == 9 ? b.Psum(shape, dtype) : b.Sbuf(shape, dtype), 11);
      const View vals = FillFew(b.Sbuf({shape[0], 2, 4}), 16);
      const View dst =
          shape[1] == 9 ? b.Psum({shape[0], 8}, Dtype::kUint32) : b.Sbuf({shape[0], 8}, Dtype::kUint16);
      Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}});
      ExpectFound(dst, data, vals);
    }
  }
}

TEST_F(NcFindIndex8InstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillFew(b.Sbuf({64, 12, 10}), 90), some = FillFew(b.Sbuf({64, 3, 16}), 90);
  const View out = b.Sbuf({64, 20}, Dtype::kUint16);
  const View dst = out.Slice(1, 3, 19, 2), vals = some.Slice(1, 1, 2, 1).Slice(2, 0, 16, 2);
  const int order[] = {0, 2, 1};
  for (const View& data : {storage.Permute(order), storage.Slice(1, 1, 12, 3), storage.Slice(2, 3, 4, 1),
                           storage.Slice(2, 0, 1, 1).Broadcast(2, 5)}) {
    Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}});
    ExpectFound(dst, data, vals);
  }
  // One value for all eight columns: its first eight occurrences.
  const View repeated = some.Slice(1, 0, 1, 1).Slice(2, 5, 6, 1).Broadcast(2, 8);
  Run(name, {{"dst", dst}, {"data", storage.Slice(1, 0, 5, 1)}, {"vals", repeated}});
  ExpectFound(dst, storage.Slice(1, 0, 5, 1), repeated);
}

// R19: an absent value gives all ones; equal values advance to the next occurrence.
TEST_F(NcFindIndex8InstructionTest, R19AbsentAndEqualValues) {
  const View data = b.Sbuf({1, 11}), vals = b.Sbuf({1, 8}), dst = b.Sbuf({1, 8}, Dtype::kUint32);
  const double row[] = {1, 8, 2, 8, 3, 8, std::nan(""), -0.0, 9, 9, 4}, wanted[] = {8, 9, 8, 7, 8, 8, 0, 9};
  Fill(data, [&](int64_t i) { return row[i]; });
  Fill(vals, [&](int64_t i) { return wanted[i]; });
  const double none = 4294967295.0;
  Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}});
  EXPECT_THAT(Values(dst), ElementsAre(1, 8, 3, none, 5, none, 7, 9));
  Fill(vals, [&](int64_t i) { return i == 0 ? std::nan("") : 4; });
  Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}});
  EXPECT_THAT(Values(dst), ElementsAre(none, 10, none, none, none, none, none, none));
}

TEST_F(NcFindIndex8InstructionTest, PositionsMayReplaceTheValues) {
  const View data = FillFew(b.Sbuf({20, 50}), 30), tile = FillFew(b.Sbuf({20, 8}, Dtype::kUint32), 30);
  const View before = b.Sbuf({20, 8});
  const std::vector<double> wanted = Values(tile);
  Fill(before, [&](int64_t i) { return wanted[i]; });
  Run(name, {{"dst", tile}, {"data", data}, {"vals", tile}});
  ExpectFound(tile, data, before);
}

TEST_F(NcFindIndex8InstructionTest, Rules) {
  for (const char* field : {"dst", "data", "vals"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    if (field != std::string("dst")) ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"vals", b.Sbuf({16, 8})}})),
              ElementsAre("nc_find_index8: vals has 16 partitions and dst has 32; they must have the same "
                          "number [same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 8}, Dtype::kInt32)}})),
              ElementsAre("nc_find_index8: dst is int32; allowed are uint16, uint32 [dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"vals", b.Sbuf({32, 9})}})),
      ElementsAre("nc_find_index8: vals has 9 elements per partition; it must have 8 [free-exactly]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 7})}})),
              ElementsAre("nc_find_index8: data has 7 elements per partition; it must have 8 to 16384 "
                          "[free-between]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 2, 2, 10})}})),
              ElementsAre("nc_find_index8: data has 4 axes; it may have at most 3 [rank-at-most]"));
}

}  // namespace
}  // namespace nki
