// The elementwise loops: which lines go through which operator. Plain code; the vectors are in alu.cc and
// convert.cc.
#include "isa/simd/elementwise.h"

#include "isa/simd/affine_lines.h"
#include "isa/simd/alu_pair.h"
#include "isa/simd/chunks.h"
#include "isa/simd/scalar_line.h"
#include "memory/error.h"

namespace nki::simd {
namespace {

// C's rule: uint32 if either operand is.
LineForm IntegerForm(const Tile& a, const Tile& b) {
  const bool is_unsigned = a.dtype == Dtype::kUint32 || b.dtype == Dtype::kUint32;
  return is_unsigned ? LineForm::kUnsigned : LineForm::kSigned;
}

}  // namespace

void BinaryTile(AluOp op, const Tile& a, const Tile& b, const Tile& dst, bool exact_integers,
                BlockRange blocks) {
  const bool exact = exact_integers && HasIntegerForm(op) && IsInteger(a.dtype) && IsInteger(b.dtype);
  const LineForm form = exact ? IntegerForm(a, b) : FormOf(op);
  const AluLoop loop = AluLoopFor(op, form);
  LineSource source_a(a, form), source_b(b, form);
  LineSink sink(dst, form);
  LineBuffer buffer_a, buffer_b;
  ForEachChunk(dst, sink, source_a.direct() && source_b.direct(), blocks, [&](int block, int64_t n) {
    const Lines lines_a = source_a.Next(block, n, buffer_a.words);
    const Lines lines_b = source_b.Next(block, n, buffer_b.words);
    const MutableLines result = sink.Next(block, n, buffer_a.words);
    loop(lines_a, lines_b, result, n);
    sink.Store(block, n, Read(result));
  });
}

void ScalarStepsTile(const Tile& data, const ScalarStep* steps, int count, const Tile& dst,
                     BlockRange blocks) {
  const LineForm form = FormOf(steps[0].op);
  NKI_CHECK(count == 1 || FormOf(steps[1].op) == form);
  const ScalarStep& second_step = steps[count - 1];
  const AluStep first(steps[0].op, steps[0].reverse), second(second_step.op, second_step.reverse);
  const bool may_pair = count == 2 && form == LineForm::kFloat;
  const AluPairLoop pair =
      may_pair ? AluPairLoopFor(steps[0].op, steps[0].reverse, second_step.op, second_step.reverse) : nullptr;
  ScalarLine operand0(steps[0].operand, form), operand1(second_step.operand, form);
  LineSource source(data, form);
  LineSink sink(dst, form);
  LineBuffer buffer;
  const bool two_passes = count == 2 && pair == nullptr;  // hand over in chunks that stay in the L1 cache
  const bool whole_blocks = source.direct() && !two_passes;
  int current = -1;
  ForEachChunk(dst, sink, whole_blocks, blocks, [&](int block, int64_t n) {
    if (block != current) {
      operand0.Load(block);
      operand1.Load(block);
      current = block;
    }
    const Lines lines = source.Next(block, n, buffer.words);
    const MutableLines result = sink.Next(block, n, buffer.words);
    if (pair) {
      pair(lines, operand0.lines().first, operand1.lines().first, result, n);
    } else {
      first(lines, operand0.lines(), result, n);
      if (count == 2) second(Read(result), operand1.lines(), result, n);
    }
    sink.Store(block, n, Read(result));
  });
}

void ScalarTensorTensorTile(const Tile& data, const ScalarStep& first_step, AluOp op1, bool reverse1,
                            const Tile& b, const Tile& dst, BlockRange blocks) {
  const LineForm form = FormOf(first_step.op);
  NKI_CHECK(FormOf(op1) == form);
  const AluStep first(first_step.op, first_step.reverse), second(op1, reverse1);
  ScalarLine operand0(first_step.operand, form);
  LineSource source(data, form), source_b(b, form);
  LineSink sink(dst, form);
  LineBuffer buffer, buffer_b;
  int current = -1;
  ForEachChunk(dst, sink, false, blocks, [&](int block, int64_t n) {
    if (block != current) operand0.Load(block);
    current = block;
    // The middle value stays in the buffer: the destination may be b itself.
    const MutableLines middle{buffer.words, kLanes};
    first(source.Next(block, n, buffer.words), operand0.lines(), middle, n);
    const Lines lines_b = source_b.Next(block, n, buffer_b.words);
    const MutableLines result = sink.Next(block, n, buffer.words);
    second(Read(middle), lines_b, result, n);
    sink.Store(block, n, Read(result));
  });
}

void CopyTile(const Tile& src, const Tile& dst, BlockRange blocks) {
  const LineForm form = src.dtype == dst.dtype ? LineForm::kBits : LineForm::kFloat;
  Tile from = src, to = dst;
  Tile from_words = src, to_words = dst;
  if (form == LineForm::kBits && WidenToWords(from_words) && WidenToWords(to_words)) {
    from = from_words;
    to = to_words;
  }
  LineSource source(from, form);
  LineSink sink(to, form);
  LineBuffer buffer;
  ForEachChunk(to, sink, source.direct(), blocks, [&](int block, int64_t n) {
    const MutableLines place = sink.Next(block, n, buffer.words);
    const Lines lines = source.Next(block, n, place.stride == kLanes ? place.first : buffer.words);
    if (sink.direct(block)) CopyLines(lines, place, n);
    sink.Store(block, n, lines);
  });
}

void FillTile(uint32_t bits, const Tile& dst, BlockRange blocks) {
  Tile tile = dst;
  if (WidenToWords(tile) && ItemBytes(dst.dtype) < 4) {
    bits = ItemBytes(dst.dtype) == 2 ? (bits & 0xffffu) * 0x10001u : (bits & 0xffu) * 0x1010101u;
  }
  ScalarOperand constant;
  constant.bits = bits;
  ScalarLine line(constant, LineForm::kBits);
  LineSink sink(tile, LineForm::kBits);
  LineBuffer buffer;
  ForEachChunk(tile, sink, true, blocks, [&](int block, int64_t n) {
    const MutableLines place = sink.Next(block, n, buffer.words);
    if (sink.direct(block)) CopyLines(line.lines(), place, n);
    sink.Store(block, n, line.lines());
  });
}

void IotaTile(const AffinePattern& pattern, const Tile& dst, BlockRange blocks) {
  AffineLines values(pattern);
  LineSink sink(dst, LineForm::kSigned);
  LineBuffer buffer;
  ForEachChunk(dst, sink, false, blocks, [&](int block, int64_t n) {
    values.Next(block, n, buffer.words);
    const MutableLines place = sink.Next(block, n, buffer.words);
    if (sink.direct(block)) CopyLines({buffer.words, kLanes}, place, n);
    sink.Store(block, n, {buffer.words, kLanes});
  });
}

}  // namespace nki::simd
