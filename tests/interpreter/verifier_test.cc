#include "interpreter/verifier.h"

#include "memory/scalar_types.h"
#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Verifier, NamesTheFirstByteThatNothingHasWritten) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), y = b.Sbuf({128, 64});
  b.Fill(x.Slice(1, 0, 16, 1), 0);
  b.Fill(x.Slice(0, 0, 64, 1), 0);
  b.Add("tensor_copy", {{"dst", y}, {"src", x}});
  EXPECT_THAT(b.Problems(),
              ElementsAre("tensor_copy: src reads partition 64, byte 64 of t0 (sbuf), which nothing has "
                          "written [uninitialised-read]"));
}

TEST(Verifier, CountsPartitionsFromTheStartOfAPinnedTensor) {
  GraphBuilder b;
  const View x = b.Sbuf({32, 64}, Dtype::kFloat32, Address{32, 128}), y = b.Sbuf({32, 64});
  b.Fill(x.Slice(1, 0, 63, 1), 0);
  b.Add("tensor_copy", {{"dst", y}, {"src", x}});
  EXPECT_THAT(b.Problems(), ElementsAre(HasSubstr("reads partition 0, byte 252 of t0")));
}

TEST(Verifier, PinnedTensorsShareTheirBytes) {
  GraphBuilder b;
  const View x = b.Sbuf({32, 64}, Dtype::kFloat32, Address{32, 128}), y = b.Sbuf({32, 64});
  b.Fill(b.Sbuf({128, 128}, Dtype::kFloat32, Address{0, 0}), 0);
  b.Add("tensor_copy", {{"dst", y}, {"src", x}});
  EXPECT_THAT(b.Problems(), IsEmpty());
}

// A tile declared anew at the address of an earlier one starts anew: its first matmul overwrites.
TEST(Verifier, PinnedAccumulatorsStartAnew) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 128});
  b.Fill(x, 1);
  for (int i : {0, 1}) {
    const View sum = b.Psum({128, 128}, Dtype::kFloat32, Address{0, 0});
    for (int k : {0, 1}) b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}}, i * 2 + k);
  }
  const auto plan = b.Make();
  std::vector<WriteState> states;
  for (const Step& step : plan->steps) states.push_back(step.destination);
  using enum WriteState;
  EXPECT_THAT(states, ElementsAre(kUnwritten, kUnwritten, kWritten, kUnwritten, kWritten));
}

// A shuffle reads the partitions that its mask names and writes those that it does not keep, no others.
TEST(Verifier, PartsOfOperands) {
  IntList mask(32, 0);
  mask[7] = 255;
  GraphBuilder b;
  const View x = b.Sbuf({32, 4}), y = b.Sbuf({32, 4}), z = b.Sbuf({32, 4});
  b.Fill(x.Slice(0, 0, 1, 1), 1);
  b.Add("nc_stream_shuffle", {{"dst", y}, {"src", x}, {"shuffle_mask", mask}});
  b.Add("tensor_copy", {{"dst", z}, {"src", y}});
  EXPECT_THAT(
      b.Problems(),
      ElementsAre("tensor_copy: src reads partition 7, byte 0 of t1 (sbuf), which nothing has written "
                  "[uninitialised-read]"));
}

// Random number generators start with seed 0; accumulators start with anything.
TEST(Verifier, GeneratorsAreReadyAtTheStart) {
  GraphBuilder b;
  b.Add("rng", {{"dst", b.Sbuf({32, 4}, Dtype::kUint32)}});
  EXPECT_THAT(b.Problems(), IsEmpty());
}

TEST(Verifier, ReportsAReadOnceAndEverythingThatIsWrong) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), y = b.Sbuf({128, 32});
  for (int i : {0, 1, 2}) b.Add("tensor_copy", {{"dst", y}, {"src", x}}, 3 + i % 2);
  const std::vector<std::string> problems = b.Problems();
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[0],
              ::testing::AllOf(HasSubstr("[same-free]"), HasSubstr("(and 1 more like it at this line)")));
  EXPECT_THAT(problems[1], HasSubstr("[uninitialised-read]"));
  EXPECT_THAT(problems[2], HasSubstr("[same-free]"));
}

