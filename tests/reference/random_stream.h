// The random numbers that a partition draws, one generator and one number at a time. Shares no code with
// isa/.
#ifndef NKI_TESTS_REFERENCE_RANDOM_STREAM_H_
#define NKI_TESTS_REFERENCE_RANDOM_STREAM_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace nki::reference {

// XORWOW as in G. Marsaglia, "Xorshift RNGs", 2003: a shift register of five words and a counter.
class Generator {
 public:
  explicit Generator(const std::array<uint32_t, 6>& words)
      : history_(words.begin(), words.begin() + 5), counter_(words[5]) {}

  uint32_t Next() {
    uint32_t mixed = history_.front() ^ history_.front() >> 2;
    mixed = mixed ^ mixed << 1;
    const uint32_t last = history_.back();
    history_.pop_front();
    history_.push_back(last ^ last << 4 ^ mixed);
    counter_ += 362437;
    return history_.back() + counter_;
  }
  std::vector<uint32_t> Words() const {
    std::vector<uint32_t> words(history_.begin(), history_.end());
    words.push_back(counter_);
    return words;
  }

 private:
  std::deque<uint32_t> history_;
  uint32_t counter_;
};

// SplitMix64 of S. Vigna, stepped from 0 to the wanted output.
inline uint64_t SplitMix64Output(uint64_t index) {
  const uint64_t state = 0x9e3779b97f4a7c15ull * index + 0x9e3779b97f4a7c15ull;
  const uint64_t first = (state ^ state >> 30) * 0xbf58476d1ce4e5b9ull;
  const uint64_t second = (first ^ first >> 27) * 0x94d049bb133111ebull;
  return second ^ second >> 31;
}

// One partition of an engine after seeding: four generators on the Vector engine, one on GpSimd.
class Lane {
 public:
  static Lane OfVector(int partition, uint32_t seed = 0) {
    Lane lane;
    for (int s = 0; s < 4; ++s) lane.generators_.push_back(Seeded(seed, partition * 4 + s));
    return lane;
  }
  static Lane OfGpSimd(int partition) {
    Lane lane;
    lane.generators_.push_back(Seeded(0, 512 + partition));
    return lane;
  }

  // Six words for each generator, as Words() gives them.
  static Lane OfWords(const std::vector<uint32_t>& words) {
    Lane lane;
    for (size_t k = 0; k < words.size(); k += 6) {
      std::array<uint32_t, 6> one;
      std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(k), 6, one.begin());
      lane.generators_.push_back(Generator(one));
    }
    return lane;
  }

  // What one instruction with n elements draws.
  std::vector<uint32_t> Draw(int64_t n) {
    std::vector<uint32_t> numbers;
    while (static_cast<int64_t>(numbers.size()) < n) {
      for (Generator& generator : generators_) numbers.push_back(generator.Next());
    }
    numbers.resize(n);
    return numbers;
  }
  std::vector<uint32_t> Words() const {
    std::vector<uint32_t> words;
    for (const Generator& generator : generators_) {
      for (const uint32_t word : generator.Words()) words.push_back(word);
    }
    return words;
  }

 private:
  static Generator Seeded(uint64_t seed, uint64_t stream) {
    std::array<uint32_t, 6> words;
    for (uint64_t k = 0; k < 6; ++k) {
      words[k] = static_cast<uint32_t>(SplitMix64Output((seed * 1024 + stream) * 8 + k) >> 32);
    }
    return Generator(words);
  }
  std::vector<Generator> generators_;
};

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_RANDOM_STREAM_H_
