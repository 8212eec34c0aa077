#include "isa/simd/alu.h"

#include "isa/simd/targets.h"
#include "memory/error.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/alu.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/alu-inl.h"
#include "isa/simd/power-inl.h"
#include "isa/simd/remainder-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

template <AluOp kOp, LineForm kForm>
HWY_INLINE FloatVec Apply(FloatVec a, FloatVec b) {
  if constexpr (kForm == LineForm::kFloat) {
    return FloatAlu<kOp>(a, b);
  } else if constexpr (kForm == LineForm::kBits) {
    return AsFloat(BitwiseAlu<kOp>(AsWord(a), AsWord(b)));
  } else if constexpr (kForm == LineForm::kSigned) {
    return AsFloat(IntegerAlu<kOp>(AsInt(a), AsInt(b)));
  } else {
    return AsFloat(IntegerAlu<kOp>(AsWord(a), AsWord(b)));
  }
}

template <AluOp kOp, LineForm kForm>
void Loop(Lines a, Lines b, MutableLines d, int64_t n) {
  const FloatTag df;
  const float* pa = a.first;
  const float* pb = b.first;
  float* pd = d.first;
  const auto line = [&](const float* x, const float* y, float* result) HWY_ATTR {
    if constexpr (kOp == AluOp::kPower && kForm == LineForm::kFloat) {
      PowerLine(x, y, result);
    } else if constexpr ((kOp == AluOp::kFmod || kOp == AluOp::kMod) && kForm == LineForm::kFloat) {
      RemainderLine<kOp>(x, y, result);
    } else {
      for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
        hn::StoreU(Apply<kOp, kForm>(hn::LoadU(df, x + lane), hn::LoadU(df, y + lane)), df, result + lane);
      }
    }
  };
  int64_t i = 0;
  for (; i + 4 <= n; i += 4, pa += 4 * a.stride, pb += 4 * b.stride, pd += 4 * d.stride) {
    line(pa, pb, pd);
    line(pa + a.stride, pb + b.stride, pd + d.stride);
    line(pa + 2 * a.stride, pb + 2 * b.stride, pd + 2 * d.stride);
    line(pa + 3 * a.stride, pb + 3 * b.stride, pd + 3 * d.stride);
  }
  for (; i < n; ++i, pa += a.stride, pb += b.stride, pd += d.stride) line(pa, pb, pd);
}

template <LineForm kForm>
AluLoop LoopFor(AluOp op) {
  static constexpr AluLoop kLoops[] = {
#define NKI_ALU_OP(enumerator, name, op_class, reduces, unary) &Loop<AluOp::enumerator, kForm>,
#include "isa/alu_op.def"
#undef NKI_ALU_OP
  };
  return kLoops[static_cast<int>(op)];
}

AluLoop LoopForForm(AluOp op, LineForm form) {
  switch (form) {
    case LineForm::kFloat:
      return LoopFor<LineForm::kFloat>(op);
    case LineForm::kBits:
      return LoopFor<LineForm::kBits>(op);
    case LineForm::kSigned:
      return LoopFor<LineForm::kSigned>(op);
    case LineForm::kUnsigned:
      return LoopFor<LineForm::kUnsigned>(op);
  }
  return nullptr;
}

void CountRun(const uint32_t* lanes, const FreeCursor::Run& run, float* lines) {
  const WordTag dw;
  for (int64_t i = 0; i < run.count; ++i) {
    const WordVec value = Word(static_cast<uint32_t>(run.offset + i * run.step));
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
      hn::StoreU(AsFloat(hn::Add(hn::LoadU(dw, lanes + lane), value)), FloatTag(), lines + i * kLanes + lane);
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(LoopForForm);
HWY_EXPORT(CountRun);

AluLoop AluLoopFor(AluOp op, LineForm form) {
  NKI_CHECK(IsBitwise(op) == (form == LineForm::kBits));
  return HWY_DYNAMIC_DISPATCH(LoopForForm)(op, form);
}

void CountLines(const uint32_t* lanes, const FreeCursor::Run& run, float* lines) {
  HWY_DYNAMIC_DISPATCH(CountRun)(lanes, run, lines);
}

}  // namespace nki::simd
#endif  // HWY_ONCE