TEST(Verifier, AccumulatingNeedsSomethingToAddTo) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), sum = b.Psum({64, 64});
  b.Fill(x, 1);
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}, {"accumulate", true}});
  EXPECT_THAT(b.Problems(),
              ElementsAre(HasSubstr("nc_matmul: dst reads partition 0, byte 0 of t1 (psum)")));  // R16
}

TEST(Verifier, R24AccumulatingOntoWhatAnotherEngineWroteIsWarnedAbout) {
  for (const Generation* gen : AllGenerations()) {
    GraphBuilder b;
    b.graph()->generation = gen;
    const View x = b.Sbuf({128, 64}), sum = b.Psum({64, 64});
    b.Fill(x, 1);
    b.Fill(sum, 0);
    const auto multiply = [&](int64_t start, bool accumulate, int line) {
      b.Add("nc_matmul",
            {{"dst", sum.Slice(1, start, start + 32, 1)},
             {"stationary", x},
             {"moving", x.Slice(1, 0, 32, 1)},
             {"accumulate", accumulate}},
            line);
    };
    multiply(0, false, 1);
    multiply(0, true, 2);
    EXPECT_THAT(b.Problems(), IsEmpty()) << "a matmul wrote there last";
    multiply(16, true, 3);
    multiply(32, true, 4);
    multiply(32, true, 5);
    const std::string warning =
        "nc_matmul: dst accumulates onto elements of t1 that another engine wrote last; on " +
        std::string(gen->name) +
        " that is undefined: start with a matmul that has accumulate=False "
        "[accumulate-onto-foreign]";
    if (gen->name == "trn3") {
      EXPECT_THAT(b.Problems(), IsEmpty());
    } else {
      EXPECT_THAT(b.Problems(), ElementsAre(warning, warning)) << "lines 3 and 4";
    }
  }
}

// accumulate=None adds to what something has written, whoever it was.
TEST(Verifier, R24AccumulatingByDefaultIsWarnedAboutToo) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), sum = b.Psum({64, 64});
  b.Fill(x, 1);
  b.Fill(sum.Slice(1, 0, 1, 1), 0);
  for (int line : {1, 2}) b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}}, line);
  EXPECT_THAT(b.Problems(), ElementsAre(HasSubstr("[accumulate-onto-foreign]")));
}

TEST(Verifier, ResultsThatNothingWrites) {
  GraphBuilder b;
  const View never = b.Hbm({4, 4}), partly = b.Hbm({4, 4}), x = b.Sbuf({2, 4});
  b.Fill(x, 1);
  b.Load(partly.Slice(0, 0, 2, 1), x);
  b.Return(never);
  EXPECT_THAT(b.Problems(),
              ElementsAre(HasSubstr("the kernel returns t0 (4, 4) but never writes it [output-unwritten]")));
}

TEST(Verifier, PartlyWrittenResultsAreWarnedAboutAndFilled) {
  GraphBuilder b;
  const View out = b.Hbm({4, 4}), integers = b.Hbm({2, 2}, Dtype::kInt32), x = b.Sbuf({2, 4}),
             i = b.Sbuf({1, 2}, Dtype::kInt32);
  b.Fill(x, 1);
  b.Add("iota", {{"dst", i}, {"pattern", Pattern{{1, 2}}}});
  b.Load(out.Slice(0, 0, 2, 1), x);
  b.Load(integers.Slice(0, 1, 2, 1), i);
  for (int line : {0, 1}) b.graph()->tensors[line].source = line;  // one warning per line
  b.Return(out);
  b.Return(integers);
  EXPECT_THAT(b.Problems(), ElementsAre(HasSubstr("returns t0 (4, 4) but leaves row 2, byte 0"),
                                        HasSubstr("returns t1 (2, 2) but leaves row 0, byte 0")));
  const Buffers results = RunOn(*b.Make(), {});
  const std::vector<float> values = Floats(results[0]);
  for (int at = 0; at < 8; ++at) EXPECT_EQ(values[at], 1);
  for (int at = 8; at < 16; ++at) EXPECT_TRUE(std::isnan(values[at]));
  std::vector<uint32_t> bits;
  for (int at = 0; at < 4; ++at) bits.push_back(LoadBits(Dtype::kInt32, results[1].data() + 4 * at));
  EXPECT_THAT(bits, ElementsAre(4, 4, 0, 1));
}

