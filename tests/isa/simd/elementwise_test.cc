#include "isa/simd/elementwise.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "memory/error.h"
#include "tests/isa/simd/each_target.h"
#include "tests/reference/compare.h"

namespace nki {
namespace {

using reference::ChipMemory;

std::vector<AluOp> OpsOf(AluClass op_class) {
  std::vector<AluOp> ops;
  for (int i = 0; i < kAluOpCount; ++i) {
    if (kAluOpRows[i].op_class == op_class) ops.push_back(static_cast<AluOp>(i));
  }
  return ops;
}

float Rounded(AluOp op, float a, float b) { return static_cast<float>(reference::Alu(op, a, b)); }

// Both targets and the reference compute pow by different means: a float32 may be the neighbour. All else is
// exact.
bool IsExact(AluOp op) { return op != AluOp::kPower; }

struct Shape {
  int partitions;
  int a_partition;
  int b_partition;
  int dst_partition;
  int64_t offset;
  std::vector<Dim> a;
  std::vector<Dim> b;
  std::vector<Dim> dst;
};

const Shape kShapes[] = {
    {128, 0, 0, 0, 0, {{1, 70}}, {{1, 70}}, {{1, 70}}},
    {1, 32, 64, 96, 1, {{1, 3}}, {{2, 3}}, {{1, 3}}},
    {17, 64, 0, 32, 3, {{1, 65}}, {{0, 65}}, {{1, 65}}},
    {32, 96, 96, 0, 2, {{9, 7}, {1, 9}}, {{1, 7}, {7, 9}}, {{1, 63}}},
    {100, 0, 0, 0, 5, {{1, 16}}, {{1, 4}, {0, 4}}, {{3, 4}, {20, 4}}},
    {64, 64, 0, 64, 0, {}, {}, {}},
};

// Runs body(partition, offset of a, offset of b) for every element in order.
template <class Body>
std::vector<uint32_t> Expect(const Tile& a, const Tile& b, Body body) {
  std::vector<uint32_t> expected;
  const std::vector<int64_t> offsets_a = reference::FreeOffsets(a), offsets_b = reference::FreeOffsets(b);
  for (int p = 0; p < a.partitions; ++p) {
    for (size_t i = 0; i < offsets_a.size(); ++i) expected.push_back(body(p, offsets_a[i], offsets_b[i]));
  }
  return expected;
}

struct Operands {
  Operands(const Shape& shape, Dtype from_a, Dtype from_b, Dtype to)
      : a_memory(1000, 1), b_memory(1000, 2), dst_memory(1000, 3) {
    a = a_memory.MakeTile(from_a, shape.a_partition, shape.partitions, shape.offset, shape.a);
    b = b_memory.MakeTile(from_b, shape.b_partition, shape.partitions, shape.offset, shape.b);
    dst = dst_memory.MakeTile(to, shape.dst_partition, shape.partitions, shape.offset, shape.dst);
    a_memory.FillNumbers(a, 4);
    b_memory.FillNumbers(b, 5);
  }
  float A(int p, int64_t offset) const { return a_memory.Value(a.dtype, a.partition + p, offset); }
  float B(int p, int64_t offset) const { return b_memory.Value(b.dtype, b.partition + p, offset); }
  uint32_t BitsA(int p, int64_t offset) const { return a_memory.Bits(a.dtype, a.partition + p, offset); }
  uint32_t BitsB(int p, int64_t offset) const { return b_memory.Bits(b.dtype, b.partition + p, offset); }
  ChipMemory a_memory, b_memory, dst_memory;
  Tile a, b, dst;
};

TEST(BinaryTile, EveryOperatorOnEveryShape) {
  for (const AluOp op : OpsOf(AluClass::kArithmetic)) {
    if (!IsExact(op)) continue;
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(std::string(Name(op)) + " on " + std::to_string(shape.partitions) + " partitions");
      ForEachTarget([&] {
        Operands t(shape, Dtype::kFloat32, Dtype::kFloat32, Dtype::kFloat32);
        const ChipMemory before = t.dst_memory;
        simd::BinaryTile(op, t.a, t.b, t.dst, false, {});
        const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
          return std::bit_cast<uint32_t>(Rounded(op, t.A(p, i), t.B(p, j)));
        });
        ASSERT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
      });
    }
  }
}

