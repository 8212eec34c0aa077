// What instructions may change, in the dullest layout: the bytes of each tensor in the order of its storage.
#ifndef NKI_TESTS_REFERENCE_MODEL_H_
#define NKI_TESTS_REFERENCE_MODEL_H_

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "memory/view.h"
#include "tests/reference/random_stream.h"

namespace nki::reference {

// Where a result is known within bounds only; both NaN if it is NaN.
struct Interval {
  float low, high;
  static Interval Of(float value) { return {value, value}; }
  // A sum of what may be infinite: NaN too.
  bool IsAnything() const { return low == -HUGE_VALF && high == HUGE_VALF; }
};

// The instruction must end with a RunError.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// How a written element is compared.
enum class Mark : uint8_t {
  kBits,    // bit for bit
  kNumber,  // the same, but any NaN is as good as another
  kRange    // between two numbers
};

struct Model {
  struct Range {
    Dtype dtype;
    Interval value;
  };

  std::vector<std::vector<uint8_t>> bytes;  // by tensor id
  // Parallel to `bytes`, where an element begins that is not kBits: the number of its dtype + 1, or
  // kRangeMark.
  std::vector<std::vector<uint8_t>> marks;
  static constexpr uint8_t kRangeMark = 255;
  std::map<std::pair<int, int64_t>, Range> ranges;  // by tensor and byte

  std::array<Interval, 128> scalar_accumulators, vector_accumulators;
  std::vector<Lane> vector_random, gpsimd_random;  // by partition
  std::array<double, 4> registers{};
  std::vector<std::pair<std::string, std::vector<uint8_t>>> printed;

  int64_t Storage(const View& view) const;  // elements
  // The elements of the storage that the view names, in the order of its axes, its dynamic offset added.
  std::vector<int64_t> Places(const View& view) const;

  uint32_t Bits(const View& view, int64_t place) const;
  double Number(const View& view, int64_t place) const;  // exact
  float Value(const View& view, int64_t place) const { return static_cast<float>(Number(view, place)); }

  void Put(const View& view, int64_t place, uint32_t bits, Mark mark = Mark::kBits);
  void PutValue(const View& view, int64_t place, float value);        // converted
  void PutInterval(const View& view, int64_t place, Interval value);  // PutValue if it is one number
  void PutRange(const View& view, int64_t place, Interval value);     // 0 of any sign if that is in it
  // One byte of a packed element, which is a value of `member`.
  void PutMember(const View& view, int64_t place, int member_index, Dtype member, uint32_t bits);

  // The partition of the machine in which the view's first elements lie.
  static int FirstPartition(const View& view);

 private:
  void RefuseOtherRows(const View& view, const std::vector<int64_t>& places) const;
  uint8_t& MarkAt(const View& view, int64_t byte);
};

// All elements of a view, read at once.
struct Reader {
  Reader(const Model& model, const View& view);
  int64_t free() const { return static_cast<int64_t>(places.size()) / partitions; }
  int64_t Place(int64_t p, int64_t i) const { return places[static_cast<size_t>(p * free() + i)]; }
  float Value(int64_t p, int64_t i) const { return values[static_cast<size_t>(p * free() + i)]; }
  uint32_t Bits(int64_t p, int64_t i) const { return bits[static_cast<size_t>(p * free() + i)]; }
  // The integer that the element is.
  int64_t Integer(int64_t p, int64_t i) const;

  View view;
  int64_t partitions;
  std::vector<int64_t> places;
  std::vector<uint32_t> bits;
  std::vector<float> values;  // of packed dtypes: 0
};

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_MODEL_H_
