// What loops over tiles have in common: chunks of lines, operators with their operands in order.
#ifndef NKI_ISA_SIMD_CHUNKS_H_
#define NKI_ISA_SIMD_CHUNKS_H_

#include <cstring>

#include "isa/simd/alu.h"
#include "isa/simd/convert.h"

namespace nki::simd {

inline LineForm FormOf(AluOp op) { return IsBitwise(op) ? LineForm::kBits : LineForm::kFloat; }

inline Lines Read(MutableLines lines) { return {lines.first, lines.stride}; }

// Calls body(block, n) for the chunks of every owned block; whole blocks where nothing needs a buffer.
template <class Body>
void ForEachChunk(const Tile& dst, const LineSink& sink, bool sources_direct, BlockRange blocks, Body body) {
  const int64_t elements = dst.free_elements();
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    const int64_t chunk = sources_direct && sink.direct(block) ? elements : kChunk;
    for (int64_t done = 0; done < elements; done += chunk) body(block, std::min(chunk, elements - done));
  }
}

// An operator with its operands in order.
struct AluStep {
  AluStep(AluOp op, bool reversed) : loop(AluLoopFor(op, FormOf(op))), reverse(reversed && !IsUnary(op)) {}
  void operator()(Lines x, Lines operand, MutableLines result, int64_t n) const {
    reverse ? loop(operand, x, result, n) : loop(x, operand, result, n);
  }
  AluLoop loop;
  bool reverse;
};

inline void CopyLines(Lines from, MutableLines to, int64_t n) {
  if (from.first == to.first && from.stride == to.stride) return;
  if (from.stride == kLanes && to.stride == kLanes) {
    std::memmove(to.first, from.first, static_cast<size_t>(n) * kLineBytes);
    return;
  }
  if (from.stride == 0) {
    float line[kLanes];
    std::memcpy(line, from.first, kLineBytes);
    for (int64_t i = 0; i < n; ++i) std::memcpy(to.first + i * to.stride, line, kLineBytes);
    return;
  }
  for (int64_t i = 0; i < n; ++i)
    std::memmove(to.first + i * to.stride, from.first + i * from.stride, kLineBytes);
}

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_CHUNKS_H_
