#include "interpreter/eager.h"

#include <cmath>

#include "tests/interpreter/random_kernel.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Issues the nodes of a builder's graph one by one.
class Eager {
 public:
  explicit Eager(const GraphBuilder& builder) : graph_(builder.graph()), sources_(graph_->sources) {
    EagerOptions options;
    options.sources = [this] { return sources_; };
    options.warn = [this](const Diagnostic& found) {
      warnings.push_back(found.message + " [" + found.rule + "]");
    };
    machine.emplace(graph_, options);
    for (const Tensor& tensor : graph_->tensors) {
      if (tensor.role == TensorRole::kLocal) machine->AddTensor(tensor);
    }
    machine->BeginProgram();
  }

  // Runs what was added to the builder since; returns what is wrong with each that breaks a rule.
  std::vector<std::string> Run(std::vector<Node> nodes) {
    std::vector<std::string> problems;
    for (Node& node : nodes) {
      try {
        machine->Run(std::move(node));
      } catch (const VerifyError& error) {
        for (const Diagnostic& found : error.diagnostics)
          problems.push_back(found.message + " [" + found.rule + "]");
      }
    }
    graph_->nodes.clear();  // the builder goes on with an empty list
    return problems;
  }
  std::vector<float> Values(const View& view) const {
    std::vector<float> values(static_cast<size_t>(view.elements()));
    machine->CopyOut(view, reinterpret_cast<std::byte*>(values.data()));
    return values;
  }

  std::optional<EagerMachine> machine;
  std::vector<std::string> warnings;

 private:
  std::shared_ptr<KernelGraph> graph_;
  std::vector<SourceLocation> sources_;
};

std::vector<Node> Taken(const GraphBuilder& builder) { return std::exchange(builder.graph()->nodes, {}); }

TEST(Eager, RandomKernelsGiveThePlannedBits) {
  for (uint32_t seed = 2; seed <= 81; ++seed) {
    const bool masked = seed % 2 == 1;
    const RandomKernel planned(seed / 2, 60, masked), issued(seed / 2, 60, masked);
    const auto plan = planned.builder().Make();
    const Buffers inputs = MakeInputs(*plan, 3), expected = RunOn(*plan, inputs);

    std::vector<Node> nodes = Taken(issued.builder());
    Eager eager(issued.builder());
    const KernelGraph& graph = *issued.builder().graph();
    for (size_t i = 0; i < inputs.size(); ++i) {
      eager.machine->AddInput(graph.tensors[graph.inputs[i]], {std::shared_ptr<void>(), inputs[i].data()});
    }
    ASSERT_THAT(eager.Run(std::move(nodes)), IsEmpty());
    eager.machine->Finish();
    ASSERT_THAT(eager.warnings, IsEmpty());
    for (size_t i = 0; i < expected.size(); ++i) {
      std::vector<std::byte> actual(expected[i].size());
      eager.machine->CopyOut(graph.outputs[i], actual.data());
      ASSERT_EQ(actual, expected[i]) << "seed " << seed << ", result " << i;
    }
  }
}

TEST(Eager, WhatBreaksARuleDoesNotRunAndTheNextDoes) {
  GraphBuilder b;
  const View x = b.Sbuf({4, 8}), y = b.Sbuf({4, 8});
  b.Fill(x, 1);
  b.Add("tensor_copy", {{"dst", y.Slice(1, 0, 3, 1)}, {"src", x}}, 3);
  b.Add("tensor_copy", {{"dst", x.Slice(1, 1, 8, 1)}, {"src", x.Slice(1, 0, 7, 1)}}, 4);
  b.Add("tensor_copy", {{"dst", y}, {"src", x}}, 5);
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  EXPECT_THAT(eager.Run(std::move(nodes)),
              ElementsAre(HasSubstr("src has 8 elements per partition and dst has 3"),
                          HasSubstr("tensor_copy: dst overlaps src, shifted, in t0")));
  EXPECT_THAT(eager.Values(y), ::testing::Each(1));
}

TEST(Eager, UnwrittenMemoryIsReadWithAWarningOnceALine) {
  GraphBuilder b;
  const View x = b.Sbuf({4, 8}), y = b.Sbuf({4, 8});
  for (int line : {3, 3, 4}) b.Add("tensor_copy", {{"dst", y}, {"src", x}}, line);
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  EXPECT_THAT(eager.Run(std::move(nodes)), IsEmpty());
  const char* warning =
      "tensor_copy: src reads partition 0, byte 0 of t0 (sbuf), which nothing has written "
      "[uninitialised-read]";
  EXPECT_THAT(eager.warnings, ElementsAre(warning, warning));
  for (float value : eager.Values(y)) EXPECT_TRUE(std::isnan(value));
}

