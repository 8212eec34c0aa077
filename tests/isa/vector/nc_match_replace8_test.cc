#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class NcMatchReplace8InstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_match_replace8";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 40})},
            {"data", b.Sbuf({32, 40})},
            {"vals", b.Sbuf({32, 8})},
            {"imm", -1.0},
            {"dst_idx", b.Sbuf({32, 8}, Dtype::kUint32)}};
  }

  // Column 7 first, the first occurrence that no other column has taken.
  void ExpectReplaced(const View& dst, const std::vector<double>& data, const std::vector<double>& vals,
                      double imm, const std::optional<View>& dst_idx) {
    const int64_t n = dst.free_elements();
    const std::vector<double> got = Values(dst);
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      std::vector<bool> taken(n);
      std::vector<double> row(data.begin() + p * n, data.begin() + (p + 1) * n), found(8, 4294967295.0);
      for (int k = 7; k >= 0; --k) {
        for (int64_t i = 0; i < n; ++i) {
          if (taken[i] || data[p * n + i] != vals[p * 8 + k]) continue;
          taken[i] = true;
          row[i] = imm;
          found[k] = static_cast<double>(i);
          break;
        }
      }
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(got[p * n + i], Rounded(dst.dtype, row[i])) << p << " " << i;
      if (!dst_idx) continue;
      const std::vector<double> positions = Values(*dst_idx);
      for (int k = 0; k < 8; ++k) ASSERT_EQ(positions[p * 8 + k], found[k]) << p << " column " << k;
    }
  }
  const View& FillFew(const View& view, int64_t count) {
    return Fill(view, [=](int64_t i) { return static_cast<double>((i * i + i / 7) % count); });
  }
};

TEST_F(NcMatchReplace8InstructionTest, AllDtypesAndShapes) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16,   Dtype::kInt32,   Dtype::kUint16,
                          Dtype::kInt8,    Dtype::kFloat8E5m2, Dtype::kFloat16, Dtype::kUint32};
  const Shape shapes[] = {{128, 8}, {1, 9}, {17, 300}, {100, 5, 13}};
  for (Dtype dtype : dtypes) {
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(std::string(Name(dtype)) + ToString(shape));
      const View data = FillFew(shape[1] == 9 ? b.Psum(shape, dtype) : b.Sbuf(shape, dtype), 11);
      const View vals = FillFew(b.Sbuf({shape[0], 2, 4}), 16);
      const View dst = shape[1] == 300 ? b.Sbuf(shape, Dtype::kFloat16) : b.Sbuf(shape, dtype);
      const View positions = b.Psum({shape[0], 8}, Dtype::kUint32);
      Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}, {"imm", -2.0}, {"dst_idx", positions}});
      ExpectReplaced(dst, Values(data), Values(vals), -2, positions);
    }
  }
}

TEST_F(NcMatchReplace8InstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillFew(b.Sbuf({64, 12, 10}), 90), some = FillFew(b.Sbuf({64, 3, 16}), 90);
  const View out = b.Sbuf({64, 200}, Dtype::kBfloat16), vals = some.Slice(1, 1, 2, 1).Slice(2, 0, 16, 2);
  const int order[] = {0, 2, 1};
  for (const View& data : {storage.Permute(order), storage.Slice(1, 1, 12, 3), storage.Slice(2, 3, 4, 1),
                           storage.Slice(2, 0, 1, 1).Broadcast(2, 5)}) {
    const View dst = out.Slice(1, 5, 5 + data.free_elements(), 1);
    Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}, {"imm", 0.5}});
    ExpectReplaced(dst, Values(data), Values(vals), 0.5, {});
  }
}

// R18: the columns are handled from 7 to 0. The example is nki.isa.nc_match_replace8's.
TEST_F(NcMatchReplace8InstructionTest, R18TheLastColumnTakesTheFirstOccurrence) {
  const View data = b.Sbuf({1, 11}), vals = b.Sbuf({1, 8}), dst = b.Sbuf({1, 11});
  const View positions = b.Sbuf({1, 8}, Dtype::kUint16);
  Fill(data, [](int64_t i) { return static_cast<double>(i < 4 ? i + 1 : 8); });
  Fill(vals, [](int64_t i) { return i == 0 ? 3.0 : 8.0; });
  const double least = -std::numeric_limits<double>::infinity();
  Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}, {"imm", least}, {"dst_idx", positions}});
  EXPECT_THAT(Values(positions), ElementsAre(2, 10, 9, 8, 7, 6, 5, 4));
  EXPECT_THAT(Values(dst), ElementsAre(1, 2, least, 4, least, least, least, least, least, least, least));
}

TEST_F(NcMatchReplace8InstructionTest, AbsentValuesAndAReplacementThatIsWanted) {
  const View data = b.Sbuf({1, 8}), vals = b.Sbuf({1, 8}), dst = b.Sbuf({1, 8});
  const View positions = b.Sbuf({1, 8}, Dtype::kUint16);
  const double row[] = {5, 6, std::nan(""), -0.0, 5, 7, 7, 1}, wanted[] = {4, std::nan(""), 0, 5, 2, 2, 2, 7};
  Fill(data, [&](int64_t i) { return row[i]; });
  Fill(vals, [&](int64_t i) { return wanted[i]; });
  Run(name, {{"dst", dst}, {"data", data}, {"vals", vals}, {"imm", 4.0}, {"dst_idx", positions}});
  EXPECT_THAT(Values(dst), ElementsAre(4, 6, ::testing::IsNan(), 4, 5, 4, 7, 1));
  EXPECT_THAT(Values(positions), ElementsAre(65535, 65535, 3, 0, 65535, 65535, 65535, 5));
}

TEST_F(NcMatchReplace8InstructionTest, WorksInPlace) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16};
  for (Dtype dtype : dtypes) {
    const View tile = FillFew(b.Sbuf({90, 150}, dtype), 60), vals = FillFew(b.Sbuf({90, 8}, dtype), 70);
    const View positions = b.Sbuf({90, 8}, Dtype::kUint32);
    const std::vector<double> before = Values(tile);
    Run(name, {{"dst", tile}, {"data", tile}, {"vals", vals}, {"imm", -1.0}, {"dst_idx", positions}});
    ExpectReplaced(tile, before, Values(vals), -1, positions);
  }
}

TEST_F(NcMatchReplace8InstructionTest, Rules) {
  for (const char* field : {"dst", "data", "vals", "dst_idx"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    if (field != std::string("dst_idx")) ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"vals", b.Sbuf({16, 8})}})),
              ElementsAre("nc_match_replace8: vals has 16 partitions and dst has 32; they must have the same "
                          "number [same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 39})}})),
              ElementsAre("nc_match_replace8: data has 40 elements per partition and dst has 39; they must "
                          "have the same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 7})}, {"dst", b.Sbuf({32, 7})}})),
              ElementsAre("nc_match_replace8: data has 7 elements per partition; it must have 8 to 16384 "
                          "[free-between]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 2, 2, 10})}})),
              ElementsAre("nc_match_replace8: data has 4 axes; it may have at most 3 [rank-at-most]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"vals", b.Sbuf({32, 9})}})),
      ElementsAre("nc_match_replace8: vals has 9 elements per partition; it must have 8 [free-exactly]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst_idx", b.Sbuf({32, 8})}})),
              ElementsAre("nc_match_replace8: dst_idx is float32; allowed are uint16, uint32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"imm", b.Sbuf({32, 1})}})),
              ElementsAre("nc_match_replace8: imm is a tensor; it must be a number [constant]"));
}

}  // namespace
}  // namespace nki
