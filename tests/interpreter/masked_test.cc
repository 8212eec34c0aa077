// Reads of what a mask left unwritten.
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Leaves 7 all over the chip.
void MakeDirty() {
  GraphBuilder b;
  b.Fill(b.Sbuf({128, 40 * 1024}), 7);
  for (int bank = 0; bank < 8; ++bank) b.Fill(b.Psum({128, 512}), 7);
  RunOn(*b.Make(), {});
}

// A kernel is built twice: one marks a tensor, the other one writes into all of it, before anything else
// does, what fresh memory holds.
using Fresh = std::function<void(const View&)>;
using Build = std::function<void(GraphBuilder&, const Fresh&)>;

void Overwrite(GraphBuilder& b, const View& tensor) {
  const bool on_chip = tensor.on_chip(), integral = !IsFloat(tensor.dtype);
  const View tile = on_chip ? tensor : b.Sbuf(tensor.shape(), tensor.dtype);
  const double value = integral ? 4 : std::numeric_limits<double>::quiet_NaN();
  b.Add("memset", {{"dst", tile}, {"value", Operand{Operand::Kind::kConstant, integral, value, {}}}});
  if (!on_chip) b.Load(tensor, tile);
}

Buffers WithInt32(const Plan& plan, Buffers inputs, int32_t number) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (plan.graph->tensors[plan.graph->inputs[i]].dtype == Dtype::kInt32)
      std::memcpy(inputs[i].data(), &number, 4);
  }
  return inputs;
}

// Returns the plan of the kernel that marks. All inputs of one int32 are `number`.
std::shared_ptr<const Plan> ExpectFreshBits(const Build& build, int32_t number = 1) {
  GraphBuilder marked, filled;
  build(marked, [&](const View& tensor) { marked.Masked(tensor); });
  build(filled, [&](const View& tensor) { Overwrite(filled, tensor); });
  EXPECT_THAT(marked.Problems(), IsEmpty());
  const std::shared_ptr<const Plan> plan = marked.Make(), reference = filled.Make();
  const Plan shareable = Shareable(*plan);
  const Buffers inputs = WithInt32(*plan, MakeInputs(*plan), number), expected = RunOn(*reference, inputs);
  for (int workers : {1, 2, 3, 8}) {
    MakeDirty();
    EXPECT_EQ(RunOn(shareable, inputs, {.max_workers = workers}), expected) << workers << " workers";
  }
  return plan;
}

View Out(GraphBuilder& b, const View& tile) {
  const View out = b.Hbm(tile.shape(), tile.dtype);
  b.Load(out, tile);
  b.Return(out);
  return out;
}

View Columns(const View& view, int64_t start, int64_t stop) { return view.Slice(1, start, stop, 1); }
View Rows(const View& view, int64_t start, int64_t stop) { return view.Slice(0, start, stop, 1); }

void AddTensors(GraphBuilder& b, const View& dst, const View& data1, const View& data2) {
  b.Add("tensor_tensor", {{"dst", dst}, {"data1", data1}, {"data2", data2}, {"op", AluOp::kAdd}});
}

TEST(Masked, TwoOperandsOfOneInstruction) {
  const auto plan = ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), y = b.Sbuf({128, 64}), z = b.Sbuf({128, 64});
    fresh(x);
    fresh(y);
    b.Load(Columns(x, 0, 40), Columns(in, 0, 40));
    b.Load(Rows(y, 0, 70), Rows(in, 0, 70));
    AddTensors(b, z, x, y);
    AddTensors(b, z, z, x);  // nothing more to fill
    Out(b, z);
  });
  ASSERT_EQ(plan->filled.size(), 1u);
  EXPECT_EQ(plan->filled[0].size(), 2u);
  EXPECT_EQ(plan->steps[2].fill_first, 0);
  EXPECT_TRUE(plan->steps[2].shared);  // each worker fills what it reads
  EXPECT_FALSE(plan->steps[2].barrier);
}

