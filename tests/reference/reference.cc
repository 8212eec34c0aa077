#include "tests/reference/reference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>

namespace nki::reference {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kPi = 3.14159265358979323846;

struct Format {
  int exponent_bits;
  int fraction_bits;
  bool infinities;  // the top exponent holds infinities and NaN; otherwise only all ones is NaN
};

Format FormatOf(Dtype dtype) {
  switch (dtype) {
    case Dtype::kFloat16:
      return {5, 10, true};
    case Dtype::kBfloat16:
      return {8, 7, true};
    case Dtype::kFloat32:
      return {8, 23, true};
    case Dtype::kFloat8E4m3:
      return {4, 3, true};
    case Dtype::kFloat8E4m3fn:
      return {4, 3, false};
    case Dtype::kFloat8E5m2:
      return {5, 2, true};
    default:
      throw std::invalid_argument("not a floating-point format of sign, exponent and fraction");
  }
}

double DecodeFloat(Format format, uint32_t bits) {
  const int top = (1 << format.exponent_bits) - 1;
  const int exponent = static_cast<int>(bits >> format.fraction_bits) & top;
  const uint32_t fraction = bits & ((1u << format.fraction_bits) - 1);
  const bool negative = bits >> (format.exponent_bits + format.fraction_bits) & 1;
  const int bias = top / 2;
  double value = 0;
  if (format.infinities && exponent == top) {
    value = fraction == 0 ? kInf : kNan;
  } else if (!format.infinities && exponent == top && fraction == (1u << format.fraction_bits) - 1) {
    value = kNan;
  } else if (exponent == 0) {
    value = std::ldexp(fraction, 1 - bias - format.fraction_bits);
  } else {
    value = std::ldexp((1u << format.fraction_bits) + fraction, exponent - bias - format.fraction_bits);
  }
  return negative ? -value : value;
}

// All magnitudes of the format in order; the code is the index. The one after the last finite is what
// overflow would be.
const std::vector<double>& Magnitudes(Dtype dtype) {
  static std::map<Dtype, std::vector<double>> cache;
  std::vector<double>& values = cache[dtype];
  if (values.empty()) {
    const Format format = FormatOf(dtype);
    for (uint32_t code = 0; std::isfinite(DecodeFloat(format, code)); ++code)
      values.push_back(DecodeFloat(format, code));
    values.push_back(2 * values[values.size() - 1] - values[values.size() - 2]);
  }
  return values;
}

uint32_t EncodeFloat(Dtype dtype, double value) {
  const Format format = FormatOf(dtype);
  const uint32_t sign = std::signbit(value) ? 1u << (format.exponent_bits + format.fraction_bits) : 0;
  const std::vector<double>& values = Magnitudes(dtype);
  const uint32_t finite = static_cast<uint32_t>(values.size() - 1);  // codes below are finite
  if (std::isnan(value)) return sign | (finite + (format.infinities ? 1u << (format.fraction_bits - 1) : 0));
  const double magnitude = std::fabs(value);
  uint32_t above =
      static_cast<uint32_t>(std::lower_bound(values.begin(), values.end(), magnitude) - values.begin());
  if (above >= finite + 1) return sign | finite;
  if (values[above] == magnitude) return sign | above;
  const double up = values[above] - magnitude, down = magnitude - values[above - 1];
  const bool take_up = up < down || (up == down && above % 2 == 0);
  return sign | (take_up ? above : above - 1);
}

double IntegerLimit(Dtype dtype, bool upper) {
  const int bits = 8 * ItemBytes(dtype);
  if (!IsSigned(dtype)) return upper ? std::ldexp(1, bits) - 1 : 0;
  return upper ? std::ldexp(1, bits - 1) - 1 : -std::ldexp(1, bits - 1);
}

double RoundHalfEven(double x) {
  const double below = std::floor(x);
  if (x - below != 0.5) return std::floor(x + 0.5);
  return std::fmod(below, 2) == 0 ? below : below + 1;
}

double Cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double Density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * kPi); }
double Logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double Sine(double x) {
  const double a = std::fabs(x);
  const double d = a - kPi;
  return std::copysign(1.0, x) * (a <= static_cast<float>(kPi) ? std::sin(a) : -d + d * d * d / 6);
}

}  // namespace

