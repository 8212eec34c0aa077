// A machine that a case's tensors are loaded into, and what it holds afterwards.
#ifndef NKI_TESTS_FUZZ_CHIP_H_
#define NKI_TESTS_FUZZ_CHIP_H_

#include <cstring>

#include "tests/fuzz/world.h"

namespace nki::fuzz {

class Chip {
 public:
  Chip();
  void Clear();
  // Everything as the world has it; what no tensor owns is noise.
  void Load(const World& world);
  // "" or what differs from `expected`. `seen` are the tensors of another run, whose results within bounds
  // must be the same; empty before the first one. Any bits if `bounds_only`.
  std::string Difference(const World& world, const reference::Model& expected,
                         std::vector<std::vector<uint8_t>>& seen, bool bounds_only);
  // What lies beside the tensors was not written.
  bool IsIntactBeside(const World& world);

  RunContext Context(const World& world, BlockRange blocks, WriteState destination, bool portable);

  MachineState machine{128, kSbufBytes, kPsumBytes};
  std::array<double, 4> registers{};

 private:
  std::vector<uint8_t> Read(const World& world, const Tensor& tensor) const;
  void Write(const World& world, const Tensor& tensor, const std::vector<uint8_t>& bytes);
  std::string RegisterDifference(const reference::Model& expected) const;

  static constexpr size_t kBeside = 64;  // bytes before and after a tensor of HBM
  std::vector<std::vector<std::byte>> hbm_;
  std::vector<std::byte*> addresses_;
};

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_CHIP_H_
