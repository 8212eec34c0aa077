// Random choices that a seed repeats.
#ifndef NKI_TESTS_FUZZ_DRAW_H_
#define NKI_TESTS_FUZZ_DRAW_H_

#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace nki::fuzz {

// What makes a case hard to read. A mismatch is shown with as few of them as it needs.
enum class Trait : uint8_t {
  kBroadcast,   // an axis of step 0
  kSteps,       // gaps between elements
  kPermuted,    // the axes lie in another order
  kAxes,        // more than one free axis
  kOffset,      // elements before the first one
  kBitcast,     // the tensor has another dtype than the view
  kPartitions,  // operands that start at other partitions
  kPinned,      // tensors with an address
  kMoved,       // an offset that a register holds
  kInPlace,     // the destination is a source
  kPsum,
  kSpecials,  // NaN, infinities, the smallest and the largest numbers
  kNoise,     // any bits
  kColumns,   // operands that are columns
  kWide,      // more than 16 elements per partition
  kMany       // more than 16 partitions
};
inline constexpr int kTraits = 16;
inline constexpr const char* kTraitNames[kTraits] = {
    "broadcast", "steps",    "permuted", "axes",     "offset", "bitcast", "partitions", "pinned",
    "moved",     "in place", "psum",     "specials", "noise",  "columns", "wide",       "many"};

// SplitMix64 (S. Vigna, 2015).
class Draw {
 public:
  Draw(uint64_t seed, uint32_t traits) : state_(seed), traits_(traits) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
  }
  // Another stream: what it draws does not depend on how many numbers others draw.
  Draw Fork() { return Draw(Next(), traits_); }

  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  int64_t Between(int64_t first, int64_t last) { return first + Below(last - first + 1); }
  bool Chance(int percent) { return Below(100) < percent; }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // False if the trait is switched off; draws the same number either way.
  bool Has(Trait trait, int percent) { return Chance(percent) && Allows(trait); }
  bool Allows(Trait trait) const { return traits_ >> static_cast<int>(trait) & 1; }

  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return std::data(values)[Below(static_cast<int64_t>(values.size()))];
  }

 private:
  uint64_t state_;
  uint32_t traits_;
};

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_DRAW_H_
