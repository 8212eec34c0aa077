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

bool Meet(const std::pair<int64_t, int64_t>& a, const std::pair<int64_t, int64_t>& b) {
  return a.first < b.second && b.first < a.second;
}

// From the first to the last use under any name: pinned tensors may share bytes.
std::vector<LiveRange> LiveUnderAnyName(const KernelGraph& graph, const Allocation& allocation) {
  std::vector<LiveRange> live = LiveRanges(graph);
  for (bool changed = true; changed;) {
    changed = false;
    for (const Tensor& a : graph.tensors) {
      for (const Tensor& b : graph.tensors) {
        if (!a.address || !b.address || a.space != b.space || !live[a.id].used() || !live[b.id].used())
          continue;
        if (!Meet(BytesOf(a, allocation), BytesOf(b, allocation))) continue;
        const LiveRange both = {std::min(live[a.id].first, live[b.id].first),
                                std::max(live[a.id].last, live[b.id].last)};
        changed |= live[a.id].first != both.first || live[a.id].last != both.last;
        live[a.id] = both;
      }
    }
  }
  return live;
}

void ExpectApart(const KernelGraph& graph, const Allocation& allocation) {
  const std::vector<LiveRange> live = LiveUnderAnyName(graph, allocation);
  for (const Tensor& a : graph.tensors) {
    const auto [a_begin, a_end] = BytesOf(a, allocation);
    const int64_t capacity = a.space == Space::kSbuf ? 192 * 1024 : 16 * 1024;
    ASSERT_LE(a_end, capacity);
    ASSERT_EQ(a_begin % 4, 0);
    if (a.space == Space::kPsum && !a.address) {
      ASSERT_TRUE(a_begin % 2048 == 0 || a_begin / 2048 == (a_end - 1) / 2048) << "crosses a bank";
    }
    for (const Tensor& b : graph.tensors) {
      if (a.id >= b.id || a.space != b.space || (a.address && b.address)) continue;
      if (!live[a.id].used() || !live[b.id].used()) continue;
      const bool together = live[a.id].first <= live[b.id].last && live[b.id].first <= live[a.id].last;
      ASSERT_FALSE(together && Meet(BytesOf(a, allocation), BytesOf(b, allocation)))
          << a.name << " and " << b.name;
    }
  }
}

class RandomTensors {
 public:
  explicit RandomTensors(uint32_t seed) : random_(seed) {
    for (int step = 0; step < 80; ++step) {
      if (live_.size() < 2 || Pick(0, 2) == 0) live_.push_back(New());
      b.Fill(live_[Pick(0, std::ssize(live_) - 1)], 0);
      if (live_.size() > 6) live_.erase(live_.begin() + Pick(0, 3));
    }
  }
  GraphBuilder b;

 private:
  int64_t Pick(int64_t first, int64_t last) {
    return std::uniform_int_distribution<int64_t>(first, last)(random_);
  }
  // Every fourth one is pinned, where others may be or come to be.
  View New() {
    const bool pinned = Pick(0, 3) == 0;
    std::optional<Address> address;
    if (Pick(0, 2)) {
      if (pinned) address = Address{0, 4 * Pick(0, 5000)};
      return b.Sbuf({Pick(1, 128), Pick(0, 2) ? Pick(1, 40) : Pick(1, 3000)}, Dtype::kBfloat16, address);
    }
    if (pinned) address = Address{0, 4 * Pick(0, 2000)};
    return b.Psum({Pick(1, 128), Pick(0, 7) ? Pick(1, 256) : Pick(513, 1024)}, Dtype::kFloat32, address);
  }

  std::mt19937 random_;
  std::vector<View> live_;
};

TEST(Allocator, TensorsThatLiveTogetherLieApart) {
  int full = 0;
  for (uint32_t seed = 0; seed < 400; ++seed) {
    const RandomTensors tensors(seed);
    std::vector<Diagnostic> found;
    const Allocation allocation = AllocateAll(tensors.b, &found);
    full += !found.empty();
    if (!found.empty()) continue;
    ExpectApart(*tensors.b.graph(), allocation);
    if (HasFailure()) FAIL() << "seed " << seed;
    const Allocation again = AllocateAll(tensors.b, &found);
    for (size_t i = 0; i < again.placements.size(); ++i)
      ASSERT_EQ(again.placements[i].byte, allocation.placements[i].byte) << "not deterministic";
  }
  EXPECT_LT(full, 100);
}

// Sixteen thousand at once, and as many again in the gaps that every second of them leaves.
TEST(Allocator, ManyTensorsAtOnce) {
  constexpr int kCount = 16000;
  KernelGraph graph;
  graph.generation = &Trn1();
  std::vector<LiveRange> live;
  for (int i = 0; i < 2 * kCount; ++i) {
    Tensor& tensor = graph.tensors.emplace_back();
    tensor.id = i;
    tensor.space = Space::kSbuf;
    tensor.dtype = Dtype::kFloat32;
    tensor.shape = {128, i < kCount ? 3 : 1};
    const size_t late = 2 * kCount;
    live.push_back(i < kCount ? LiveRange{0, i % 2 == 0 ? late : 0} : LiveRange{1, late});
  }
  std::vector<Diagnostic> found;
  const Allocation allocation = Allocate(graph, live, &found);
  ASSERT_TRUE(found.empty());
  EXPECT_EQ(allocation.sbuf_peak, 12 * kCount);
  std::vector<std::pair<int64_t, int64_t>> taken;
  for (const Tensor& tensor : graph.tensors) {
    if (live[tensor.id].last > 0) taken.push_back(BytesOf(tensor, allocation));
  }
  std::ranges::sort(taken);
  for (size_t i = 1; i < taken.size(); ++i) ASSERT_LE(taken[i - 1].second, taken[i].first);
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
