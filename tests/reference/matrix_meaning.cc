// The meaning of the matrix multiplications, of the transposition on the Tensor engine and of quantize_mx.
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/mx.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

// Values [K, F].
struct Matrix {
  int64_t columns;
  std::vector<float> values;
  float At(int64_t k, int64_t f) const { return values[static_cast<size_t>(k * columns + f)]; }
};

bool Adds(const Call& call) { return call.Get("accumulate", call.destination == WriteState::kWritten); }

// One float32 chain of fused multiply-adds per part, in ascending k; the parts are added in their order, and
// the total is stored or added once. With `slack` the sums may be made in any order.
void Multiply(const Call& call, Model& model, const std::vector<Matrix>& stationary,
              const std::vector<Matrix>& moving, bool slack) {
  const Reader to(model, call.view("dst"));
  for (int64_t m = 0; m < to.partitions; ++m) {
    for (int64_t n = 0; n < to.free(); ++n) {
      float total = 0;
      double exact = 0, magnitude = 0;
      for (size_t part = 0; part < stationary.size(); ++part) {
        float sum = 0;
        const Matrix &s = stationary[part], &x = moving[part];
        for (int64_t k = 0; k < static_cast<int64_t>(s.values.size()) / s.columns; ++k) {
          sum = std::fma(x.At(k, n), s.At(k, m), sum);
          const double product = static_cast<double>(x.At(k, n)) * s.At(k, m);
          exact += product;
          magnitude += std::fabs(product);
        }
        total = part == 0 ? sum : total + sum;
      }
      const float before = Adds(call) ? to.Value(m, n) : 0;
      if (slack) {
        const double sum = exact + before, error = (magnitude + std::fabs(before)) * 0x1p-20;
        model.PutInterval(to.view, to.Place(m, n),
                          {static_cast<float>(sum - error), static_cast<float>(sum + error)});
      } else {
        model.PutValue(to.view, to.Place(m, n), Adds(call) ? before + total : total);
      }
    }
  }
}

// Part `part` of `parts` along axis 1. tfloat32 keeps 10 fraction bits.
Matrix TakePart(const Reader& reader, int64_t part, int64_t parts) {
  Matrix matrix{reader.free() / parts, {}};
  for (int64_t k = 0; k < reader.partitions; ++k) {
    for (int64_t f = 0; f < matrix.columns; ++f) {
      const float value = reader.Value(k, part * matrix.columns + f);
      const bool rounds = reader.view.dtype == Dtype::kTfloat32;
      matrix.values.push_back(rounds ? std::bit_cast<float>(Encode(Dtype::kTfloat32, value)) : value);
    }
  }
  return matrix;
}

void NcMatmul(const Call& call, Model& model) {
  const Reader stationary(model, call.view("stationary"));
  if (call.Get("is_transpose", false) && call.gen.name != "trn1") {
    const Reader to(model, call.view("dst"));
    for (int64_t m = 0; m < to.partitions; ++m) {
      for (int64_t k = 0; k < to.free(); ++k) model.Put(to.view, to.Place(m, k), stationary.Bits(k, m));
    }
    return;
  }
  const Reader moving(model, call.view("moving"));
  const int64_t parts = call.Enum("perf_mode", PerfMode::kNone) == PerfMode::kDoubleRow ? 2 : 1;
  std::vector<Matrix> s, x;
  for (int64_t part = 0; part < parts; ++part) {
    s.push_back(TakePart(stationary, part, parts));
    x.push_back(TakePart(moving, part, parts));
  }
  const bool low_precision =
      stationary.view.dtype != Dtype::kFloat32 && stationary.view.dtype != Dtype::kTfloat32;
  Multiply(call, model, s, x, low_precision && !call.portable);
}

// Value j of every packed element times its scale, rounded to float32.
std::vector<Matrix> Dequantize(const Reader& packed, const Reader& scales) {
  std::vector<Matrix> parts(4, Matrix{packed.free(), {}});
  for (int64_t k = 0; k < packed.partitions; ++k) {
    for (int64_t f = 0; f < packed.free(); ++f) {
      const float scale = static_cast<float>(MxScale(scales.Bits(MxScaleRow(k), f)));
      const std::array<double, 4> values = UnpackMx(packed.view.dtype, packed.Bits(k, f));
      for (size_t j = 0; j < 4; ++j) parts[j].values.push_back(static_cast<float>(values[j]) * scale);
    }
  }
  return parts;
}

void NcMatmulMx(const Call& call, Model& model) {
  const Reader stationary(model, call.view("stationary")), moving(model, call.view("moving"));
  const Reader scales(model, call.view("stationary_scale")), moving_scales(model, call.view("moving_scale"));
  Multiply(call, model, Dequantize(stationary, scales), Dequantize(moving, moving_scales), false);
}

void QuantizeMx(const Call& call, Model& model) {
  const Reader src(model, call.view("src")), to(model, call.view("dst")),
      scales(model, call.view("dst_scale"));
  const Dtype packed = to.view.dtype;
  const Dtype member = packed == Dtype::kFloat8E5m2X4 ? Dtype::kFloat8E5m2 : Dtype::kFloat8E4m3fn;
  for (int64_t first = 0; first < src.partitions; first += 8) {
    for (int64_t column = 0; column < to.free(); ++column) {
      const auto at = [&](int64_t i) { return src.Value(first + i / 4, column * 4 + i % 4); };
      double largest = 0;
      for (int64_t i = 0; i < 32; ++i) {
        const double magnitude = std::fabs(at(i));
        if (!(magnitude <= largest)) largest = std::isfinite(magnitude) ? magnitude : HUGE_VAL;
      }
      const uint32_t byte = MxScaleByte(packed, largest);
      model.Put(scales.view, scales.Place(MxScaleRow(first), column), byte);
      for (int64_t i = 0; i < 32; ++i) {
        model.PutMember(to.view, to.Place(first + i / 4, column), static_cast<int>(i % 4), member,
                        QuantizeMxValue(packed, at(i), byte));
      }
    }
  }
}

}  // namespace

void AddMatrix(Meanings& table) {
  table["nc_matmul"] = NcMatmul;
  table["nc_matmul_mx"] = NcMatmulMx;
  table["quantize_mx"] = QuantizeMx;
}

}  // namespace nki::reference
