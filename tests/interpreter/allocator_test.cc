#include "interpreter/allocator.h"

#include <random>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Allocation AllocateAll(const GraphBuilder& b, std::vector<Diagnostic>* found) {
  return Allocate(*b.graph(), LiveRanges(*b.graph()), found);
}

// [begin, end) of a tensor in each partition.
std::pair<int64_t, int64_t> BytesOf(const Tensor& tensor, const Allocation& allocation) {
  const int64_t begin = allocation.placements[tensor.id].byte;
  return {begin, begin + tensor.bytes_per_partition()};
}

void ExpectApart(const KernelGraph& graph, const Allocation& allocation) {
  const std::vector<LiveRange> live = LiveRanges(graph);
  for (const Tensor& a : graph.tensors) {
    const auto [a_begin, a_end] = BytesOf(a, allocation);
    const int64_t capacity = a.space == Space::kSbuf ? 192 * 1024 : 16 * 1024;
    ASSERT_LE(a_end, capacity);
    ASSERT_EQ(a_begin % 4, 0);
    if (a.space == Space::kPsum && !a.address && a_end - a_begin <= 2048) {
      ASSERT_EQ(a_begin / 2048, (a_end - 1) / 2048) << "crosses a bank";
    }
    for (const Tensor& b : graph.tensors) {
      if (a.id >= b.id || a.space != b.space || !live[a.id].used() || !live[b.id].used()) continue;
      const auto [b_begin, b_end] = BytesOf(b, allocation);
      const bool together = live[a.id].first <= live[b.id].last && live[b.id].first <= live[a.id].last;
      ASSERT_TRUE(!together || a_end <= b_begin || b_end <= a_begin) << a.name << " and " << b.name;
    }
  }
}

TEST(Allocator, TensorsThatLiveTogetherLieApart) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int first, int last) {
      return std::uniform_int_distribution<int>(first, last)(random);
    };
    GraphBuilder b;
    std::vector<View> live;
    if (pick(0, 1)) live.push_back(b.Sbuf({128, 100}, Dtype::kFloat32, Address{0, 4 * pick(0, 2000)}));
    if (pick(0, 1)) live.push_back(b.Psum({128, 64}, Dtype::kFloat32, Address{0, 2048 * pick(0, 3)}));
    for (int step = 0; step < 60; ++step) {
      if (live.size() < 2 || pick(0, 2) == 0) {
        live.push_back(pick(0, 2) ? b.Sbuf({pick(1, 128), pick(1, 3000)}, Dtype::kBfloat16)
                                  : b.Psum({pick(1, 128), pick(1, 256)}));
      }
      b.Fill(live[pick(0, static_cast<int>(live.size()) - 1)], 0);
      if (live.size() > 6) live.erase(live.begin() + pick(0, 3));
    }
    std::vector<Diagnostic> found;
    const Allocation allocation = AllocateAll(b, &found);
    ASSERT_TRUE(found.empty()) << found[0].message;
    ExpectApart(*b.graph(), allocation);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(Allocator, ReusesTheMostRecentlyFreedAddress) {
  GraphBuilder b;
  const View kept = b.Sbuf({128, 512}), first = b.Sbuf({128, 512}), second = b.Sbuf({128, 512});
  for (const View& view : {kept, first, second}) b.Fill(view, 0);
  b.Fill(first, 1);
  b.Fill(second, 1);  // freed last
  const View next = b.Sbuf({128, 256}), after = b.Sbuf({128, 512});
  b.Fill(next, 0);
  b.Fill(after, 0);
  b.Fill(next, 0);
  b.Fill(kept, 1);
  std::vector<Diagnostic> found;
  const Allocation allocation = AllocateAll(b, &found);
  std::vector<int64_t> bytes;
  for (const Placement& placement : allocation.placements) bytes.push_back(placement.byte);
  EXPECT_THAT(bytes, ElementsAre(0, 2048, 4096, 4096, 2048));
  EXPECT_EQ(allocation.sbuf_peak, 3 * 2048);
}

TEST(Allocator, PsumTensorsStayInABank) {
  GraphBuilder b;
  const View small = b.Psum({128, 300}), other = b.Psum({128, 300}), third = b.Psum({128, 200});
  for (int round : {0, 1}) {
    for (const View& view : {small, other, third}) b.Fill(view, round);
  }
  std::vector<Diagnostic> found;
  const Allocation allocation = AllocateAll(b, &found);
  EXPECT_EQ(allocation.placements[0].byte, 0);
  EXPECT_EQ(allocation.placements[1].byte, 2048);
  EXPECT_EQ(allocation.placements[2].byte, 1200);
}

TEST(Allocator, KeepsOutOfTheWayOfPinnedTensors) {
  GraphBuilder b;
  const View pinned = b.Sbuf({32, 512}, Dtype::kFloat32, Address{64, 1024}), x = b.Sbuf({128, 512});
  b.Fill(pinned, 0);
  b.Fill(x, 0);
  b.Fill(pinned, 0);
  std::vector<Diagnostic> found;
  const Allocation allocation = AllocateAll(b, &found);
  EXPECT_EQ(allocation.placements[0].partition, 64);
  EXPECT_EQ(allocation.placements[0].byte, 1024);
  EXPECT_EQ(allocation.placements[1].byte, 1024 + 2048);
}

// Two names for the same pinned bytes: what the first one holds must survive until the second one reads it.
TEST(Allocator, PinnedBytesLiveFromTheirFirstToTheirLastUseUnderAnyName) {
  GraphBuilder b;
  const View in = b.Input({128, 512}), out = b.Hbm({128, 512}), x = b.Sbuf({128, 512});
  const View one = b.Sbuf({128, 512}, Dtype::kFloat32, Address{0, 0});
  const View two = b.Sbuf({128, 512}, Dtype::kFloat32, Address{0, 0});
  b.Load(one, in);
  b.Fill(x, 7);
  b.Add("tensor_copy", {{"dst", x}, {"src", x}});
  b.Load(out, two);
  b.Return(out);
  const std::shared_ptr<const Plan> plan = b.Make();
  const Buffers inputs = MakeInputs(*plan);
  EXPECT_EQ(RunOn(*plan, inputs)[0], inputs[0]);
}

TEST(Allocator, SaysWhatDoesNotFit) {
  GraphBuilder b;
  const View big = b.Sbuf({128, 40000}), more = b.Sbuf({128, 10000});
  b.Fill(big, 0);
  b.Fill(more, 0);
  b.Fill(big, 0);
  EXPECT_THAT(b.Problems(),
              ElementsAre(::testing::AllOf(
                  HasSubstr("t1 (128, 10000) needs 40000 bytes per partition of SBUF while 160000 are in "
                            "use: 200000"),
                  HasSubstr("trn1"), HasSubstr("196608"), HasSubstr("[sbuf-capacity]"))));
}

TEST(Allocator, SaysWhatDoesNotFitIntoPsum) {
  GraphBuilder b;
  std::vector<View> tiles;
  for (int i = 0; i < 9; ++i) b.Fill(tiles.emplace_back(b.Psum({128, 512})), 0);
  for (const View& tile : tiles) b.Fill(tile, 0);
  EXPECT_THAT(b.Problems(),
              ElementsAre(::testing::AllOf(
                  HasSubstr("t8 (128, 512) needs 2048 bytes per partition of PSUM while 16384 are in use: "
                            "18432"),
                  HasSubstr("[psum-capacity]"))));
}

}  // namespace
}  // namespace nki
