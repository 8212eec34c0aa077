// The vocabulary of constraints. An instruction's Check is a list of these sentences; none stops at the first
// problem.
//
// Each rule has an id, printed in brackets, and one sentence that gives the actual value and the limit. A new
// rule enters here when two instructions want it; until then an instruction says Fail("its-own-id", …).
#ifndef NKI_ISA_RULES_H_
#define NKI_ISA_RULES_H_

#include <concepts>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isa/diagnostics.h"
#include "isa/fields.h"
#include "isa/generation.h"

namespace nki {

class Instruction;

// How often each (instruction, rule) was seen holding and failing; the table test reads it.
using RuleCoverage = std::map<std::pair<std::string, std::string>, std::pair<int, int>>;

class Checker {
 public:
  // `source` goes into the diagnostics, which are appended to `found`.
  Checker(const Instruction& instruction, const Generation& gen, int source, std::vector<Diagnostic>* found);
  const Generation& gen() const { return gen_; }

  // The usual rules of a compute operand: on chip in one of `spaces`, partition count and start, neighbouring
  // partitions, inside the storage.
  bool ComputeOperand(const View& view, SpaceSet spaces);
  // A constant, or a column [P, 1] beside `data` with the usual rules.
  bool ScalarOperand(const Operand& operand, const View& data, SpaceSet spaces);
  // The same, on chip, and a column must be float32.
  bool Float32Operand(const Operand& operand, const View& data);

  bool InSpaces(const View& view, SpaceSet spaces);                    // [space]
  bool PartitionsAtMost(const View& view, int64_t limit);              // [partitions-at-most]
  bool StartPartition(const View& view);                               // [start-partition]
  bool PartitionStep(const View& view);                                // [partition-step]
  bool InBounds(const View& view);                                     // [in-bounds]
  bool FreeAtMost(const View& view, int64_t limit);                    // [free-at-most]
  bool FreeExactly(const View& view, int64_t count);                   // [free-exactly]
  bool FreeBetween(const View& view, int64_t least, int64_t most);     // [free-between]
  bool RankAtMost(const View& view, int limit);                        // [rank-at-most]
  bool SamePartitions(const View& a, const View& b);                   // [same-partitions]
  bool SameFree(const View& a, const View& b);                         // [same-free]
  bool SameElements(const View& a, const View& b);                     // [same-elements]
  bool SameDtype(const View& a, const View& b);                        // [same-dtype]
  bool SameItemBytes(const View& a, const View& b);                    // [same-item-bytes]
  bool Column(const View& column, const View& data);                   // [column]
  bool FitsInt32(const void* field, int64_t value);                    // [int32]
  bool DtypeIn(const View& view, std::initializer_list<Dtype> set);    // [dtype]
  bool NotPacked(const View& view);                                    // [packed-dtype]
  bool Convertible(const View& a, const View& b);                      // equal dtypes or [packed-dtype]
  bool IntegerDtype(const View& view, AluOp op);                       // [integer-dtype]
  bool NotBothInPsum(const View& a, const View& b);                    // [both-psum]
  bool EngineIn(Engine engine, std::initializer_list<Engine> set);     // [engine]
  bool GpSimdOutsidePsum(Engine engine, const View& view);             // [gpsimd-psum]
  bool SameClass(const AluOp& a, const AluOp& b);                      // [op-class]
  bool BinaryOp(const AluOp& op);                                      // [binary-op]
  bool ArithmeticOp(const AluOp& op);                                  // [arithmetic-op]
  bool BitwiseOnVector(const AluOp& op, Engine engine);                // [bitwise-engine]
  bool Comparison(const AluOp& op, std::initializer_list<AluOp> set);  // [comparison]
  bool ReducesToMaximum(const AluOp& op);                              // [reduce-op]
  bool Given(const Operand& operand);                                  // [given]
  bool UnaryOperand(AluOp op, const Operand& operand);                 // [unary-operand]
  bool AluOpOnTarget(AluOp op);                              // the feature of the operator, if it needs one
  bool DmaPriority(const std::optional<int64_t>& priority);  // [priority], [dma-priority]
  bool Requires(Feature feature);                            // [<feature name>]

  // A rule of one instruction only. Counts as passed when `holds`. The instruction's name is put in front.
  bool Rule(bool holds, const char* id, std::string_view sentence);
  // The same with a sentence that is built only if it is needed.
  template <std::invocable Sentence>
  bool Rule(bool holds, const char* id, Sentence sentence) {
    if (holds && coverage == nullptr) return true;
    return Rule(holds, id, std::string_view(holds ? std::string() : sentence()));
  }
  // A rule that makes a kernel suspicious but not wrong.
  void Warn(bool holds, const char* id, std::string_view sentence);

  // The name of the field that `value` is, as the user spells it.
  std::string NameOf(const void* value) const;
  // The same with its value: "op0 is 'add'", "prob is 1.5", "src is a tensor".
  std::string Says(const AluOp& op) const;
  std::string Says(const Operand& operand) const;

  static RuleCoverage* coverage;  // null except in tests

 private:
  void Report(Severity severity, bool holds, const char* id, std::string_view sentence);

  const Instruction& instruction_;
  const Generation& gen_;
  int source_;
  std::vector<Diagnostic>* found_;
};

}  // namespace nki

#endif  // NKI_ISA_RULES_H_