TEST(Masked, ElementsOfOneAndTwoBytes) {
  for (Dtype dtype : {Dtype::kBfloat16, Dtype::kUint8, Dtype::kInt16, Dtype::kFloat8E5m2, Dtype::kUint32}) {
    ExpectFreshBits([&](GraphBuilder& b, const Fresh& fresh) {
      const View in = b.Input({40, 13}, dtype), x = b.Sbuf({40, 13}, dtype), y = b.Sbuf({40, 13}, dtype);
      fresh(x);
      for (int column : {1, 2, 5, 9}) b.Load(Columns(x, column, column + 1), Columns(in, column, column + 1));
      b.Add("tensor_copy", {{"dst", Columns(y, 0, 6)}, {"src", Columns(x, 0, 6)}});
      b.Add("tensor_copy", {{"dst", Columns(y, 6, 13)}, {"src", Columns(x, 6, 13)}});
      Out(b, y);
    });
  }
}

TEST(Masked, Psum) {
  ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), sum = b.Psum({64, 64}), y = b.Sbuf({64, 64});
    fresh(sum);
    b.Load(x, in);
    b.Add("nc_matmul", {{"dst", Columns(sum, 8, 24)},
                        {"stationary", x},
                        {"moving", Columns(x, 8, 24)},
                        {"accumulate", false}});
    b.Add("tensor_copy", {{"dst", y}, {"src", sum}});
    Out(b, y);
  });
}

// Adding to what nothing has written stays what it is: overwriting.
TEST(Masked, MatmulsOverwriteWhatIsUnwritten) {
  GraphBuilder b;
  const View x = b.Sbuf({32, 32}), sum = b.Psum({32, 64}), y = b.Sbuf({32, 64});
  b.Masked(sum);
  b.Fill(x, 1);
  b.Add("nc_matmul", {{"dst", Columns(sum, 16, 48)}, {"stationary", x}, {"moving", x}});
  b.Add("nc_matmul", {{"dst", Columns(sum, 0, 32)}, {"stationary", x}, {"moving", x}});
  b.Add("tensor_copy", {{"dst", y}, {"src", sum}});
  Out(b, Columns(y, 0, 48));
  const std::vector<float> values = Floats(RunOn(*b.Make(), {})[0]);
  for (int i = 0; i < 48; ++i) EXPECT_EQ(values[i], i < 16 ? 32 : i < 32 ? 64 : 32) << i;
}

// Every worker reads all partitions: one fills and reads alone.
TEST(Masked, OperandsThatWorkersReadTogether) {
  const auto plan = ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), sum = b.Psum({64, 64}), y = b.Sbuf({64, 64});
    const View moved = b.Sbuf({128, 64});
    fresh(x);
    b.Load(Rows(x, 0, 50), Rows(in, 0, 50));
    b.Load(Rows(moved, 1, 128), Rows(x, 0, 127));
    b.Load(Rows(moved, 0, 1), Rows(x, 127, 128));
    b.Add("nc_matmul", {{"dst", sum}, {"stationary", moved}, {"moving", moved}});
    b.Add("tensor_copy", {{"dst", y}, {"src", sum}});
    Out(b, y);
    Out(b, moved);
  });
  EXPECT_FALSE(plan->steps[1].shared);
  EXPECT_TRUE(plan->steps[1].barrier);
  EXPECT_TRUE(plan->steps[3].shared);
}

TEST(Masked, AnAddressThatIsUsedAgain) {
  const auto plan = ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({128, 64});
    for (int64_t columns : {64, 10, 0}) {
      const View x = b.Sbuf({128, 64}), y = b.Sbuf({128, 64});
      fresh(x);
      if (columns > 0) b.Load(Columns(x, 0, columns), Columns(in, 0, columns));
      AddTensors(b, y, x, x);
      Out(b, y);
    }
  });
  EXPECT_EQ(plan->placements[4].byte, plan->placements[2].byte);
}