TEST(BinaryTile, EveryDtypeOnBothSides) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const Dtype dtype = static_cast<Dtype>(i);
    if (IsPacked(dtype)) continue;
    for (const Dtype other : {Dtype::kBfloat16, Dtype::kInt32, Dtype::kUint8, dtype}) {
      for (const Shape& shape : kShapes) {
        SCOPED_TRACE(std::string(Name(dtype)) + ", " + std::string(Name(other)));
        ForEachTarget([&] {
          Operands t(shape, dtype, other, dtype);
          const ChipMemory before = t.dst_memory;
          simd::BinaryTile(AluOp::kSubtract, t.a, t.b, t.dst, false, {});
          const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
            return reference::Encode(dtype, Rounded(AluOp::kSubtract, t.A(p, i), t.B(p, j)));
          });
          ASSERT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
        });
      }
    }
  }
}

TEST(BinaryTile, BitwiseOperatorsWorkOnBits) {
  for (const AluOp op : OpsOf(AluClass::kBitwise)) {
    for (const Dtype dtype : {Dtype::kInt8, Dtype::kUint16, Dtype::kInt32, Dtype::kUint32}) {
      for (const Shape& shape : kShapes) {
        SCOPED_TRACE(std::string(Name(op)) + " " + std::string(Name(dtype)));
        ForEachTarget([&] {
          Operands t(shape, dtype, Dtype::kUint8, dtype);
          for (int p = t.b.partition; p < t.b.partition + t.b.partitions;
               ++p) {  // shifts below, at and above the width
            for (const int64_t offset : reference::FreeOffsets(t.b)) {
              t.b_memory.SetBits(Dtype::kUint8, p, offset, t.b_memory.Bits(Dtype::kUint8, p, offset) % 40);
            }
          }
          const ChipMemory before = t.dst_memory;
          simd::BinaryTile(op, t.a, t.b, t.dst, false, {});
          const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(dtype));
          const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
            return reference::BitwiseAlu(op, t.BitsA(p, i), t.BitsB(p, j)) & mask;
          });
          ASSERT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
        });
      }
    }
  }
}

TEST(BinaryTile, ExactIntegersWrapAround) {
  for (const AluOp op : OpsOf(AluClass::kArithmetic)) {
    if (op == AluOp::kDivide || op == AluOp::kFmod || op == AluOp::kMod || op == AluOp::kPower ||
        op == AluOp::kReciprocal || op == AluOp::kRsqrt)
      continue;
    for (const Dtype dtype : {Dtype::kInt32, Dtype::kUint32}) {
      for (const Shape& shape : kShapes) {
        SCOPED_TRACE(std::string(Name(op)) + " " + std::string(Name(dtype)));
        ForEachTarget([&] {
          Operands t(shape, dtype, dtype, dtype);
          const ChipMemory before = t.dst_memory;
          simd::BinaryTile(op, t.a, t.b, t.dst, true, {});
          const auto number = [&](uint32_t bits) -> int64_t {
            return dtype == Dtype::kInt32 ? int64_t{static_cast<int32_t>(bits)} : int64_t{bits};
          };
          const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
            return static_cast<uint32_t>(
                reference::IntegerAlu(op, number(t.BitsA(p, i)), number(t.BitsB(p, j))));
          });
          ASSERT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
        });
      }
    }
  }
}