double Decode(Dtype dtype, uint32_t bits) {
  if (dtype == Dtype::kBool) return bits != 0;
  if (dtype == Dtype::kTfloat32) return DecodeFloat(FormatOf(Dtype::kFloat32), bits);
  if (dtype == Dtype::kFloat8E8m0fnu) return bits == 255 ? kNan : std::ldexp(1, static_cast<int>(bits) - 127);
  if (IsFloat(dtype)) return DecodeFloat(FormatOf(dtype), bits);
  const double value = bits;
  return IsSigned(dtype) && value > IntegerLimit(dtype, true) ? value - std::ldexp(1, 8 * ItemBytes(dtype))
                                                              : value;
}

bool IsNan(Dtype dtype, uint32_t bits) { return IsFloat(dtype) && std::isnan(Decode(dtype, bits)); }

uint32_t Encode(Dtype dtype, float value) {
  if (dtype == Dtype::kBool) return value != 0;
  if (dtype == Dtype::kFloat32) return std::bit_cast<uint32_t>(value);
  if (dtype == Dtype::kTfloat32) {  // a multiple of 2^13 units in the last place of float32
    if (std::isnan(value)) return 0x7fc00000u;
    const double units = RoundHalfEven(std::ldexp(std::bit_cast<uint32_t>(std::fabs(value)), -13));
    return static_cast<uint32_t>(units * 8192) | (std::signbit(value) ? 0x80000000u : 0);
  }
  if (dtype == Dtype::kFloat8E8m0fnu) {
    if (!(value > 0) || std::isinf(value)) return 255;
    for (int code = 0; code < 255; ++code) {
      if (value < 1.5 * std::ldexp(1, code - 127)) return static_cast<uint32_t>(code);
    }
    return 255;
  }
  if (IsFloat(dtype)) return EncodeFloat(dtype, value);
  if (std::isnan(value)) return 0;
  const double rounded =
      std::clamp(RoundHalfEven(value), IntegerLimit(dtype, false), IntegerLimit(dtype, true));
  const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(dtype));
  return static_cast<uint32_t>(static_cast<int64_t>(rounded)) & mask;
}

double Alu(AluOp op, double a, double b) {
  const bool either_nan = std::isnan(a) || std::isnan(b);
  switch (op) {
    case AluOp::kAbs:
      return std::fabs(a);
    case AluOp::kAbsMax:
      return either_nan ? kNan : std::fabs(a) > std::fabs(b) ? a : b;
    case AluOp::kAbsMin:
      return either_nan ? kNan : std::fabs(a) < std::fabs(b) ? a : b;
    case AluOp::kAdd:
      return a + b;
    case AluOp::kDivide:
      return a / b;
    case AluOp::kEqual:
      return a == b;
    case AluOp::kFmod:
      return std::fmod(a, b);
    case AluOp::kGreater:
      return a > b;
    case AluOp::kGreaterEqual:
      return a >= b;
    case AluOp::kLess:
      return a < b;
    case AluOp::kLessEqual:
      return a <= b;
    case AluOp::kLogicalAnd:
      return a != 0 && b != 0;
    case AluOp::kLogicalOr:
      return a != 0 || b != 0;
    case AluOp::kLogicalXor:
      return (a != 0) != (b != 0);
    case AluOp::kMaximum:
      return either_nan ? kNan : a > b ? a : b;
    case AluOp::kMinimum:
      return either_nan ? kNan : a < b ? a : b;
    case AluOp::kMod: {
      const double rest = std::fmod(a, b);
      if (rest == 0) return std::copysign(0.0, b);
      return std::signbit(rest) == std::signbit(b) ? rest : rest + b;
    }
    case AluOp::kMultiply:
      return a * b;
    case AluOp::kNotEqual:
      return a != b;
    case AluOp::kPower:
      return std::pow(a, b);
    case AluOp::kReciprocal:
      return 1 / a;
    case AluOp::kRelu:
      return std::isnan(a) ? kNan : a > 0 ? a : 0;
    case AluOp::kRsqrt:
      return 1 / static_cast<double>(static_cast<float>(std::sqrt(a)));
    case AluOp::kSquare:
      return a * a;
    case AluOp::kSubtract:
      return a - b;
    default:
      throw std::invalid_argument("not an arithmetic operator");
  }
}

