// Sources and sinks of lines: address patterns only; the conversions are in convert.cc.
#include "isa/simd/convert.h"
#include "memory/error.h"

namespace nki::simd {
namespace {

std::byte* FirstBlock(const Tile& tile) {
  NKI_CHECK(tile.partition % kLanes == 0 && tile.partition_step == 1);
  return tile.base + tile.first_block() * tile.block_bytes;
}

float* LineAt(std::byte* block, int64_t element) {
  return reinterpret_cast<float*>(block + element * kLineBytes);
}

}  // namespace

bool IsLineWord(Dtype dtype, LineForm form) {
  switch (form) {
    case LineForm::kFloat:
      return dtype == Dtype::kFloat32 || dtype == Dtype::kTfloat32;
    case LineForm::kBits:
      return ItemBytes(dtype) == 4;
    case LineForm::kSigned:
    case LineForm::kUnsigned:
      return dtype == Dtype::kInt32 || dtype == Dtype::kUint32;
  }
  return false;
}

FreeCursor::FreeCursor(const Tile& tile) : dims_(tile.dims), offset_(tile.offset) {
  rank_ = Coalesce(dims_, tile.rank);
  if (rank_ == 0) {
    dims_[0] = {1, 1};
    rank_ = 1;
  }
}

FreeCursor::Run FreeCursor::NextPart(int64_t limit) {
  const int last = rank_ - 1;
  const Dim& inner = dims_[last];
  const Run run{offset_, inner.step, std::min(limit, inner.count - index_[last])};
  offset_ += run.count * inner.step;
  index_[last] += run.count;
  for (int k = last; index_[k] == dims_[k].count; --k) {
    offset_ -= dims_[k].count * dims_[k].step;
    index_[k] = 0;
    if (k == 0) break;
    offset_ += dims_[k - 1].step;
    ++index_[k - 1];
  }
  return run;
}

LineSource::LineSource(const Tile& tile, LineForm form)
    : first_block_(FirstBlock(tile)),
      block_bytes_(tile.block_bytes),
      dtype_(tile.dtype),
      form_(form),
      cursor_(tile),
      direct_(IsLineWord(tile.dtype, form) && cursor_.one_run()) {}

Lines LineSource::Next(int block, int64_t n, float* buffer) {
  std::byte* start = first_block_ + block * block_bytes_;
  if (direct_) {
    const FreeCursor::Run run = cursor_.Next(n);
    return {LineAt(start, run.offset), run.step * kLanes};
  }
  for (int64_t done = 0; done < n;) {
    const FreeCursor::Run run = cursor_.Next(n - done);
    LoadRun(dtype_, form_, start, run, buffer + done * kLanes);
    done += run.count;
  }
  return {buffer, kLanes};
}

LineSink::LineSink(const Tile& tile, LineForm form)
    : first_block_(FirstBlock(tile)),
      block_bytes_(tile.block_bytes),
      partitions_(tile.partitions),
      dtype_(tile.dtype),
      form_(form),
      cursor_(tile),
      direct_(IsLineWord(tile.dtype, form) && cursor_.one_run() &&
              !(form == LineForm::kFloat && tile.dtype == Dtype::kTfloat32)) {  // storing it rounds
  streams_ = tile.streams && direct_ && cursor_.inner().step == 1;
  direct_ = direct_ && !streams_;
}

MutableLines LineSink::Next(int block, int64_t n, float* buffer) {
  if (!direct(block)) return {buffer, kLanes};
  const FreeCursor::Run run = cursor_.Next(n);
  return {LineAt(first_block_ + block * block_bytes_, run.offset), run.step * kLanes};
}

void LineSink::Store(int block, int64_t n, Lines lines) {
  if (direct(block)) return;
  for (int64_t done = 0; done < n;) {
    const FreeCursor::Run run = cursor_.Next(n - done);
    if (streams_) {
      StreamLines(LineAt(first_block_ + block * block_bytes_, run.offset), lines, run.count);
      return;  // one run
    }
    StoreRun(dtype_, form_, first_block_ + block * block_bytes_, run,
             {lines.first + done * lines.stride, lines.stride}, LanesOf(block));
    done += run.count;
  }
}

BlockSpan OwnedBlocks(const Tile& dst, BlockRange blocks) {
  const int first = dst.first_block();
  return {std::max(blocks.begin, first) - first, std::min(blocks.end, dst.end_block()) - first};
}

bool WidenToWords(Tile& tile) {
  const int per_word = 4 / ItemBytes(tile.dtype);
  if (per_word == 1) return true;
  const FreeCursor cursor(tile);
  const Dim inner = cursor.inner();
  if (!cursor.one_run() || inner.step != 1 || inner.count % per_word != 0 || tile.offset % per_word != 0)
    return false;
  tile.rank = 1;
  tile.dims[0] = {1, inner.count / per_word};
  tile.offset /= per_word;
  tile.dtype = Dtype::kUint32;
  return true;
}

}  // namespace nki::simd
