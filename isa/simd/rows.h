// Results that are made in the order of the free axes, chunk after chunk, and also reduced onto registers.
#ifndef NKI_ISA_SIMD_ROWS_H_
#define NKI_ISA_SIMD_ROWS_H_

#include <algorithm>

#include "isa/simd/accumulate.h"
#include "isa/simd/accumulate_loops.h"
#include "isa/simd/chunks.h"

namespace nki::simd {

// One float32 of each partition of a block while a loop goes along them: copied from and to `registers`.
class RegisterLine {
 public:
  explicit RegisterLine(float* registers) : registers_(registers) {}
  float* words() { return words_; }

  void Load(const Tile& dst, int block) {
    if (registers_ == nullptr) return;
    place_ = registers_ + dst.partition + block * kLanes;
    lanes_ = std::min(kLanes, dst.partitions - block * kLanes);
    std::copy(place_, place_ + lanes_, words_);
  }
  void Store() const {
    if (registers_ != nullptr) std::copy(words_, words_ + lanes_, place_);
  }

 private:
  alignas(64) float words_[kLanes] = {};
  float* registers_;
  float* place_ = nullptr;
  int lanes_ = 0;
};

// Calls start(block) for each owned block, then produce(block, n, lines), which computes the block's next n
// results into `lines`, until the block is done, then finish().
template <class Start, class Produce, class Finish>
void ProduceRows(const Tile& dst, BlockRange blocks, Start start, Produce produce, Finish finish) {
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  const int64_t elements = dst.free_elements();
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    start(block);
    for (int64_t done = 0; done < elements; done += kChunk) {
      const int64_t n = std::min<int64_t>(kChunk, elements - done);
      const MutableLines place = sink.Next(block, n, buffer.words);
      // Where all results go to one place they are kept apart until they have been reduced.
      const MutableLines lines = place.stride == 0 ? MutableLines{buffer.words, kLanes} : place;
      produce(block, n, lines);
      if (place.stride == 0) CopyLines(Read(lines), place, n);
      sink.Store(block, n, Read(place));
    }
    finish();
  }
}

// The same with the results reduced.
template <class Start, class Produce>
void ReduceRows(const Tile& dst, const RowReduction& reduction, BlockRange blocks, Start start,
                Produce produce) {
  const bool reduces = reduction.registers != nullptr;
  const AccumulateLoop accumulate = reduces ? AccumulateLoopFor(reduction.op) : nullptr;
  RegisterLine registers(reduction.registers);
  ProduceRows(
      dst, blocks,
      [&](int block) {
        start(block);
        registers.Load(dst, block);
      },
      [&](int block, int64_t n, MutableLines lines) {
        produce(block, n, lines);
        if (reduces) accumulate(Read(lines), n, registers.words());
      },
      [&] { registers.Store(); });
}

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ROWS_H_
