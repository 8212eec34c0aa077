// Comparisons whose failure can be read.
#ifndef NKI_TESTS_REFERENCE_COMPARE_H_
#define NKI_TESTS_REFERENCE_COMPARE_H_

#include <string>

#include "tests/reference/reference.h"

namespace nki::reference {

// How many units in the last place of float32 `actual` is from `expected`: one unit is the distance between
// float32 neighbours at `expected`. 0 for two NaN or two equal infinities, infinity if only one is.
double UlpError(float actual, double expected);

// Whether `tile` has these bits (any NaN equals any NaN) and all other bytes are as before: "" or what
// differs first. expected holds partition after partition, the free elements in order.
std::string Difference(const ChipMemory& before, const ChipMemory& after, const Tile& tile,
                       const std::vector<uint32_t>& expected);

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_COMPARE_H_
