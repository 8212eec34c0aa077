#include "isa/simd/random.h"

#include <cstring>

#include "isa/simd/convert.h"
#include "isa/simd/scalar_line.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/random.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr FloatTag df;
constexpr WordTag dw;

// XORWOW states of as many lanes as a vector has.
struct Xorwow {
  WordVec x, y, z, w, v, d;

  static HWY_INLINE Xorwow Load(const uint32_t* words) {
    const auto word = [&](int k) HWY_ATTR { return hn::LoadU(dw, words + k * kLanes); };
    return {word(0), word(1), word(2), word(3), word(4), word(5)};
  }
  HWY_INLINE void Store(uint32_t* words) const {
    const WordVec all[] = {x, y, z, w, v, d};
    for (int k = 0; k < kXorwowWords; ++k) hn::StoreU(all[k], dw, words + k * kLanes);
  }
  HWY_INLINE WordVec Step() {
    const WordVec t = hn::Xor(x, hn::ShiftRight<2>(x));
    x = y;
    y = z;
    z = w;
    w = v;
    v = hn::Xor(hn::Xor(v, hn::ShiftLeft<4>(v)), hn::Xor(t, hn::ShiftLeft<1>(t)));
    d = hn::Add(d, Word(kXorwowStride));
    return hn::Add(v, d);
  }
};

// n lines of random bits. All states make the steps of the first one.
void DrawLines(uint32_t* words, int states, MutableLines to, int64_t n) {
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
    for (int s = 0; s < states; ++s) {
      uint32_t* state = words + s * kXorwowWords * kLanes + lane;
      Xorwow generator = Xorwow::Load(state);
      int64_t i = s;
      for (; i < n; i += states) hn::StoreU(AsFloat(generator.Step()), df, to.first + i * to.stride + lane);
      if (i < n + s) generator.Step();  // the last group of states is not full
      generator.Store(state);
    }
  }
}

HWY_INLINE FloatVec UnitInterval(FloatVec bits) {
  return hn::Mul(FromSigned(AsInt(hn::ShiftRight<8>(AsWord(bits)))), Float(0x1p-24f));
}

void UniformLines(const float* low, const float* high, MutableLines lines, int64_t n) {
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
    const FloatVec from = hn::LoadU(df, low + lane), to = hn::LoadU(df, high + lane);
    const FloatVec width = hn::Sub(to, from);
    for (int64_t i = 0; i < n; ++i) {
      float* at = lines.first + i * lines.stride + lane;
      hn::StoreU(hn::Min(hn::MulAdd(UnitInterval(hn::LoadU(df, at)), width, from), to), df, at);
    }
  }
}

void DropLines(const float* bits, const float* probability, Lines data, MutableLines to, int64_t n) {
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
    const FloatVec limit = hn::LoadU(df, probability + lane);
    for (int64_t i = 0; i < n; ++i) {
      const auto dropped = hn::Lt(UnitInterval(hn::LoadU(df, bits + i * kLanes + lane)), limit);
      const WordVec kept = AsWord(hn::LoadU(df, data.first + i * data.stride + lane));
      const WordVec result = hn::IfThenZeroElse(hn::RebindMask(dw, dropped), kept);
      hn::StoreU(AsFloat(result), df, to.first + i * to.stride + lane);
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(DrawLines);
HWY_EXPORT(UniformLines);
HWY_EXPORT(DropLines);

int LanesOf(const Tile& tile, int block) { return std::min(kLanes, tile.partitions - block * kLanes); }

// Copies the lanes below `lanes` of n lines.
void CopyLanes(const void* from, void* to, int n, int lanes) {
  for (int i = 0; i < n; ++i) {
    std::memcpy(static_cast<std::byte*>(to) + i * kLineBytes,
                static_cast<const std::byte*>(from) + i * kLineBytes, lanes * sizeof(uint32_t));
  }
}

// Draws for the lanes of one block that the tile has; the others' generators stand still.
class Drawer {
 public:
  Drawer(RandomState& state, const Tile& dst, int block)
      : state_(state), block_(dst.first_block() + block), lanes_(LanesOf(dst, block)) {
    CopyLanes(state.block(block_), words_, state.words(), kLanes);
  }
  ~Drawer() { CopyLanes(words_, state_.block(block_), state_.words(), lanes_); }
  Drawer(const Drawer&) = delete;
  Drawer& operator=(const Drawer&) = delete;

  // n is a multiple of the number of states, except at the end.
  void Draw(MutableLines to, int64_t n) { HWY_DYNAMIC_DISPATCH(DrawLines)(words_, state_.states(), to, n); }

 private:
  RandomState& state_;
  int block_, lanes_;
  alignas(kLineBytes) uint32_t words_[RandomState::kMostWords * kLanes];
};

// Calls body(block, drawer, n) for the chunks of every owned block.
template <class Body>
void ForEachDraw(RandomState& state, const Tile& dst, BlockRange blocks, Body body) {
  const int64_t elements = dst.free_elements();
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    Drawer drawer(state, dst, block);
    for (int64_t done = 0, n; done < elements; done += n) {
      n = std::min<int64_t>(kChunk, elements - done);
      body(block, drawer, n);
    }
  }
}

}  // namespace

