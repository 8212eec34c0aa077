// A call as text, for the report of a mismatch.
#ifndef NKI_TESTS_FUZZ_CASE_TEXT_H_
#define NKI_TESTS_FUZZ_CASE_TEXT_H_

#include <string>

#include "tests/fuzz/world.h"

namespace nki::fuzz {

std::string ToText(const std::string& name, const Arguments& arguments);

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_CASE_TEXT_H_