// Its magnitude, 2^31, is larger than that of every other int32.
TEST(BinaryTile, MagnitudeOfTheSmallestInteger) {
  const int32_t smallest = std::numeric_limits<int32_t>::min();
  ForEachTarget([&] {
    for (const AluOp op : {AluOp::kAbsMax, AluOp::kAbsMin}) {
      Operands t(kShapes[0], Dtype::kInt32, Dtype::kInt32, Dtype::kInt32);
      const int64_t first = reference::FreeOffsets(t.a)[0];
      t.a_memory.SetBits(Dtype::kInt32, t.a.partition, first, static_cast<uint32_t>(smallest));
      t.b_memory.SetBits(Dtype::kInt32, t.b.partition, first, 7);
      simd::BinaryTile(op, t.a, t.b, t.dst, true, {});
      const uint32_t got = t.dst_memory.Bits(Dtype::kInt32, t.dst.partition, first);
      EXPECT_EQ(static_cast<int32_t>(got), op == AluOp::kAbsMax ? smallest : 7);
    }
  });
}

TEST(BinaryTile, NarrowIntegersAreExactToo) {
  Operands t(kShapes[0], Dtype::kInt32, Dtype::kInt8, Dtype::kInt16);
  const ChipMemory before = t.dst_memory;
  simd::BinaryTile(AluOp::kMaximum, t.a, t.b, t.dst, true, {});
  const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
    const int32_t larger =
        std::max(static_cast<int32_t>(t.BitsA(p, i)), int32_t{static_cast<int8_t>(t.BitsB(p, j))});
    return reference::Encode(Dtype::kInt16, static_cast<float>(larger));
  });
  EXPECT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
}

TEST(BinaryTile, PowerIsAFloat32NeighbourOfPow) {
  const float bases[] = {0.0f,  -0.0f,    1.0f,      -1.0f, 2.0f,  -2.0f,   0.3f, 1e-40f,
                         3e38f, INFINITY, -INFINITY, NAN,   -2.5f, 1.0001f, 7.0f, 0.99999f};
  const float exponents[] = {0.0f,   1.0f, -1.0f, 2.0f,     3.0f,      -3.0f, 0.5f, -0.5f,
                             127.0f, 1e6f, -1e6f, INFINITY, -INFINITY, NAN,   2.3f, 16777217.0f};
  ForEachTarget([&] {
    ChipMemory memory(16 * 16 * 12);
    const Tile a = memory.MakeTile(Dtype::kFloat32, 0, 16, 0, {{1, 16}});
    const Tile b = memory.MakeTile(Dtype::kFloat32, 0, 16, 16, {{1, 16}});
    const Tile dst = memory.MakeTile(Dtype::kFloat32, 0, 16, 32, {{1, 16}});
    for (int p = 0; p < 16; ++p) {
      for (int i = 0; i < 16; ++i) {
        memory.SetBits(Dtype::kFloat32, p, i, std::bit_cast<uint32_t>(bases[p]));
        memory.SetBits(Dtype::kFloat32, p, 16 + i, std::bit_cast<uint32_t>(exponents[i]));
      }
    }
    simd::BinaryTile(AluOp::kPower, a, b, dst, false, {});
    for (int p = 0; p < 16; ++p) {
      for (int i = 0; i < 16; ++i) {
        const float actual = memory.Value(Dtype::kFloat32, p, 32 + i);
        const double expected = std::pow(static_cast<double>(bases[p]), static_cast<double>(exponents[i]));
        EXPECT_LE(reference::UlpError(actual, expected), 0.51)
            << bases[p] << " ^ " << exponents[i] << " = " << actual;
        EXPECT_TRUE(std::isnan(actual) || std::signbit(actual) == std::signbit(expected))
            << bases[p] << " ^ " << exponents[i];
      }
    }
  });
}

