#include "isa/simd/activation.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"
#include "tests/reference/tolerance.h"

namespace nki {
namespace {

using reference::ChipMemory;

std::vector<float> Inputs(ActivationOp op) {
  std::vector<float> inputs{0.0f,    -0.0f, INFINITY, -INFINITY, NAN,  1e-40f,
                            -1e-40f, 3e38f, -3e38f,   0x1p-149f, 9.0f, -9.0f};
  for (int i = -4000; i <= 4000; ++i) {
    inputs.push_back(static_cast<float>(i) * 0.0011f);                                 // dense around zero
    inputs.push_back(static_cast<float>(i) * 0.0273f + 1e-5f);                         // to the ends of exp
    inputs.push_back(std::ldexp(1.0f + static_cast<float>(i + 4000) / 8001, i / 32));  // all magnitudes
    inputs.push_back(-inputs.back());
  }
  const float lowest = RowOf(op).lowest, highest = RowOf(op).highest;
  for (float fraction = 0; fraction < 1 && lowest != -kAny; fraction += 0.001f)
    inputs.push_back(lowest + (highest - lowest) * fraction);
  while (inputs.size() % 16 != 0) inputs.push_back(1.0f);
  return inputs;
}

// Applies the function to 16 partitions of inputs; element i of partition p is input 16 i + p.
std::vector<float> Apply(ActivationOp op, const std::vector<float>& inputs) {
  const int64_t columns = static_cast<int64_t>(inputs.size() / 16);
  ChipMemory memory(8 * columns);
  const Tile data = memory.MakeTile(Dtype::kFloat32, 0, 16, 0, {{1, columns}});
  const Tile dst = memory.MakeTile(Dtype::kFloat32, 0, 16, columns, {{1, columns}});
  for (size_t i = 0; i < inputs.size(); ++i) {
    memory.SetBits(Dtype::kFloat32, static_cast<int>(i % 16), static_cast<int64_t>(i / 16),
                   std::bit_cast<uint32_t>(inputs[i]));
  }
  simd::ScalarOperand scale, bias;
  scale.value = 1;
  bias.value = -0.0f;  // keeps -0
  simd::ActivationTile(op, data, scale, bias, dst, {}, {});
  std::vector<float> results;
  for (size_t i = 0; i < inputs.size(); ++i) {
    results.push_back(
        memory.Value(Dtype::kFloat32, static_cast<int>(i % 16), columns + static_cast<int64_t>(i / 16)));
  }
  return results;
}

TEST(ActivationTile, EveryFunctionIsWithinItsBound) {
  for (int k = 0; k < kActivationOpCount; ++k) {
    const ActivationOp op = static_cast<ActivationOp>(k);
    const std::vector<float> inputs = Inputs(op);
    ForEachTarget([&] {
      const std::vector<float> results = Apply(op, inputs);
      double worst = 0;
      float worst_input = 0;
      for (size_t i = 0; i < inputs.size(); ++i) {
        const double expected = reference::Activation(op, inputs[i]);
        const bool near =
            std::fabs(results[i] - expected) <= reference::AllowedError(op, inputs[i], expected);
        const double error = reference::UlpError(results[i], expected) - reference::AllowedUlp(op, inputs[i]);
        if (error > worst && !near) {
          worst = error;
          worst_input = inputs[i];
        }
      }
      EXPECT_EQ(worst, 0) << Name(op) << "(" << worst_input << "), units beyond what is allowed for "
                          << reference::ToleranceOf(op).reason;
    });
  }
}

TEST(ActivationTile, BothTargetsGiveTheSameBits) {
  for (int k = 0; k < kActivationOpCount; ++k) {
    const ActivationOp op = static_cast<ActivationOp>(k);
    const std::vector<float> inputs = Inputs(op);
    std::vector<std::vector<float>> results;
    ForEachTarget([&] { results.push_back(Apply(op, inputs)); });
    for (const std::vector<float>& other : results) {
      for (size_t i = 0; i < inputs.size(); ++i) {
        const bool both_nan = std::isnan(other[i]) && std::isnan(results[0][i]);
        ASSERT_TRUE(both_nan || std::bit_cast<uint32_t>(other[i]) == std::bit_cast<uint32_t>(results[0][i]))
            << Name(op) << "(" << inputs[i] << ")";
      }
    }
  }
}

TEST(ActivationTile, SineGoesOnAsTheDevicesCubic) {
  const std::vector<float> results = Apply(ActivationOp::kSin, std::vector<float>(16, 9.0f));
  EXPECT_NEAR(results[0], 27.65, 0.005);  // nki.api.shared, NKI 0.6
}

struct Shape {
  int partitions;
  int data_partition;
  int dst_partition;
  int64_t offset;
  std::vector<Dim> data;
  std::vector<Dim> dst;
};

const Shape kShapes[] = {
    {128, 0, 0, 0, {{1, 130}}, {{1, 130}}},
    {1, 32, 96, 1, {{2, 5}}, {{1, 5}}},
    {17, 64, 32, 3, {{1, 65}}, {{3, 65}}},
    {100, 0, 0, 0, {{9, 7}, {1, 9}}, {{1, 7}, {7, 9}}},
    {32, 96, 0, 2, {}, {}},
};

// relu(data * scale + bias): the product and sum are fused, all else is exact, so that every bit is known.
TEST(ActivationTile, ScaleBiasRowSumAndDtypes) {
  for (const Dtype from : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt8}) {
    for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kFloat8E5m2}) {
      for (const Shape& shape : kShapes) {
        SCOPED_TRACE(std::string(Name(from)) + " -> " + std::string(Name(to)) + " " +
                     std::to_string(shape.partitions));
        ForEachTarget([&] {
          ChipMemory source(1000), target(1000, 2);
          const Tile data =
              source.MakeTile(from, shape.data_partition, shape.partitions, shape.offset, shape.data);
          const Tile dst =
              target.MakeTile(to, shape.dst_partition, shape.partitions, shape.offset, shape.dst);
          source.FillNumbers(data, 5);
          simd::ScalarOperand scale, bias;
          scale.value = 0.7f;
          bias.is_column = true;
          bias.column = source.MakeTile(Dtype::kFloat16, shape.data_partition, shape.partitions, 450, {});
          source.FillNumbers(bias.column, 6);
          std::vector<float> sums(128, 0.25f);
          std::vector<float> expected_sums = sums;
          std::vector<uint32_t> expected;
          for (int p = 0; p < shape.partitions; ++p) {
            const float b = source.Value(Dtype::kFloat16, data.partition + p, 450);
            for (const int64_t offset : reference::FreeOffsets(data)) {
              const float x = std::fma(source.Value(from, data.partition + p, offset), 0.7f, b);
              const float y = static_cast<float>(reference::Activation(ActivationOp::kRelu, x));
              expected.push_back(reference::Encode(to, y));
              expected_sums[static_cast<size_t>(dst.partition + p)] += y;
            }
          }
          const ChipMemory before = target;
          simd::ActivationTile(ActivationOp::kRelu, data, scale, bias, dst, {AluOp::kAdd, sums.data()}, {});
          ASSERT_EQ(reference::Difference(before, target, dst, expected), "");
          for (size_t p = 0; p < 128; ++p) {
            ASSERT_TRUE(sums[p] == expected_sums[p] || (std::isnan(sums[p]) && std::isnan(expected_sums[p])))
                << p;
          }
        });
      }
    }
  }
}

TEST(ActivationTile, SplitByBlocksGivesTheSameBits) {
  ChipMemory whole(800);
  const Tile tile = whole.MakeTile(Dtype::kFloat32, 0, 100, 0, {{1, 180}});
  whole.FillNumbers(tile, 4);
  ChipMemory parts = whole;
  simd::ScalarOperand one, zero;
  one.value = 1;
  std::vector<float> sums(128), sums_of_parts(128);
  simd::ActivationTile(ActivationOp::kGelu, tile, one, zero, tile, {AluOp::kAdd, sums.data()}, {});
  const Tile split = parts.MakeTile(Dtype::kFloat32, 0, 100, 0, {{1, 180}});
  for (const BlockRange blocks : {BlockRange{4, 8}, BlockRange{0, 4}}) {
    simd::ActivationTile(ActivationOp::kGelu, split, one, zero, split, {AluOp::kAdd, sums_of_parts.data()},
                         blocks);
  }
  EXPECT_TRUE(whole == parts);
  for (size_t p = 0; p < 128; ++p)
    EXPECT_EQ(std::bit_cast<uint32_t>(sums[p]), std::bit_cast<uint32_t>(sums_of_parts[p]));
}

}  // namespace
}  // namespace nki
