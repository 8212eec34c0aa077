// Random calls of every instruction on every SIMD target, compared with plain loops in double.
#ifndef NKI_TESTS_FUZZ_FUZZ_H_
#define NKI_TESTS_FUZZ_FUZZ_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nki::fuzz {

struct Count {
  int64_t drawn = 0;
  int64_t legal = 0;     // of those; run and compared
  int64_t refused = 0;   // of the legal ones: ended with a RunError, as they must
  int64_t spoiled = 0;   // drawn and broken afterwards
  int64_t harmless = 0;  // of those: still legal, and run
};

struct Report {
  std::map<std::string, Count> counts;
  std::vector<std::string> mismatches;  // each with what repeats it
};

// Draws and runs `cases` cases, of one instruction if it is named. Stops after `most` mismatches.
Report Run(uint64_t seed, int64_t cases, const std::string& instruction = "", size_t most = 1);

std::string ToString(const Report& report);

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_FUZZ_H_