TEST(BinaryTile, PowerOfOrdinaryNumbers) {
  Operands t(kShapes[0], Dtype::kFloat32, Dtype::kFloat32, Dtype::kFloat32);
  simd::BinaryTile(AluOp::kPower, t.a, t.b, t.dst, false, {});
  for (int p = 0; p < 128; ++p) {
    for (int64_t i = 0; i < 70; ++i) {
      const float actual = t.dst_memory.Value(Dtype::kFloat32, p, i);
      ASSERT_LE(reference::UlpError(actual, reference::Alu(AluOp::kPower, t.A(p, i), t.B(p, i))), 0.51)
          << t.A(p, i) << " ^ " << t.B(p, i) << " = " << actual;
    }
  }
}

TEST(BinaryTile, WorksInPlaceAndByBlocks) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3}) {
    ChipMemory whole(600), parts(600), original(600);
    const auto run = [&](ChipMemory& memory, BlockRange blocks) {
      const Tile a = memory.MakeTile(dtype, 0, 100, 3, {{1, 90}});
      const Tile b = memory.MakeTile(dtype, 0, 100, 140, {});
      Tile repeated = b;
      repeated.rank = 1;
      repeated.dims[0] = {0, 90};
      simd::BinaryTile(AluOp::kMultiply, a, repeated, a, false, blocks);
    };
    const Tile tile = original.MakeTile(dtype, 0, 100, 3, {{1, 90}});
    original.FillNumbers(tile, 9);
    whole = original;
    parts = original;
    run(whole, {});
    for (const BlockRange blocks : {BlockRange{6, 9}, BlockRange{0, 1}, BlockRange{1, 6}}) run(parts, blocks);
    EXPECT_TRUE(whole == parts) << Name(dtype);
    std::vector<uint32_t> expected;
    for (int p = 0; p < 100; ++p) {
      for (int64_t i = 3; i < 93; ++i) {
        const float product =
            Rounded(AluOp::kMultiply, original.Value(dtype, p, i), original.Value(dtype, p, 140));
        expected.push_back(reference::Encode(dtype, product));
      }
    }
    EXPECT_EQ(reference::Difference(original, whole, whole.MakeTile(dtype, 0, 100, 3, {{1, 90}}), expected),
              "");
  }
}

simd::ScalarOperand Column(ChipMemory& memory, Dtype dtype, int partition, int partitions, int64_t offset) {
  simd::ScalarOperand operand;
  operand.is_column = true;
  operand.column = memory.MakeTile(dtype, partition, partitions, offset, {});
  memory.FillNumbers(operand.column, 11);
  return operand;
}

TEST(ScalarStepsTile, OneOrTwoStepsReversedOrNot) {
  const AluOp pairs[][2] = {
      {AluOp::kMultiply, AluOp::kAdd}, {AluOp::kSubtract, AluOp::kDivide}, {AluOp::kAbs, AluOp::kGreater}};
  for (const auto& [op0, op1] : pairs) {
    for (int variant = 0; variant < 8; ++variant) {
      const int count = variant & 1 ? 2 : 1;
      const bool reverse0 = variant & 2, reverse1 = variant & 4;
      for (const Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16}) {
        for (const Shape& shape : kShapes) {
          SCOPED_TRACE(std::string(Name(op0)) + " variant " + std::to_string(variant));
          ForEachTarget([&] {
            Operands t(shape, dtype, dtype, dtype);
            simd::ScalarStep steps[2] = {
                {op0, Column(t.a_memory, Dtype::kFloat32, t.a.partition, t.a.partitions, 240), reverse0},
                {op1, {}, reverse1}};
            steps[1].operand.value = 1.75f;
            const ChipMemory before = t.dst_memory;
            simd::ScalarStepsTile(t.a, steps, count, t.dst, {});
            const auto apply = [](AluOp op, bool reverse, float x, float y) {
              return reverse && !IsUnary(op) ? Rounded(op, y, x) : Rounded(op, x, y);
            };
            const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t) {
              const float scalar = t.a_memory.Value(Dtype::kFloat32, t.a.partition + p, 240);
              float x = apply(op0, reverse0, t.A(p, i), scalar);
              if (count == 2) x = apply(op1, reverse1, x, 1.75f);
              return reference::Encode(dtype, x);
            });
            ASSERT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
          });
        }
      }
    }
  }
}