TEST(Eager, AMatmulOntoPartlyWrittenMemoryOverwritesTheRest) {
  GraphBuilder b;
  const View x = b.Sbuf({32, 32}), sum = b.Psum({32, 64});
  b.Fill(x, 1);
  b.Add("nc_matmul", {{"dst", sum.Slice(1, 16, 48, 1)}, {"stationary", x}, {"moving", x}});
  b.Add("nc_matmul", {{"dst", sum.Slice(1, 0, 32, 1)}, {"stationary", x}, {"moving", x}});
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  EXPECT_THAT(eager.Run(std::move(nodes)), IsEmpty());
  const std::vector<float> values = eager.Values(sum);
  for (int i = 0; i < 48; ++i) EXPECT_EQ(values[i], i < 16 ? 32 : i < 32 ? 64 : 32) << i;
  EXPECT_TRUE(std::isnan(values[48]));
}

TEST(Eager, InputsAreCopiedBeforeTheyAreWritten) {
  GraphBuilder b;
  const View in = b.Input({4, 8}), x = b.Sbuf({4, 8});
  b.Load(x, in);
  b.Fill(x, 7);
  b.Load(in.Slice(0, 1, 2, 1), x.Slice(0, 0, 1, 1));
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  std::vector<float> values(32, 2);
  eager.machine->AddInput(*in.tensor, {std::shared_ptr<void>(), values.data()});
  EXPECT_THAT(eager.Run(std::move(nodes)), IsEmpty());
  EXPECT_TRUE(eager.machine->WasWritten(in.tensor->id));
  EXPECT_THAT(values, ::testing::Each(2));
  EXPECT_THAT(eager.Values(in.Slice(0, 1, 2, 1)), ::testing::Each(7));
  EXPECT_THAT(eager.Values(in.Slice(0, 2, 3, 1)), ::testing::Each(2));
}

TEST(Eager, ATensorWithTheIdOfOneThatIsGoneIsFresh) {
  GraphBuilder b;
  const View x = b.Sbuf({4, 8}), y = b.Sbuf({4, 8});
  b.Fill(x, 1);
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  EXPECT_EQ(eager.machine->TakeFreeId(), -1);
  eager.Run(std::move(nodes));
  eager.machine->DropTensor(x.tensor->id);
  EXPECT_EQ(eager.machine->TakeFreeId(), x.tensor->id);
  eager.machine->AddTensor(*x.tensor);
  EXPECT_TRUE(std::isnan(eager.Values(x)[0]));
  b.Add("tensor_copy", {{"dst", y}, {"src", x}}, 3);
  std::vector<Node> again = Taken(b);
  eager.Run(std::move(again));
  EXPECT_THAT(eager.warnings, ElementsAre(HasSubstr("[uninitialised-read]")));
}

TEST(Eager, PlacedTensorsShareTheImageAndLookFreshWhereNothingWrote) {
  GraphBuilder b;
  const View x = b.Sbuf({4, 8}, Dtype::kFloat32, Address{32, 64});
  b.Fill(x.Slice(1, 0, 4, 1), 3);
  std::vector<Node> nodes = Taken(b);
  Eager eager(b);
  eager.Run(std::move(nodes));
  const View over = b.Sbuf({64, 32}, Dtype::kFloat32, Address{0, 0});
  eager.machine->AddTensor(*over.tensor);
  const std::vector<float> values = eager.Values(over);
  EXPECT_EQ(values[32 * 32 + 16], 3);
  EXPECT_TRUE(std::isnan(values[32 * 32 + 20]) && std::isnan(values[0]));
}

TEST(Eager, ATensorLargerThanItsMemoryIsRefused) {
  GraphBuilder placed, large;
  placed.Psum({4, 2048}, Dtype::kFloat32, Address{0, 14336});
  large.Psum({4, 5000});
  const std::string from =
      "needs 8192 bytes per partition of PSUM from byte 14336; trn1 has 16384 [psum-capacity]";
  const std::string all = "needs 20000 bytes per partition of PSUM; trn1 has 16384 [psum-capacity]";
  EXPECT_THAT([&] { Eager eager(placed); }, ::testing::ThrowsMessage<VerifyError>(HasSubstr(from)));
  EXPECT_THAT([&] { Eager eager(large); }, ::testing::ThrowsMessage<VerifyError>(HasSubstr(all)));
}

TEST(Eager, AnUnwrittenResultIsAWarning) {
  GraphBuilder b;
  b.Return(b.Hbm({4, 8}));
  Eager eager(b);
  eager.machine->Finish();
  EXPECT_THAT(eager.warnings, ElementsAre(HasSubstr("never writes it [output-unwritten]")));
}

}  // namespace
}  // namespace nki