// The rows of scales that an MX instruction does not touch need not be written, and are not by it.
TEST(Verifier, MxScalesAreFourRowsOfEachQuadrant) {
  for (bool whole : {false, true}) {
    GraphBuilder b;
    b.graph()->generation = FindGeneration("trn3");
    const View x = b.Sbuf({64, 16}, Dtype::kBfloat16), packed = b.Sbuf({64, 4}, Dtype::kFloat8E5m2X4);
    const View scales = b.Sbuf({64, 4}, Dtype::kUint8), sum = b.Psum({4, 4});
    b.Fill(x, 1);
    b.Add("quantize_mx", {{"dst", packed}, {"src", x}, {"dst_scale", scales}});
    if (whole) {
      b.Add("tensor_copy", {{"dst", b.Sbuf({64, 4}, Dtype::kUint8)}, {"src", scales}});
    } else {
      b.Add("nc_matmul_mx", {{"dst", sum},
                             {"stationary", packed},
                             {"moving", packed},
                             {"stationary_scale", scales},
                             {"moving_scale", scales}});
    }
    if (whole) {
      EXPECT_THAT(b.Problems(), ElementsAre(HasSubstr("tensor_copy: src reads partition 4, byte 0 of t2")));
    } else {
      EXPECT_THAT(b.Problems(), IsEmpty());
    }
  }
}

// R23: two matmuls whose destinations overlap. Elements of the second that the first did not write hold the
// second alone.
TEST(Verifier, R23AccumulatesWhereSomethingIsAndOverwritesTheRest) {
  for (const auto& [rows, start] : std::vector<std::pair<int64_t, int64_t>>{{64, 0}, {32, 32}, {16, 96}}) {
    GraphBuilder b;
    const View in = b.Input({128, 128}), out = b.Hbm({128, 48}), x = b.Sbuf({128, 128});
    const View sum = b.Psum({128, 48}), copied = b.Sbuf({128, 48});
    b.Load(x, in);
    const View first = sum.Slice(0, start, start + rows, 1).Slice(1, 8, 40, 1);
    b.Add("nc_matmul",
          {{"dst", first}, {"stationary", x.Slice(1, 0, rows, 1)}, {"moving", x.Slice(1, 16, 48, 1)}});
    b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x.Slice(1, 64, 112, 1)}});
    b.Add("tensor_copy", {{"dst", copied}, {"src", sum}});
    b.Load(out, copied);
    b.Return(out);
    ASSERT_THAT(b.Problems(), IsEmpty());
    const std::shared_ptr<const Plan> plan = b.Make();
    const Buffers inputs = MakeInputs(*plan);
    const std::vector<float> a = Floats(inputs[0]);
    const auto product = [&](int64_t m, int64_t n) {
      double total = 0;
      for (int k = 0; k < 128; ++k) total += double{a[k * 128 + m]} * a[k * 128 + n];
      return total;
    };
    // Something else has been there before: a plan does not count on clean memory.
    GraphBuilder dirty;
    dirty.Fill(dirty.Psum({128, 512}), 1e9);
    RunOn(*dirty.Make(), {});
    const std::vector<float> results = Floats(RunOn(*plan, inputs)[0]);
    for (int64_t m = 0; m < 128; ++m) {
      for (int64_t n = 0; n < 48; ++n) {
        const bool both = m >= start && m < start + rows && n >= 8 && n < 40;
        const double expected = product(m, 64 + n) + (both ? product(m - start, 16 + n - 8) : 0);
        ASSERT_EQ(results[m * 48 + n], expected) << m << ", " << n;  // exact: small multiples of 1/64
      }
    }
  }
}