uint32_t BitwiseAlu(AluOp op, uint32_t a, uint32_t b) {
  switch (op) {
    case AluOp::kBitwiseAnd:
      return a & b;
    case AluOp::kBitwiseOr:
      return a | b;
    case AluOp::kBitwiseXor:
      return a ^ b;
    case AluOp::kInvert:
      return ~a;
    case AluOp::kLeftShift:
      return b >= 32 ? 0 : a << b;
    case AluOp::kRightShift:
      return b >= 32 ? 0 : a >> b;
    default:
      throw std::invalid_argument("not a bitwise operator");
  }
}

int64_t IntegerAlu(AluOp op, int64_t a, int64_t b) {
  switch (op) {
    case AluOp::kAdd:
      return a + b;
    case AluOp::kSubtract:
      return a - b;
    case AluOp::kMultiply:
      return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    case AluOp::kSquare:
      return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(a));
    case AluOp::kMaximum:
      return std::max(a, b);
    case AluOp::kMinimum:
      return std::min(a, b);
    case AluOp::kRelu:
      return std::max<int64_t>(a, 0);
    case AluOp::kAbs:
      return a < 0 ? -a : a;
    case AluOp::kAbsMax:
      return std::abs(a) > std::abs(b) ? a : b;
    case AluOp::kAbsMin:
      return std::abs(a) < std::abs(b) ? a : b;
    case AluOp::kEqual:
      return a == b;
    case AluOp::kNotEqual:
      return a != b;
    case AluOp::kGreater:
      return a > b;
    case AluOp::kGreaterEqual:
      return a >= b;
    case AluOp::kLess:
      return a < b;
    case AluOp::kLessEqual:
      return a <= b;
    case AluOp::kLogicalAnd:
      return a && b;
    case AluOp::kLogicalOr:
      return a || b;
    case AluOp::kLogicalXor:
      return !a != !b;
    default:
      throw std::invalid_argument("not an exact integer operator");
  }
}

double Activation(ActivationOp op, double x, double slope) {
  using Op = ActivationOp;
  const auto swish = [](double v, double u) { return v == -kInf ? -0.0 : v * Logistic(u); };
  const auto swish_dx = [](double v, double slope) {
    const double s = Logistic(slope * v);
    return std::isinf(v) ? s : s + slope * v * s * Logistic(-slope * v);
  };
  switch (op) {
    case Op::kAbs:
      return std::fabs(x);
    case Op::kArctan:
      return std::atan(x);
    case Op::kCopy:
      return x;
    case Op::kErf:
      return std::erf(x);
    case Op::kErfDx:
      return 2 / std::sqrt(kPi) * std::exp(-x * x);
    case Op::kExp:
      return std::exp(x);
    case Op::kGelu:
      return x == -kInf ? -0.0 : x * Cdf(x);
    case Op::kGeluApprxSigmoid:
      return swish(x, 1.702 * x);
    case Op::kGeluApprxSigmoidDx:
      return swish_dx(x, 1.702);
    case Op::kGeluApprxTanh:
      return swish(x, 2 * std::sqrt(2 / kPi) * (x + 0.044715 * x * x * x));
    case Op::kGeluDx:
      return std::isinf(x) ? Cdf(x) : Cdf(x) + x * Density(x);
    case Op::kLog:
      return std::log(x);
    case Op::kMish:
      return x == -kInf ? -0.0 : x * std::tanh(std::log1p(std::exp(std::min(x, 700.0))));
    case Op::kReciprocal:
      return 1 / x;
    case Op::kPrelu:
      return x < 0 ? slope * x : x;
    case Op::kRelu:
      return std::isnan(x) || x > 0 ? x : 0.0;
    case Op::kRsqrt:
      return 1 / std::sqrt(x);
    case Op::kSigmoid:
      return Logistic(x);
    case Op::kSign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case Op::kSilu:
      return swish(x, x);
    case Op::kSiluDx:
      return swish_dx(x, 1);
    case Op::kSin:
      return Sine(x);
    case Op::kSoftplus:
      return std::isnan(x) ? x : std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case Op::kSqrt:
      return std::sqrt(x);
    case Op::kSquare:
      return x * x;
    case Op::kTanh:
      return std::tanh(x);
  }
  throw std::invalid_argument("unknown function");
}

}  // namespace nki::reference
