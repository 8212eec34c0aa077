// Lines: the form in which loops see elements. A line is one free element of the 16 partitions of a block as
// 16 words of 4 bytes. Sources give lines of any operand, sinks take lines for any destination; conversion
// happens only here.
#ifndef NKI_ISA_SIMD_CONVERT_H_
#define NKI_ISA_SIMD_CONVERT_H_

#include "memory/tile.h"

namespace nki::simd {

enum class LineForm : uint8_t {
  kFloat,     // float32 values
  kBits,      // the element's bits, zero-extended; stored by truncation
  kSigned,    // integers as int32, stored as they are into 32 bits, through float32 into all other dtypes
  kUnsigned,  // the same as uint32
};

inline constexpr int kChunk =
    64;  // elements that one pass of a loop takes if a buffer is needed: 4 KiB of lines

// Lines in memory: element i is at first + i * stride. The words are float32 or integers, as the form says.
struct Lines {
  const float* first;
  int64_t stride;  // in words: 16 per line, 0 repeats one line
};
struct MutableLines {
  float* first;
  int64_t stride;
};

struct alignas(64) LineBuffer {
  float words[kChunk * kLanes];
};

// Whether an element of this dtype is already the word that a line has in this form.
bool IsLineWord(Dtype dtype, LineForm form);

// Walks the free elements of a tile in order, in runs of constant step.
class FreeCursor {
 public:
  struct Run {
    int64_t offset;  // of the first element inside the partition, in elements
    int64_t step;
    int64_t count;
  };

  explicit FreeCursor(const Tile& tile);
  // The next run, of at most `limit` elements. After the last element it starts again.
  Run Next(int64_t limit) {
    if (rank_ > 1 || limit < dims_[0].count || index_[0] != 0) return NextPart(limit);
    return {offset_, dims_[0].step, dims_[0].count};  // all at once: the walk is where it was
  }
  bool one_run() const { return rank_ == 1; }
  const Dim& inner() const { return dims_[rank_ - 1]; }

 private:
  Run NextPart(int64_t limit);

  std::array<Dim, kMaxRank> dims_;
  std::array<int64_t, kMaxRank> index_{};
  int rank_;
  int64_t offset_;
};

// An operand as lines. Blocks are counted from the tile's own first block.
class LineSource {
 public:
  LineSource(const Tile& tile, LineForm form);
  // Whether the memory itself has the lines at a constant step, so that no buffer is filled.
  bool direct() const { return direct_; }
  // The next n elements of `block`: the memory itself if direct, else converted into `buffer`, 16 words per
  // element. The walk starts again after the last element, so that blocks are read one after the other.
  Lines Next(int block, int64_t n, float* buffer);

 private:
  std::byte* first_block_;
  int64_t block_bytes_;
  Dtype dtype_;
  LineForm form_;
  FreeCursor cursor_;
  bool direct_;
};

// Copies n lines to neighbouring aligned ones past the caches; flushing makes them visible to other threads.
void StreamLines(float* to, Lines lines, int64_t n);
void FlushStreams();

// A destination. Lanes of the last block that are not the tile's keep their bytes.
class LineSink {
 public:
  LineSink(const Tile& tile, LineForm form);
  ~LineSink() {
    if (streams_) FlushStreams();
  }
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  bool direct(int block) const { return direct_ && LanesOf(block) == kLanes; }
  // Where to write the next n elements of `block`: the memory itself if direct, else `buffer`.
  MutableLines Next(int block, int64_t n, float* buffer);
  // Converts and stores what `lines` holds for those elements; nothing if they are the memory itself.
  void Store(int block, int64_t n, Lines lines);

 private:
  int LanesOf(int block) const { return std::min(kLanes, partitions_ - block * kLanes); }

  std::byte* first_block_;
  int64_t block_bytes_;
  int partitions_;
  Dtype dtype_;
  LineForm form_;
  FreeCursor cursor_;
  bool direct_;
  bool streams_ = false;  // whole lines go past the caches (Tile::streams)
};

// The blocks of `dst` that are in `blocks`, counted from its own first block: [begin, end).
struct BlockSpan {
  int begin;
  int end;
};
BlockSpan OwnedBlocks(const Tile& dst, BlockRange blocks);

// The tile with its elements taken as 4-byte words, if `dtype` is narrower and the elements fill whole words
// in order.
bool WidenToWords(Tile& tile);

// Converts between a run of elements in one block and lines. `block` is the block's first byte.
void LoadRun(Dtype dtype, LineForm form, const std::byte* block, const FreeCursor::Run& run, float* lines);
void StoreRun(Dtype dtype, LineForm form, std::byte* block, const FreeCursor::Run& run, Lines lines,
              int lanes);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_CONVERT_H_