TEST(Verifier, RegistersThatNothingHasResetAreWarnedAbout) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 8});
  b.Fill(x, 1);
  const auto add = [&](const View& part, ReduceCmd command, int line) {
    Arguments arguments = {
        {"dst", part}, {"op", ActivationOp::kCopy}, {"data", part}, {"reduce_cmd", command}};
    if (command == ReduceCmd::kReduce) arguments.insert({"reduce_op", AluOp::kAdd});
    b.Add("activation", arguments, line);
  };
  add(x.Slice(0, 0, 64, 1), ReduceCmd::kReset, 0);
  add(x.Slice(0, 0, 64, 1), ReduceCmd::kReduce, 0);
  EXPECT_THAT(b.Problems(), IsEmpty());
  add(x, ReduceCmd::kReduce, 1);
  EXPECT_THAT(b.Problems(),
              ElementsAre("activation: the register of partition 64 is used, which nothing in this "
                          "program has reset; it is 0 here and undefined on the device "
                          "[uninitialised-register]"));
  b.graph()->programs = {0, b.graph()->nodes.size()};
  add(x, ReduceCmd::kReduce, 0);
  EXPECT_THAT(b.Problems(), ElementsAre(HasSubstr("of partition 64 is"), HasSubstr("of partition 0 is")));
}

// The moving operand fills all banks there: 4096 float32 or 8192 bfloat16.
TEST(Verifier, Trn3MatmulsMayFillPsum) {
  for (const auto& [dtype, columns] :
       std::vector<std::pair<Dtype, int64_t>>{{Dtype::kFloat32, 4096}, {Dtype::kBfloat16, 8192}}) {
    GraphBuilder b;
    b.graph()->generation = AllGenerations().back();
    const View x = b.Sbuf({128, columns}, Dtype::kBfloat16);
    b.Fill(x, 1);
    b.Add("nc_matmul",
          {{"dst", b.Psum({128, columns}, dtype)}, {"stationary", x.Slice(1, 0, 128, 1)}, {"moving", x}});
    EXPECT_THAT(b.Problems(), IsEmpty());
  }
}

// Only an instruction that adds where something was written needs zeros where nothing was.
TEST(Verifier, AMatmulThatCrossesABankIsRefused) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 512}), sum = b.Psum({128, 2048});
  b.Fill(x, 1);
  const auto multiply = [&](int64_t start) {
    const View dst = sum.Slice(1, start, start + 512, 1);
    b.Add("nc_matmul", {{"dst", dst}, {"stationary", x.Slice(1, 0, 128, 1)}, {"moving", x}});
  };
  multiply(512);
  EXPECT_THAT(b.Problems(), IsEmpty());
  multiply(256);
  EXPECT_THAT(b.Problems(),
              ElementsAre("nc_matmul: dst takes bytes 1024 to 3071 of PSUM, in banks 0 to 1 of 2048 "
                          "bytes; on trn1 it must lie in one bank [psum-bank]"));
}

TEST(Verifier, NothingIsZeroedForAnInstructionThatOverwrites) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), sum = b.Psum({64, 64});
  b.Fill(x, 1);
  b.Fill(sum.Slice(1, 0, 16, 1), 0);
  b.Fill(sum.Slice(0, 32, 64, 1).Slice(1, 8, 24, 1), 0);
  b.Fill(sum.Slice(1, 0, 32, 1), 0);
  EXPECT_TRUE(b.Make()->filled.empty());
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}});
  const std::shared_ptr<const Plan> plan = b.Make();
  ASSERT_EQ(plan->filled.size(), 1u);
  ASSERT_EQ(plan->filled[0].size(), 1u);
  ASSERT_EQ(plan->filled[0][0].runs.size(), 1u);
  const BytesOfPartitions& run = plan->filled[0][0].runs[0];
  EXPECT_THAT((std::vector<int64_t>{run.partition, run.partitions, run.byte, run.bytes}),
              ElementsAre(0, 64, 128, 128));
}

}  // namespace
}  // namespace nki
