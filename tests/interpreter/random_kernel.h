// Random legal kernels: tiles that move between HBM, SBUF and PSUM and across partitions, in all ways that
// workers have to wait for each other.
#ifndef NKI_TESTS_INTERPRETER_RANDOM_KERNEL_H_
#define NKI_TESTS_INTERPRETER_RANDOM_KERNEL_H_

#include <random>

#include "tests/interpreter/graph_builder.h"

namespace nki {

class RandomKernel {
 public:
  // Every result is written in full: the SBUF tiles and the scratch tensor go out at the end. If `masked`,
  // all of these and PSUM are written in parts at first, and read where nothing has written them.
  RandomKernel(uint32_t seed, int instructions, bool masked = false);
  const GraphBuilder& builder() const { return b_; }

 private:
  static constexpr int kTiles = 3;
  static constexpr int64_t kFree = 48;   // the most elements that an instruction takes
  static constexpr int64_t kWide = 560;  // a tile lies in two of the pieces by which accesses are compared

  int64_t Pick(int64_t first, int64_t last) {
    return std::uniform_int_distribution<int64_t>(first, last)(random_);
  }
  int64_t Column(const View& tile, int64_t free);
  View OtherTile(const View& view);
  View Tile() { return tiles_[Pick(0, kTiles - 1)]; }
  // Partitions [start, start + count) where compute instructions may start, and `free` neighbouring elements.
  View Part(const View& tile, int64_t count, int64_t free);
  View DmaPart(const View& tile, int64_t count, int64_t step, int64_t free);
  int64_t Count() { return std::array<int64_t, 6>{16, 32, 40, 64, 96, 128}[Pick(0, 5)]; }

  void Pin();
  void WriteAll(const View& from);
  void WriteParts(const View& from);
  void AddOne();
  void UnderAnotherName();
  void Elementwise();
  void Reduce();
  void Activate();
  void Multiply();
  void TransposeTensor();
  void TransposeVector();
  void RoundTrip();
  void MoveRows();
  void ChangeInput();
  void Stream();

  std::mt19937 random_;
  const bool masked_;
  GraphBuilder b_;
  std::vector<View> tiles_, psum_;
  std::vector<View> aliases_;  // other names of some partitions of pinned tiles; empty if none are pinned
  View input_, scratch_;
};

}  // namespace nki

#endif  // NKI_TESTS_INTERPRETER_RANDOM_KERNEL_H_