// Tensors at one place: what another one has written is not filled.
TEST(Masked, PlacedTensors) {
  GraphBuilder b;
  const View x = b.Sbuf({64, 16}, Dtype::kFloat32, Address{0, 70}), out = b.Sbuf({64, 16}),
             other = b.Sbuf({32, 16}, Dtype::kFloat32, Address{32, 90});
  b.Masked(x);
  b.Fill(other, 3);
  b.Fill(Columns(x, 0, 2), 5);
  b.Add("tensor_copy", {{"dst", out}, {"src", x}});
  Out(b, out);
  for (int workers : {1, 3}) {
    MakeDirty();
    const std::vector<float> values = Floats(RunOn(Shareable(*b.Make()), {}, {.max_workers = workers})[0]);
    for (int i = 0; i < 64 * 16; ++i) {
      const int row = i / 16, column = i % 16;
      if (column < 2) {
        ASSERT_EQ(values[i], 5) << i;
      } else if (row >= 32 && column >= 5) {
        ASSERT_EQ(values[i], 3) << i;
      } else {
        ASSERT_TRUE(std::isnan(values[i])) << i;
      }
    }
  }
}

// The sum could be made of rows of HBM, but for what has to be filled there.
TEST(Masked, RowsOfHbm) {
  const auto plan = ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({128, 512}), scratch = b.Hbm({128, 512}), out = b.Hbm({128, 512});
    const View x = b.Sbuf({128, 512}), y = b.Sbuf({128, 512}), z = b.Sbuf({128, 512}),
               again = b.Sbuf({128, 512});
    fresh(scratch);
    b.Load(x, in);
    b.Load(Columns(Rows(scratch, 0, 99), 0, 511), Columns(Rows(x, 0, 99), 0, 511));
    b.Load(y, scratch);
    b.Load(again, scratch);
    b.Load(z, in);
    AddTensors(b, z, y, z);
    b.Load(out, z);
    b.Return(out);
    b.Return(scratch);
    Out(b, again);
  });
  for (const Step& step : plan->steps) EXPECT_LT(step.in_hbm, 0);
  EXPECT_FALSE(plan->steps[2].shared);
  EXPECT_TRUE(plan->steps[3].shared && plan->steps[3].barrier);
}

TEST(Masked, SomeBytesOfElements) {
  ExpectFreshBits([](GraphBuilder& b, const Fresh& fresh) {
    const View in = b.Input({40, 20}, Dtype::kUint8), scratch = b.Hbm({40, 5}), tile = b.Sbuf({40, 5});
    for (const View& tensor : {scratch, tile}) {
      const View out = b.Sbuf({40, 20}, Dtype::kUint8), bytes = tensor.Reinterpret(Dtype::kUint8);
      fresh(tensor);
      b.Load(Columns(bytes, 6, 9), Columns(in, 6, 9));
      for (int64_t start : {3, 0}) b.Load(Columns(out, start, start + 17), Columns(bytes, start, start + 17));
      Out(b, out);
    }
  });
}

class MaskedLoops : public ::testing::TestWithParam<int> {
 protected:
  static Register NewRegister(GraphBuilder& b) { return {b.graph()->registers++}; }
  static Register Given(GraphBuilder& b) {
    const Register reg = NewRegister(b);
    b.Add("register_load", {{"dst", reg}, {"src", b.Input({1}, Dtype::kInt32)}});
    return reg;
  }
  static Register LoopTo(GraphBuilder& b, Register stop) {
    const Register index = NewRegister(b);
    b.Add("loop", {{"index", index}, {"start", int64_t{0}}, {"stop", stop}, {"step", int64_t{1}}});
    return index;
  }
  static View Moved(GraphBuilder& b, View view, Register reg, int64_t step_bytes) {
    view.dynamic = &b.graph()->dynamic_offsets.emplace_back(
        DynamicOffset{DynamicOffset::Kind::kScalar, reg, {}, step_bytes});
    return view;
  }
};