TEST(ScalarStepsTile, BitwiseStepsTakeTheConstantsBits) {
  Operands t(kShapes[0], Dtype::kInt16, Dtype::kInt16, Dtype::kInt16);
  simd::ScalarStep steps[2] = {{AluOp::kRightShift, {}, false}, {AluOp::kBitwiseXor, {}, false}};
  steps[0].operand.bits = 3;
  steps[1].operand.bits = 0x5555;
  const ChipMemory before = t.dst_memory;
  simd::ScalarStepsTile(t.a, steps, 2, t.dst, {});
  const auto expected =
      Expect(t.a, t.b, [&](int p, int64_t i, int64_t) { return (t.BitsA(p, i) >> 3) ^ 0x5555u; });
  EXPECT_EQ(reference::Difference(before, t.dst_memory, t.dst, expected), "");
}

TEST(ScalarStepsTile, TheColumnMayBeOverwritten) {
  ChipMemory memory(800);
  const Tile tile = memory.MakeTile(Dtype::kFloat32, 0, 128, 0, {{1, 150}});
  memory.FillNumbers(tile, 3);
  const ChipMemory before = memory;
  simd::ScalarStep step{AluOp::kSubtract, {}, false};
  step.operand.is_column = true;
  step.operand.column = memory.MakeTile(Dtype::kFloat32, 0, 128, 2, {});
  simd::ScalarStepsTile(tile, &step, 1, tile, {});
  std::vector<uint32_t> expected;
  for (int p = 0; p < 128; ++p) {
    const float scalar = before.Value(Dtype::kFloat32, p, 2);
    for (int64_t i = 0; i < 150; ++i) {
      expected.push_back(std::bit_cast<uint32_t>(before.Value(Dtype::kFloat32, p, i) - scalar));
    }
  }
  EXPECT_EQ(reference::Difference(before, memory, tile, expected), "");
}

TEST(ScalarTensorTensorTile, ReversesEachStepAndMayOverwriteB) {
  for (int variant = 0; variant < 4; ++variant) {
    for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16}) {
      for (const Shape& shape : kShapes) {
        ForEachTarget([&] {
          Operands t(shape, dtype, dtype, dtype);
          if (shape.b.size() != 1 || shape.b[0].step != 0)
            t.dst = t.b;  // in place, unless b repeats an element
          const bool in_b = t.dst.base == t.b.base;
          simd::ScalarStep first{AluOp::kMultiply,
                                 Column(t.a_memory, dtype, t.a.partition, t.a.partitions, 240),
                                 variant % 2 == 1};
          const bool repeats = shape.partitions == 100;
          if (repeats) return;
          const ChipMemory before = in_b ? t.b_memory : t.dst_memory;
          const Operands original = t;
          simd::ScalarTensorTensorTile(t.a, first, AluOp::kSubtract, variant / 2 == 1, t.b, t.dst, {});
          const auto expected = Expect(t.a, t.b, [&](int p, int64_t i, int64_t j) {
            const float x = original.A(p, i) * original.a_memory.Value(dtype, t.a.partition + p, 240);
            const float b = original.B(p, j);
            return reference::Encode(dtype, variant / 2 == 1 ? b - x : x - b);
          });
          ASSERT_EQ(reference::Difference(before, in_b ? t.b_memory : t.dst_memory, t.dst, expected), "");
        });
      }
    }
  }
}

TEST(Elementwise, StartsOnABlock) {
  ChipMemory memory(64);
  const Tile good = memory.MakeTile(Dtype::kFloat32, 0, 16, 0, {{1, 4}});
  Tile bad = good;
  bad.partition = 8;
  EXPECT_THROW(simd::BinaryTile(AluOp::kAdd, good, good, bad, false, {}), InternalError);
}

}  // namespace
}  // namespace nki
