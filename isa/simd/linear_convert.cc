#include "isa/simd/linear_convert.h"

#include <cstring>
#include <type_traits>

#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/linear_convert.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr int64_t kPiece = 128;  // elements that are float32 at a time

template <int kBytes>
using BitsOf = std::conditional_t<kBytes == 1, uint8_t, std::conditional_t<kBytes == 2, uint16_t, uint32_t>>;

// Whole vectors only.
template <Dtype kDtype, int kBytes>
void DecodeRun(const std::byte* from, float* values) {
  const hn::Rebind<BitsOf<kBytes>, WordTag> d;
  const auto* codes = reinterpret_cast<const BitsOf<kBytes>*>(from);
  for (int64_t i = 0; i < kPiece; i += static_cast<int64_t>(hn::Lanes(d))) {
    if constexpr (kBytes == 4) {
      hn::Store(Decode<kDtype>(hn::LoadU(d, codes + i)), FloatTag(), values + i);
    } else {
      hn::Store(Decode<kDtype>(hn::PromoteTo(WordTag(), hn::LoadU(d, codes + i))), FloatTag(), values + i);
    }
  }
}

template <Dtype kDtype, int kBytes>
void EncodeRun(const float* values, std::byte* to) {
  const hn::Rebind<BitsOf<kBytes>, WordTag> d;
  auto* codes = reinterpret_cast<BitsOf<kBytes>*>(to);
  for (int64_t i = 0; i < kPiece; i += static_cast<int64_t>(hn::Lanes(d))) {
    const WordVec words = Encode<kDtype>(hn::Load(FloatTag(), values + i));
    if constexpr (kBytes == 4) {
      hn::StoreU(words, d, codes + i);
    } else {
      hn::StoreU(hn::TruncateTo(d, words), d, codes + i);
    }
  }
}

using DecodeFunction = void (*)(const std::byte*, float*);
using EncodeFunction = void (*)(const float*, std::byte*);

constexpr DecodeFunction kDecoders[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) &DecodeRun<Dtype::enumerator, bytes>,
#include "memory/dtype.def"
#undef NKI_DTYPE
};

constexpr EncodeFunction kEncoders[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) &EncodeRun<Dtype::enumerator, bytes>,
#include "memory/dtype.def"
#undef NKI_DTYPE
};

void Convert(Dtype from_dtype, const std::byte* from, Dtype to_dtype, std::byte* to, int64_t count) {
  const DecodeFunction decode = kDecoders[static_cast<int>(from_dtype)];
  const EncodeFunction encode = kEncoders[static_cast<int>(to_dtype)];
  const int from_bytes = ItemBytes(from_dtype), to_bytes = ItemBytes(to_dtype);
  alignas(64) float values[kPiece];
  int64_t done = 0;
  for (; done + kPiece <= count; done += kPiece) {
    decode(from + done * from_bytes, values);
    encode(values, to + done * to_bytes);
  }
  if (done == count) return;
  std::byte copy[kPiece * 4] = {};  // a piece of which the first `rest` elements count
  const auto rest = static_cast<size_t>(count - done);
  std::memcpy(copy, from + done * from_bytes, rest * static_cast<size_t>(from_bytes));
  decode(copy, values);
  encode(values, copy);
  std::memcpy(to + done * to_bytes, copy, rest * static_cast<size_t>(to_bytes));
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(Convert);

void ConvertLinear(Dtype from_dtype, const std::byte* from, Dtype to_dtype, std::byte* to, int64_t count) {
  HWY_DYNAMIC_DISPATCH(Convert)(from_dtype, from, to_dtype, to, count);
}

}  // namespace nki::simd
#endif
