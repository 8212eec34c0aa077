#include <cmath>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorTensorScanInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_tensor_scan";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})}, {"data0", b.Sbuf({32, 8})}, {"data1", b.Sbuf({32, 8})},
            {"initial", 0.0},         {"op0", AluOp::kMultiply},  {"op1", AluOp::kAdd}};
  }

  struct Steps {
    AluOp op0, op1;
    bool reverse0, reverse1;
  };
  // Plain loops over what the views hold now; `initial` has one value per partition.
  static std::vector<double> Expected(const std::vector<double>& x, const std::vector<double>& y,
                                      const std::vector<double>& initial, const Steps& s, Dtype dtype) {
    const size_t row = x.size() / initial.size();
    std::vector<double> wanted;
    float state = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (i % row == 0) state = static_cast<float>(initial[i / row]);
      const auto alu = [](AluOp op, double a, double c) {
        return static_cast<float>(reference::Alu(op, a, c));
      };
      const float middle = s.reverse0 ? alu(s.op0, state, x[i]) : alu(s.op0, x[i], state);
      state = s.reverse1 ? alu(s.op1, y[i], middle) : alu(s.op1, middle, y[i]);
      wanted.push_back(Rounded(dtype, state));
    }
    return wanted;
  }
};

TEST_F(TensorTensorScanInstructionTest, EveryPairOfOperators) {
  const View dst = b.Sbuf({20, 9}), x = b.Sbuf({20, 9}), y = b.Psum({20, 9});
  Fill(x, [](int64_t i) { return std::sin(static_cast<double>(i)) * 1.25; });
  Fill(y, [](int64_t i) { return std::cos(static_cast<double>(i * 3)) * 2; });
  for (int k = 0; k < kAluOpCount * kAluOpCount * 4; ++k) {
    const Steps steps{static_cast<AluOp>(k / 4 / kAluOpCount), static_cast<AluOp>(k / 4 % kAluOpCount),
                      k % 2 == 1, k % 4 >= 2};
    const auto scans = [](AluOp op) { return !IsBitwise(op) && !IsUnary(op) && op != AluOp::kPower; };
    if (!scans(steps.op0) || !scans(steps.op1)) continue;
    SCOPED_TRACE(std::string(Name(steps.op0)) + " " + std::string(Name(steps.op1)));
    Run(name,
        {{"dst", dst},
         {"data0", x},
         {"data1", y},
         {"initial", 0.75},
         {"op0", steps.op0},
         {"op1", steps.op1},
         {"reverse0", steps.reverse0},
         {"reverse1", steps.reverse1}},
        Trn3());
    const std::vector<double> wanted =
        Expected(Values(x), Values(y), std::vector<double>(20, 0.75), steps, Dtype::kFloat32);
    ExpectSame(Values(dst), wanted);
  }
}

TEST_F(TensorTensorScanInstructionTest, DtypesViewsAndInitialColumns) {
  const Steps sum{AluOp::kMultiply, AluOp::kAdd, false, false},
      slow{AluOp::kGreater, AluOp::kAdd, true, true};
  const View initial = FillSmall(b.Sbuf({70, 1}, Dtype::kFloat16));
  for (const Dtype from :
       {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E5m2, Dtype::kInt8, Dtype::kUint16}) {
    for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt32}) {
      for (const Steps& steps : {sum, slow}) {
        const View x = b.Sbuf({70, 6, 11}, from).Permute(std::vector<int>{0, 2, 1});
        Fill(x, [](int64_t i) { return static_cast<double>(i * 37 % 2); });  // the state stays in range
        const View y = FillSmall(b.Sbuf({70, 132})).Slice(1, 1, 132, 2).ReshapeDim(1, {3, 22});
        const View dst = b.Psum({70, 2, 33}, to);
        Run(name, {{"dst", dst},
                   {"data0", x},
                   {"data1", y},
                   {"initial", initial},
                   {"op0", steps.op0},
                   {"op1", steps.op1},
                   {"reverse0", steps.reverse0},
                   {"reverse1", steps.reverse1}});
        SCOPED_TRACE(std::string(Name(from)) + " " + std::string(Name(to)));
        ExpectSame(Values(dst), Expected(Values(x), Values(y), Values(initial), steps, to));
      }
    }
  }
}

TEST_F(TensorTensorScanInstructionTest, TheStateIsNotRounded) {
  const View dst = b.Sbuf({1, 300}, Dtype::kBfloat16), ones = b.Sbuf({1, 1});
  Fill(ones, [](int64_t) { return 1; });
  const View repeated = ones.BroadcastTo({1, 300});
  Run(name, {{"dst", dst},
             {"data0", repeated},
             {"data1", repeated},
             {"initial", 0.0},
             {"op0", AluOp::kMultiply},
             {"op1", AluOp::kAdd}});
  EXPECT_EQ(Values(dst)[299], 300);  // sums in bfloat16 would stay at 256
}

TEST_F(TensorTensorScanInstructionTest, DstMayBeAnOperand) {
  for (const char* field : {"data0", "data1"}) {
    for (const AluOp op0 : {AluOp::kMultiply, AluOp::kDivide}) {
      Arguments call = {{"data0", FillSmall(b.Sbuf({40, 100}))},
                        {"data1", FillSmall(b.Sbuf({40, 100}))},
                        {"initial", 1.5},
                        {"op0", op0},
                        {"op1", AluOp::kMaximum}};
      const std::vector<double> wanted = Expected(
          Values(std::get<View>(call.at("data0").value)), Values(std::get<View>(call.at("data1").value)),
          std::vector<double>(40, 1.5), {op0, AluOp::kMaximum, false, false}, Dtype::kFloat32);
      const View dst = std::get<View>(call.at(field).value);
      call.insert({"dst", dst});
      Run(name, call);
      ASSERT_EQ(Values(dst), wanted) << field;
    }
  }
}

TEST_F(TensorTensorScanInstructionTest, Rules) {
  for (const char* field : {"dst", "data0", "data1"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data1", b.Sbuf({16, 8})}})),
      ElementsAre("tensor_tensor_scan: data0 has 32 partitions and data1 has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_tensor_scan: data0 has 8 elements per partition and dst has 9; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data0", b.Psum({32, 8})}, {"data1", b.Psum({32, 8})}})),
              ElementsAre("tensor_tensor_scan: data0 and data1 are both in PSUM; one of them must be in SBUF "
                          "[both-psum]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op1", AluOp::kBitwiseOr}})),
              ElementsAre("tensor_tensor_scan: op1 is 'bitwise_or', which is bitwise; it must be arithmetic "
                          "[arithmetic-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", AluOp::kAbs}})),
              ElementsAre("tensor_tensor_scan: op0 is 'abs', which takes one operand only [binary-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbsMin}})),
      ElementsAre("tensor_tensor_scan: trn1 does not have abs_max and abs_min; targets that have it: trn3 "
                  "[abs-max-min]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"initial", kNone}})),
      ElementsAre("tensor_tensor_scan: initial is None; it must be a number or a column (P, 1) [given]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"initial", b.Sbuf({32, 2})}})),
      Contains("tensor_tensor_scan: initial has shape (32, 2); beside data0 it must have one value per "
               "partition, (32, 1) [column]"));
}

}  // namespace
}  // namespace nki