// A pass reads what the one before has written, and does not fill it again.
TEST_P(MaskedLoops, LaterPassesFindWhatWasWritten) {
  ExpectFreshBits(
      [](GraphBuilder& b, const Fresh& fresh) {
        const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), sum = b.Sbuf({128, 64}),
                   last = b.Sbuf({128, 64});
        const Register stop = Given(b);
        fresh(x);
        b.Load(Columns(x, 0, 10), Columns(in, 0, 10));
        for (const View& view : {sum, last}) b.Fill(view, 1);
        LoopTo(b, stop);
        const View tile = b.Sbuf({128, 64});
        fresh(tile);
        b.Load(Rows(tile, 0, 64), Rows(in, 0, 64));
        b.Add("tensor_copy", {{"dst", sum}, {"src", x}});
        b.Add("tensor_copy", {{"dst", last}, {"src", tile}});
        b.Load(Columns(x, 20, 64), Columns(in, 0, 44));
        b.Load(tile, in);
        b.Add("end_loop", {});
        for (const View& view : {sum, last, x}) Out(b, view);
      },
      GetParam());
}

TEST_P(MaskedLoops, DynamicOffsets) {
  ExpectFreshBits(
      [](GraphBuilder& b, const Fresh& fresh) {
        const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), y = b.Sbuf({128, 8}),
                   scratch = b.Hbm({128, 64}), rows = b.Sbuf({100, 64});
        const Register at = Given(b);
        fresh(x);
        fresh(scratch);
        b.Load(Columns(x, 0, 2), Columns(in, 0, 2));
        b.Add("tensor_copy", {{"dst", y}, {"src", Moved(b, Columns(x, 0, 8), at, 4)}});
        b.Load(Columns(Rows(scratch, 2, 50), 2, 9), Columns(Rows(in, 2, 50), 2, 9));
        b.Load(rows, Moved(b, Rows(scratch, 0, 100), at, 256));
        b.Load(Moved(b, Rows(scratch, 0, 1), at, 256), Rows(in, 0, 1));
        Out(b, y);
        Out(b, rows);
        Out(b, x);
        b.Return(scratch);
        const View all = b.Sbuf({128, 64});
        b.Load(all, scratch);
        Out(b, all);
      },
      GetParam());
}

// A tile that each pass makes anew is filled in each, also where it is added to what the first has written.
TEST_P(MaskedLoops, EachPassFillsItsOwn) {
  ExpectFreshBits(
      [](GraphBuilder& b, const Fresh& fresh) {
        const View in = b.Input({64, 64}), sum = b.Psum({64, 64}), y = b.Sbuf({64, 64}),
                   zero = b.Sbuf({64, 64});
        const Register stop = Given(b);
        for (const View& view : {zero, y}) b.Fill(view, 0);
        b.Add("nc_matmul", {{"dst", sum}, {"stationary", zero}, {"moving", zero}});
        LoopTo(b, stop);
        const View tile = b.Sbuf({64, 64});
        fresh(tile);
        b.Load(Columns(tile, 0, 9), Columns(in, 0, 9));
        b.Add("nc_matmul", {{"dst", sum}, {"stationary", zero}, {"moving", tile}});
        b.Load(tile, in);
        b.Add("tensor_copy", {{"dst", y}, {"src", sum}});
        b.Fill(sum, 0);
        b.Add("end_loop", {});
        Out(b, y);
      },
      GetParam());
}

TEST_P(MaskedLoops, WorkersWaitForWhatTheRunFills) {
  const auto plan = ExpectFreshBits(
      [](GraphBuilder& b, const Fresh& fresh) {
        const View x = b.Sbuf({128, 512}), y = b.Sbuf({128, 512}), z = b.Sbuf({128, 512}),
                   w = b.Sbuf({128, 512});
        const Register at = Given(b);
        fresh(x);
        b.Add("tensor_copy", {{"dst", Columns(y, 0, 8)}, {"src", Moved(b, Columns(x, 0, 8), at, 4)}});
        for (const View& dst : {z, w}) b.Add("tensor_copy", {{"dst", dst}, {"src", x}});
        for (const View& view : {Columns(y, 0, 8), z, w, x}) Out(b, view);
      },
      GetParam());
  EXPECT_FALSE(plan->steps[2].shared);
  EXPECT_TRUE(plan->steps[3].shared && plan->steps[3].barrier);
}

