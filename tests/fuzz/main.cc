// nki_fuzz --cases N --seed S [--instruction NAME] [--mismatches N]: the long run of the fuzzer.
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/fuzz/fuzz.h"

int main(int argc, char** argv) {
  int64_t cases = 100000;
  uint64_t seed = 1;
  size_t most = 1;
  std::string instruction;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--cases") cases = std::atoll(argv[i + 1]);
    if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--instruction") instruction = argv[i + 1];
    if (option == "--mismatches") most = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const nki::fuzz::Report report = nki::fuzz::Run(seed, cases, instruction, most);
  std::cout << nki::fuzz::ToString(report);
  return report.mismatches.empty() ? 0 : 1;
}
