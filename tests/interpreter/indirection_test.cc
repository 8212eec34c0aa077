#include "interpreter/indirection.h"

#include <cstring>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

constexpr int kPartitions = 128, kFree = 20, kCount = 12, kGroup = 16;

View Indirect(GraphBuilder& b, const View& base, const View& index, int64_t count) {
  View view = base;
  view.dims[1].count = count;
  view.dynamic = &b.graph()->dynamic_offsets.emplace_back(DynamicOffset{.kind = DynamicOffset::Kind::kColumns,
                                                                        .reg = {},
                                                                        .index = index,
                                                                        .step_bytes = ItemBytes(base.dtype),
                                                                        .choices = base.dims[1].count});
  return view;
}

// out = in, doubled where `in` was scattered to from itself; returned is also what was gathered.
std::shared_ptr<const Plan> GatherAndScatter() {
  GraphBuilder b;
  b.graph()->generation = &Trn3();
  const View in = b.Input({kPartitions, kFree}), offsets = b.Input({kPartitions, 1}, Dtype::kInt32);
  const View x = b.Sbuf({kPartitions, kFree}), index = b.Sbuf({kPartitions, 1}, Dtype::kInt32);
  const View chosen = b.Sbuf({kPartitions, kCount}), out = b.Hbm({kPartitions, kFree});
  const View gathered = b.Hbm({kPartitions, kCount});
  b.Load(x, in);
  b.Load(index, offsets);
  b.Add("tensor_copy", {{"dst", chosen}, {"src", Indirect(b, x, index, kCount)}}, 3);
  b.Add("tensor_tensor",
        {{"dst", Indirect(b, x, index, kCount)}, {"data1", chosen}, {"data2", chosen}, {"op", AluOp::kAdd}});
  b.Load(out, x);
  b.Load(gathered, chosen);
  b.Return(out);
  b.Return(gathered);
  return b.Make();
}

Buffers InputsWith(const Plan& plan, int32_t shift) {
  Buffers inputs = MakeInputs(plan);
  for (int p = 0; p < kPartitions; ++p) {
    const int32_t offset = p * 7 % kFree + shift;  // each at most once among the first kCount of a group
    std::memcpy(inputs[1].data() + p * sizeof(offset), &offset, sizeof(offset));
  }
  return inputs;
}

TEST(IndirectionTest, GathersAndScattersWhateverWorkersShareTheRest) {
  const std::shared_ptr<const Plan> plan = GatherAndScatter();
  const Buffers inputs = InputsWith(*plan, 0);
  const std::vector<float> in = Floats(inputs[0]);
  std::vector<float> out = in, gathered;
  for (int p = 0; p < kPartitions; ++p) {
    for (int i = 0; i < kCount; ++i) {
      const int from = p * kFree + (p / kGroup * kGroup + i) * 7 % kFree;
      gathered.push_back(in[from]);
      out[from] = in[from] + in[from];
    }
  }
  const Plan shared = Shareable(*plan);
  for (int workers : {1, 2, 4, 4, 4, 4, 4, 4, 4, 4}) {
    const Buffers results = RunOn(shared, inputs, {.max_workers = workers});
    EXPECT_EQ(Floats(results[0]), out) << workers;
    EXPECT_EQ(Floats(results[1]), gathered) << workers;
  }
}

TEST(IndirectionTest, AnOffsetOutsideIsAnErrorAtItsLine) {
  const std::shared_ptr<const Plan> plan = GatherAndScatter();
  try {
    RunOn(*plan, InputsWith(*plan, 5));
    FAIL();
  } catch (const RunError& error) {
    EXPECT_STREQ(error.what(),
                 "kernel.py:3: error: tensor_copy: offset 5 of the index from partition 0 on is 20; t2 is "
                 "indirect in 20 elements per partition\n    line 3");
  }
}

}  // namespace
}  // namespace nki
