// Draws calls of every instruction. Most are legal; the instruction's own Check decides.
#ifndef NKI_TESTS_FUZZ_SAMPLERS_H_
#define NKI_TESTS_FUZZ_SAMPLERS_H_

#include "tests/fuzz/world.h"

namespace nki::fuzz {

using Sampler = Arguments (*)(World&);
using Samplers = std::map<std::string_view, Sampler>;
const Samplers& AllSamplers();

void AddVectorSamplers(Samplers& table);
void AddAccumulatorSamplers(Samplers& table);
void AddSearchSamplers(Samplers& table);
void AddRandomSamplers(Samplers& table);
void AddTensorSamplers(Samplers& table);
void AddDmaSamplers(Samplers& table);
void AddControlSamplers(Samplers& table);

AluOp AnyArithmetic(World& w);
AluOp AnyBinary(World& w);  // arithmetic, not power
AluOp AnyBitwise(World& w);
Dtype AnyInteger(World& w);
// What beside a unary operator must be left out.
Argument OperandOf(World& w, AluOp op, int64_t partitions,
                   std::initializer_list<Dtype> columns = {Dtype::kFloat32});
// Breaks a call in one to three places, not necessarily so that it becomes illegal.
void Spoil(World& w, Arguments& arguments);

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_SAMPLERS_H_