void RandomBitsTile(RandomState& state, const Tile& dst, BlockRange blocks) {
  LineSink sink(dst, LineForm::kBits);
  LineBuffer buffer;
  ForEachDraw(state, dst, blocks, [&](int block, Drawer& drawer, int64_t n) {
    const MutableLines lines = sink.Next(block, n, buffer.words);
    drawer.Draw(lines, n);
    sink.Store(block, n, {lines.first, lines.stride});
  });
}

void UniformTile(RandomState& state, const ScalarOperand& low, const ScalarOperand& high, const Tile& dst,
                 BlockRange blocks) {
  ScalarLine from(low, LineForm::kFloat), to(high, LineForm::kFloat);
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  int current = -1;
  ForEachDraw(state, dst, blocks, [&](int block, Drawer& drawer, int64_t n) {
    if (block != current) {
      from.Load(block);
      to.Load(block);
      current = block;
    }
    const MutableLines lines = sink.Next(block, n, buffer.words);
    drawer.Draw(lines, n);
    HWY_DYNAMIC_DISPATCH(UniformLines)(from.lines().first, to.lines().first, lines, n);
    sink.Store(block, n, {lines.first, lines.stride});
  });
}

void DropoutTile(RandomState& state, const Tile& data, const ScalarOperand& probability, const Tile& dst,
                 BlockRange blocks) {
  ScalarLine limit(probability, LineForm::kFloat);
  LineSource source(data, LineForm::kBits);
  LineSink sink(dst, LineForm::kBits);
  LineBuffer random, buffer;
  int current = -1;
  ForEachDraw(state, dst, blocks, [&](int block, Drawer& drawer, int64_t n) {
    if (block != current) limit.Load(block);
    current = block;
    drawer.Draw({random.words, kLanes}, n);
    const Lines lines = source.Next(block, n, buffer.words);
    const MutableLines result = sink.Next(block, n, buffer.words);
    HWY_DYNAMIC_DISPATCH(DropLines)(random.words, limit.lines().first, lines, result, n);
    sink.Store(block, n, {result.first, result.stride});
  });
}

void StoreRandomState(const RandomState& state, const Tile& dst, BlockRange blocks) {
  LineSink sink(dst, LineForm::kBits);
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    const uint32_t* words = state.block(dst.first_block() + block);
    LineBuffer buffer;
    std::memcpy(buffer.words, words, state.words() * kLineBytes);
    const MutableLines lines = sink.Next(block, state.words(), buffer.words);
    for (int j = 0; sink.direct(block) && j < state.words(); ++j)
      std::memcpy(lines.first + j * lines.stride, words + j * kLanes, kLineBytes);
    sink.Store(block, state.words(), {buffer.words, kLanes});
  }
}

void LoadRandomState(RandomState& state, const Tile& src, BlockRange blocks) {
  LineSource source(src, LineForm::kBits);
  const BlockSpan span = OwnedBlocks(src, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    LineBuffer buffer;
    const Lines lines = source.Next(block, state.words(), buffer.words);
    for (int j = 0; j < state.words(); ++j) {
      CopyLanes(lines.first + j * lines.stride, state.block(src.first_block() + block) + j * kLanes, 1,
                LanesOf(src, block));
    }
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
