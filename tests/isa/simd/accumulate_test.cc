#include "isa/simd/accumulate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

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
  std::vector<Dim> dst;
};

const Shape kShapes[] = {
    {128, 0, 0, 0, {{1, 200}}, {{1, 200}}},         {1, 96, 32, 1, {{1, 7}}, {{2, 7}}},
    {17, 32, 64, 3, {{5, 20}, {1, 5}}, {{1, 100}}}, {32, 64, 0, 2, {{1, 9}, {9, 11}}, {{11, 9}, {1, 11}}},
    {100, 0, 0, 0, {{0, 70}}, {{1, 70}}},
};

// What becomes of element i of partition p, given what the partition has become so far.
using Element = std::function<float(int p, int64_t i, float carried)>;

float Alu(AluOp op, float a, float b) { return static_cast<float>(reference::Alu(op, a, b)); }

// Expects dst to hold what `element` says, one element after the other from `start` on, and nothing else to
// have changed. Returns what each partition has come to.
std::vector<float> ExpectCarried(const ChipMemory& before, const ChipMemory& after, const Tile& dst,
                                 float start, const Element& element) {
  std::vector<uint32_t> expected;
  std::vector<float> last;
  for (int p = 0; p < dst.partitions; ++p) {
    float carried = start;
    for (int64_t i = 0; i < dst.free_elements(); ++i) {
      carried = element(p, i, carried);
      expected.push_back(reference::Encode(dst.dtype, carried));
    }
    last.push_back(carried);
  }
  EXPECT_EQ(reference::Difference(before, after, dst, expected), "");
  return last;
}

void ExpectRegisters(const std::vector<float>& registers, const Tile& dst, const std::vector<float>& wanted) {
  for (int p = 0; p < 128; ++p) {
    const bool inside = p >= dst.partition && p < dst.partition + dst.partitions;
    const float value = inside ? wanted[static_cast<size_t>(p - dst.partition)] : 0.25f;
    const float got = registers[static_cast<size_t>(p)];
    ASSERT_TRUE(got == value || (std::isnan(got) && std::isnan(value)))
        << p << ": " << got << ", not " << value;
  }
}

class AccumulateTest : public ::testing::TestWithParam<Dtype> {
 protected:
  // Calls body(shape, source, target, data, dst) for every shape on every target.
  template <class Body>
  void ForEachShape(Body body) {
    for (const Shape& shape : kShapes) {
      ForEachTarget([&] {
        ChipMemory source(2400), target(1600, 2);
        const Tile data =
            source.MakeTile(GetParam(), shape.data_partition, shape.partitions, shape.offset, shape.data);
        const Tile dst =
            target.MakeTile(Dtype::kBfloat16, shape.dst_partition, shape.partitions, shape.offset, shape.dst);
        source.FillNumbers(data, 5);
        body(source, target, data, dst);
      });
    }
  }
};

TEST_P(AccumulateTest, ScalarReduce) {
  for (const AluOp op :
       {AluOp::kAdd, AluOp::kMultiply, AluOp::kMaximum, AluOp::kMinimum, AluOp::kAbsMax, AluOp::kAbsMin}) {
    ForEachShape([&](ChipMemory& source, ChipMemory& target, const Tile& data, const Tile& dst) {
      std::vector<float> registers(128, 0.25f), wanted(128, 0.25f);
      const ChipMemory before = target;
      simd::ScalarOperand half;
      half.value = 0.5f;
      simd::ScalarReduceTile(data, {AluOp::kSubtract, half, true}, dst, {op, registers.data()}, {});
      const std::vector<int64_t> offsets = reference::FreeOffsets(data);
      ExpectCarried(before, target, dst, 0, [&](int p, int64_t i, float) {
        const float x = source.Value(data.dtype, data.partition + p, offsets[static_cast<size_t>(i)]);
        float& total = wanted[static_cast<size_t>(p)];
        total = Alu(op, total, 0.5f - x);
        return 0.5f - x;
      });
      ExpectRegisters(registers, dst, wanted);
    });
  }
}

TEST_P(AccumulateTest, Cumulative) {
  for (const AluOp op : {AluOp::kAdd, AluOp::kSubtract, AluOp::kMultiply, AluOp::kMaximum, AluOp::kMinimum}) {
    ForEachShape([&](ChipMemory& source, ChipMemory& target, const Tile& data, const Tile& dst) {
      std::vector<float> registers(128, 0.25f);
      const ChipMemory before = target;
      simd::ScalarOperand half;
      half.value = 0.5f;
      simd::CumulativeTile(data, {AluOp::kMultiply, half}, dst, {op, registers.data()}, {});
      const std::vector<int64_t> offsets = reference::FreeOffsets(data);
      const std::vector<float> last =
          ExpectCarried(before, target, dst, 0.25f, [&](int p, int64_t i, float carried) {
            const float x = source.Value(data.dtype, data.partition + p, offsets[static_cast<size_t>(i)]);
            return Alu(op, x * 0.5f, carried);
          });
      ExpectRegisters(registers, dst, last);
    });
  }
}

TEST_P(AccumulateTest, Scan) {
  const simd::ScanSteps kSteps[] = {{AluOp::kMultiply, AluOp::kAdd},
                                    {AluOp::kSubtract, AluOp::kMaximum, true, false},
                                    {AluOp::kMinimum, AluOp::kSubtract, false, true},
                                    {AluOp::kMaximum, AluOp::kLess, true, true},
                                    {AluOp::kDivide, AluOp::kAdd, true, false}};
  for (const simd::ScanSteps& steps : kSteps) {
    ForEachShape([&](ChipMemory& source, ChipMemory& target, const Tile& data, const Tile& dst) {
      const Tile other =
          source.MakeTile(Dtype::kFloat32, data.partition, data.partitions, 300, {{1, dst.free_elements()}});
      source.FillNumbers(other, 6);
      const ChipMemory before = target;
      simd::ScalarOperand one;
      one.value = 1;
      simd::ScanTile(data, other, one, steps, dst, {});
      const std::vector<int64_t> offsets = reference::FreeOffsets(data);
      ExpectCarried(before, target, dst, 1, [&](int p, int64_t i, float state) {
        const float x = source.Value(data.dtype, data.partition + p, offsets[static_cast<size_t>(i)]);
        const float y = source.Value(Dtype::kFloat32, data.partition + p, 300 + i);
        const float middle = steps.reverse0 ? Alu(steps.op0, state, x) : Alu(steps.op0, x, state);
        return steps.reverse1 ? Alu(steps.op1, y, middle) : Alu(steps.op1, middle, y);
      });
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, AccumulateTest,
                         ::testing::Values(Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8, Dtype::kUint16));

}  // namespace
}  // namespace nki