// What a plan fills is written for what only the run knows of the same tensor, too.
TEST_P(MaskedLoops, MatmulsAddToWhatWasFilled) {
  GraphBuilder b;
  const std::optional<Address> at = GetParam() == 1 ? std::optional(Address{0, 2048}) : std::nullopt;
  const View in = b.Input({32, 32}), x = b.Sbuf({32, 32}), sum = b.Psum({32, 48}, Dtype::kFloat32, at),
             y = b.Sbuf({32, 32}), z = b.Sbuf({32, 48});
  const Register stop = Given(b);
  b.Masked(sum);
  b.Load(x, in);
  const auto multiply = [&](int64_t start, int64_t stop) {
    const View moving = Columns(x, 0, stop - start);
    b.Add("nc_matmul", {{"dst", Columns(sum, start, stop)}, {"stationary", x}, {"moving", moving}});
  };
  multiply(0, 16);
  b.Add("tensor_copy", {{"dst", y}, {"src", Columns(sum, 0, 32)}});
  LoopTo(b, stop);
  multiply(32, 48);
  b.Add("end_loop", {});
  multiply(16, 48);
  b.Add("tensor_copy", {{"dst", z}, {"src", sum}});
  Out(b, z);
  const auto plan = b.Make();
  for (int workers : {1, 2, 5}) {
    MakeDirty();
    const Buffers inputs = WithInt32(*plan, MakeInputs(*plan), GetParam());
    const std::vector<float> values = Floats(RunOn(Shareable(*plan), inputs, {.max_workers = workers})[0]);
    for (int i = 0; i < 32 * 48; ++i) {
      const int column = i % 48;
      ASSERT_EQ(std::isnan(values[i]), column >= 16 && column < 32) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Passes, MaskedLoops, ::testing::Values(0, 1, 3));

// Garbage may be dropped in the end where it is data.
TEST(Masked, AddressesAndRegistersMustBeWritten) {
  GraphBuilder b;
  const View index = b.Sbuf({1, 1}, Dtype::kInt32), x = b.Sbuf({4, 8}), y = b.Sbuf({4, 1});
  b.Masked(index);
  b.Fill(x, 1);
  View moved = Columns(x, 0, 1);
  moved.dynamic =
      &b.graph()->dynamic_offsets.emplace_back(DynamicOffset{DynamicOffset::Kind::kScalar, {}, index, 4});
  b.Add("tensor_copy", {{"dst", y}, {"src", moved}});
  EXPECT_THAT(b.Problems(), Contains(HasSubstr("[uninitialised-read]")));
  GraphBuilder c;
  const View value = c.Sbuf({1, 1}, Dtype::kInt32);
  c.Masked(value);
  c.Add("register_load", {{"dst", Register{c.graph()->registers++}}, {"src", value}});
  EXPECT_THAT(c.Problems(), Contains(HasSubstr("[uninitialised-read]")));
}

TEST(Masked, OthersMustBeWritten) {
  GraphBuilder b;
  const View x = b.Sbuf({4, 8}), y = b.Sbuf({4, 8}), z = b.Sbuf({4, 8});
  b.Masked(x);
  AddTensors(b, z, x, y);
  EXPECT_THAT(b.Problems(), ::testing::ElementsAre(HasSubstr("data2 reads partition 0, byte 0 of t1")));
  EXPECT_THAT(ToText(*b.graph()),
              HasSubstr("\ntensor t0: float32[4, 8] sbuf masked\ntensor t1: float32[4, 8] sbuf\n"));
}

}  // namespace
}  // namespace nki
