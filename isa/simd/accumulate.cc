// Which lines go through which loop; the vectors are in accumulate_loops.cc and alu.cc.
#include "isa/simd/accumulate.h"

#include <cstring>

#include "isa/simd/rows.h"
#include "isa/simd/scalar_line.h"
#include "memory/error.h"

namespace nki::simd {

void ScalarReduceTile(const Tile& data, const ScalarStep& step, const Tile& dst,
                      const RowReduction& reduction, BlockRange blocks) {
  const AluStep apply(step.op, step.reverse);
  ScalarLine operand(step.operand, LineForm::kFloat);
  LineSource source(data, LineForm::kFloat);
  LineBuffer buffer;
  ReduceRows(
      dst, reduction, blocks, [&](int block) { operand.Load(block); },
      [&](int block, int64_t n, MutableLines results) {
        apply(source.Next(block, n, buffer.words), operand.lines(), results, n);
      });
}

void CumulativeTile(const Tile& data, const ScalarStep& step, const Tile& dst, const RowReduction& reduction,
                    BlockRange blocks) {
  const AluStep apply(step.op, step.reverse);
  const CumulateLoop cumulate = CumulateLoopFor(reduction.op);
  NKI_CHECK(cumulate != nullptr);
  ScalarLine operand(step.operand, LineForm::kFloat);
  LineSource source(data, LineForm::kFloat);
  LineBuffer buffer;
  RegisterLine registers(reduction.registers);
  ProduceRows(
      dst, blocks,
      [&](int block) {
        operand.Load(block);
        registers.Load(dst, block);
      },
      [&](int block, int64_t n, MutableLines results) {
        apply(source.Next(block, n, buffer.words), operand.lines(), results, n);
        cumulate(Read(results), results, n, registers.words());
      },
      [&] { registers.Store(); });
}

namespace {

// Any two operators, a line at a time.
struct SlowScan {
  explicit SlowScan(const ScanSteps& steps)
      : first(steps.op0, steps.reverse0), second(steps.op1, steps.reverse1) {}
  void operator()(Lines x, Lines y, MutableLines d, int64_t n, float* line) const {
    for (int64_t i = 0; i < n; ++i) {
      first({x.first + i * x.stride, 0}, {line, 0}, {line, 0}, 1);
      second({line, 0}, {y.first + i * y.stride, 0}, {line, 0}, 1);
      std::memcpy(d.first + i * d.stride, line, kLineBytes);
    }
  }
  AluStep first, second;
};

}  // namespace

void ScanTile(const Tile& data0, const Tile& data1, const ScalarOperand& initial, const ScanSteps& steps,
              const Tile& dst, BlockRange blocks) {
  const ScanLoop scan = ScanLoopFor(steps.op0, steps.reverse0, steps.op1, steps.reverse1);
  const SlowScan slow(steps);
  ScalarLine start(initial, LineForm::kFloat);
  LineSource source0(data0, LineForm::kFloat), source1(data1, LineForm::kFloat);
  LineBuffer buffer0, buffer1;
  alignas(64) float state[kLanes];
  ProduceRows(
      dst, blocks,
      [&](int block) {
        start.Load(block);
        std::memcpy(state, start.lines().first, kLineBytes);
      },
      [&](int block, int64_t n, MutableLines results) {
        const Lines x = source0.Next(block, n, buffer0.words), y = source1.Next(block, n, buffer1.words);
        scan ? scan(x, y, results, n, state) : slow(x, y, results, n, state);
      },
      [] {});
}

}  // namespace nki::simd
