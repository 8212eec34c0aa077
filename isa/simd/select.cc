// What is selected by which lines; the loops are in select_loop.cc and alu.cc.
#include "isa/simd/select.h"

#include <algorithm>
#include <utility>

#include "isa/simd/affine_lines.h"
#include "isa/simd/rows.h"
#include "isa/simd/scalar_line.h"
#include "isa/simd/select_loop.h"
#include "memory/scalar_types.h"

namespace nki::simd {
namespace {

void SelectOrReverse(bool reverse, Lines condition, Lines a, Lines b, MutableLines d, int64_t n) {
  reverse ? SelectLines(condition, b, a, d, n) : SelectLines(condition, a, b, d, n);
}

// Whether an element of memory may belong to more than one element of the tile.
bool RepeatsElements(const Tile& tile) {
  std::array<Dim, kMaxRank> dims = tile.dims;
  int64_t reach = 0;
  for (int i = 0; i < tile.rank; ++i) {
    for (int k = i + 1; k < tile.rank; ++k) {  // the next smallest step
      if (dims[k].step < dims[i].step) std::swap(dims[k], dims[i]);
    }
    if (dims[i].step <= reach) return true;
    reach += dims[i].step * (dims[i].count - 1);
  }
  return false;
}

}  // namespace

void SelectTile(const Tile& predicate, bool reverse, const Tile& on_true, const ScalarOperand& on_false,
                const Tile& dst, const RowReduction& reduction, BlockRange blocks) {
  ScalarLine otherwise(on_false, LineForm::kFloat);
  LineSource conditions(predicate, LineForm::kBits), source(on_true, LineForm::kFloat);
  LineBuffer condition_buffer, buffer;
  ReduceRows(
      dst, reduction, blocks, [&](int block) { otherwise.Load(block); },
      [&](int block, int64_t n, MutableLines results) {
        SelectOrReverse(reverse, conditions.Next(block, n, condition_buffer.words),
                        source.Next(block, n, buffer.words), otherwise.lines(), results, n);
      });
}

void CopyPredicatedTile(const Tile* src, uint32_t bits, const Tile& predicate, bool reverse, const Tile& dst,
                        BlockRange blocks) {
  ScalarOperand number;
  number.bits = bits;
  const ScalarLine constant(number, LineForm::kBits);
  LineSource conditions(predicate, LineForm::kBits), kept(dst, LineForm::kBits);
  LineSource source(src == nullptr ? dst : *src, LineForm::kBits);
  LineSink sink(dst, LineForm::kBits);
  LineBuffer condition_buffer, buffer, kept_buffer;
  const int64_t elements = dst.free_elements();
  // What is kept must be read after what was written before it.
  const int64_t chunk = RepeatsElements(dst) ? 1 : kChunk;
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    for (int64_t done = 0; done < elements; done += chunk) {
      const int64_t n = std::min<int64_t>(chunk, elements - done);
      const Lines copied = src == nullptr ? constant.lines() : source.Next(block, n, buffer.words);
      const MutableLines place = sink.Next(block, n, buffer.words);
      SelectOrReverse(reverse, conditions.Next(block, n, condition_buffer.words), copied,
                      kept.Next(block, n, kept_buffer.words), place, n);
      sink.Store(block, n, Read(place));
    }
  }
}

void SelectRangeTile(const Tile& data, const RangeBound (&bounds)[2], int64_t start, float on_false,
                     const Tile& dst, const RowReduction& reduction, BlockRange blocks) {
  const AluLoop loop0 = AluLoopFor(bounds[0].op, LineForm::kFloat);
  const AluLoop loop1 = AluLoopFor(bounds[1].op, LineForm::kFloat);
  const AluLoop both = AluLoopFor(AluOp::kBitwiseAnd, LineForm::kBits);
  ScalarLine bound0(bounds[0].value, LineForm::kFloat), bound1(bounds[1].value, LineForm::kFloat);
  ScalarOperand constant;
  constant.value = on_false;
  const ScalarLine otherwise(constant, LineForm::kFloat);
  LineSource source(data, LineForm::kFloat);
  LineBuffer index_buffer, within_buffer, buffer;
  const MutableLines index{index_buffer.words, kLanes}, within{within_buffer.words, kLanes};
  int64_t next = 0;
  ReduceRows(
      dst, reduction, blocks,
      [&](int block) {
        bound0.Load(block);
        bound1.Load(block);
        next = start;
      },
      [&](int block, int64_t n, MutableLines results) {
        for (int64_t i = 0; i < n; ++i) {
          float* line = index.first + i * kLanes;
          std::fill(line, line + kLanes, static_cast<float>(next + i));
        }
        next += n;
        loop0(Read(index), bound0.lines(), within, n);
        loop1(Read(index), bound1.lines(), index, n);
        both(Read(within), Read(index), within, n);
        SelectLines(Read(within), source.Next(block, n, buffer.words), otherwise.lines(), results, n);
      });
}

void SelectAffineTile(const AffinePattern& pattern, AluOp op, const Tile& on_true, float on_false,
                      const Tile& dst, BlockRange blocks) {
  const LineForm form = on_true.dtype == dst.dtype ? LineForm::kBits : LineForm::kFloat;
  const AluLoop compare = AluLoopFor(op, LineForm::kSigned);
  ScalarOperand constant;
  constant.value = on_false;
  constant.bits = EncodeScalar(dst.dtype, on_false);
  const ScalarLine otherwise(constant, form), zero(ScalarOperand(), LineForm::kBits);
  AffineLines values(pattern);
  LineSource source(on_true, form);
  LineSink sink(dst, form);
  LineBuffer value_buffer, buffer;
  const MutableLines within{value_buffer.words, kLanes};
  ForEachChunk(dst, sink, false, blocks, [&](int block, int64_t n) {
    values.Next(block, n, value_buffer.words);
    compare(Read(within), zero.lines(), within, n);
    const Lines lines = source.Next(block, n, buffer.words);
    const MutableLines place = sink.Next(block, n, buffer.words);
    SelectLines(Read(within), lines, otherwise.lines(), place, n);
    sink.Store(block, n, Read(place));
  });
}

}  // namespace nki::simd
