// Conversion between the elements of a block and lines, for every dtype.
#include "isa/simd/convert.h"

#include <utility>

#include "hwy/cache_control.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/convert.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr FloatTag df;
constexpr WordTag dw;
constexpr int kBytesOf[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) bytes,
#include "memory/dtype.def"
#undef NKI_DTYPE
};

// What a line holds for an element with these bits.
template <LineForm kForm, Dtype kDtype>
HWY_INLINE FloatVec ToLine(WordVec code) {
  if constexpr (kForm == LineForm::kFloat) {
    return Decode<kDtype>(code);
  } else if constexpr (kForm != LineForm::kBits && kDtype == Dtype::kInt8) {
    return AsFloat(hn::ShiftRight<24>(AsInt(hn::ShiftLeft<24>(code))));
  } else if constexpr (kForm != LineForm::kBits && kDtype == Dtype::kInt16) {
    return AsFloat(hn::ShiftRight<16>(AsInt(hn::ShiftLeft<16>(code))));
  } else {
    return AsFloat(code);
  }
}

template <LineForm kForm, Dtype kDtype>
HWY_INLINE WordVec FromLine(FloatVec line) {
  constexpr int kBytes = kBytesOf[static_cast<int>(kDtype)];
  if constexpr (kForm == LineForm::kFloat) {
    return Encode<kDtype>(line);
  } else if constexpr (kForm == LineForm::kBits) {
    return kBytes == 4 ? AsWord(line) : hn::And(AsWord(line), Word(0xffffffffu >> (32 - 8 * kBytes)));
  } else if constexpr (kDtype == Dtype::kInt32 || kDtype == Dtype::kUint32) {
    return AsWord(line);
  } else if constexpr (kForm == LineForm::kSigned) {
    return Encode<kDtype>(FromSigned(AsInt(line)));
  } else {
    return Encode<kDtype>(FromUnsigned(AsWord(line)));
  }
}

// The bits of element kIndex of a word.
template <Dtype kDtype, int kIndex>
HWY_INLINE WordVec ElementOf(WordVec word) {
  constexpr int kBits = 8 * kBytesOf[static_cast<int>(kDtype)];
  const WordVec low = hn::ShiftRight<kIndex * kBits>(word);
  return (kIndex + 1) * kBits == 32 ? low : hn::And(low, Word(0xffffffffu >> (32 - kBits)));
}

template <LineForm kForm, Dtype kDtype, int kIndex>
HWY_INLINE void LoadElementOf(WordVec word, float* line) {
  if constexpr (kForm == LineForm::kFloat && kDtype == Dtype::kBfloat16) {
    const WordVec bits = kIndex == 0 ? hn::ShiftLeft<16>(word) : hn::And(word, Word(0xffff0000u));
    hn::StoreU(AsFloat(bits), df, line + kIndex * kLanes);
  } else {
    hn::StoreU(ToLine<kForm, kDtype>(ElementOf<kDtype, kIndex>(word)), df, line + kIndex * kLanes);
  }
}

// All elements of one word into as many lines.
template <LineForm kForm, Dtype kDtype, int... kIndex>
HWY_INLINE void LoadWhole(const uint32_t* words, float* lines, std::integer_sequence<int, kIndex...>) {
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
    const WordVec word = hn::LoadU(dw, words + lane);
    (LoadElementOf<kForm, kDtype, kIndex>(word, lines + lane), ...);
  }
}

template <LineForm kForm, Dtype kDtype>
void LoadRunOf(const std::byte* block, const FreeCursor::Run& run, float* lines) {
  constexpr int kBytes = kBytesOf[static_cast<int>(kDtype)];
  constexpr int kPerWord = 4 / kBytes;
  int64_t element = run.offset;
  for (int64_t i = 0; i < run.count;) {
    const uint32_t* words = reinterpret_cast<const uint32_t*>(block + element / kPerWord * kLineBytes);
    float* line = lines + i * kLanes;
    if (kPerWord == 1 || (run.step == 1 && element % kPerWord == 0 && run.count - i >= kPerWord)) {
      LoadWhole<kForm, kDtype>(words, line, std::make_integer_sequence<int, kPerWord>());
      i += kPerWord;
      element += kPerWord * run.step;
      continue;
    }
    const int shift = static_cast<int>(element % kPerWord) * 8 * kBytes;
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
      const WordVec code = ElementOf<kDtype, 0>(hn::ShiftRightSame(hn::LoadU(dw, words + lane), shift));
      hn::StoreU(ToLine<kForm, kDtype>(code), df, line + lane);
    }
    ++i;
    element += run.step;
  }
}

// Writes the lanes of `word` below `lanes` to one word of the block.
HWY_INLINE void StoreWord(WordVec word, uint32_t* words, size_t lane, int lanes) {
  if (lanes == kLanes) {
    hn::StoreU(word, dw, words + lane);
  } else if (static_cast<size_t>(lanes) > lane) {
    hn::BlendedStore(word, hn::FirstN(dw, static_cast<size_t>(lanes) - lane), dw, words + lane);
  }
}

// One element narrower than a word: the rest of the word stays.
template <LineForm kForm, Dtype kDtype>
HWY_INLINE void StoreNarrow(const float* line, std::byte* block, int64_t byte, int lanes) {
  constexpr uint32_t kMask = 0xffffffffu >> (32 - 8 * kBytesOf[static_cast<int>(kDtype)]);
  uint32_t* words = reinterpret_cast<uint32_t*>(block + (byte >> 2) * kLineBytes);
  const int shift = static_cast<int>(byte & 3) * 8;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
    const WordVec code = FromLine<kForm, kDtype>(hn::LoadU(df, line + lane));
    const WordVec kept = hn::AndNot(Word(kMask << shift), hn::LoadU(dw, words + lane));
    StoreWord(hn::Or(kept, hn::ShiftLeftSame(code, shift)), words, lane, lanes);
  }
}

// kPerWord neighbouring elements that fill a word.
template <LineForm kForm, Dtype kDtype, int kPerWord>
HWY_INLINE void StoreWhole(const float* line, int64_t stride, std::byte* block, int64_t word_index,
                           int lanes) {
  uint32_t* words = reinterpret_cast<uint32_t*>(block + word_index * kLineBytes);
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dw)) {
    WordVec word = FromLine<kForm, kDtype>(hn::LoadU(df, line + lane));
    if constexpr (kPerWord >= 2) {
      constexpr int kBits = 32 / kPerWord;
      const auto next = [&](int j) HWY_ATTR {
        return FromLine<kForm, kDtype>(hn::LoadU(df, line + j * stride + lane));
      };
      word = hn::Or(word, hn::ShiftLeft<kBits>(next(1)));
      if constexpr (kPerWord == 4) {
        word = hn::Or(word, hn::Or(hn::ShiftLeft<16>(next(2)), hn::ShiftLeft<24>(next(3))));
      }
    }
    StoreWord(word, words, lane, lanes);
  }
}

template <LineForm kForm, Dtype kDtype>
void StoreRunOf(std::byte* block, const FreeCursor::Run& run, Lines lines, int lanes) {
  constexpr int kPerWord = 4 / kBytesOf[static_cast<int>(kDtype)];
  int64_t i = 0;
  int64_t element = run.offset;
  while (i < run.count) {
    const float* line = lines.first + i * lines.stride;
    const bool whole =
        kPerWord == 1 || (run.step == 1 && element % kPerWord == 0 && run.count - i >= kPerWord);
    if (whole) {
      StoreWhole<kForm, kDtype, kPerWord>(line, lines.stride, block, element / kPerWord, lanes);
    } else if constexpr (kPerWord > 1) {
      StoreNarrow<kForm, kDtype>(line, block, element * (4 / kPerWord), lanes);
    }
    i += whole ? kPerWord : 1;
    element += whole ? kPerWord * run.step : run.step;
  }
}

void StreamRun(float* to, Lines lines, int64_t n) {
  const FloatTag df;
  for (int64_t i = 0; i < n; ++i) {
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
      hn::Stream(hn::LoadU(df, lines.first + i * lines.stride + lane), df, to + i * kLanes + lane);
    }
  }
}

using LoadFunction = void (*)(const std::byte*, const FreeCursor::Run&, float*);
using StoreFunction = void (*)(std::byte*, const FreeCursor::Run&, Lines, int);

template <LineForm kForm>
LoadFunction Loader(Dtype dtype) {
  static constexpr LoadFunction kLoaders[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) &LoadRunOf<kForm, Dtype::enumerator>,
#include "memory/dtype.def"
#undef NKI_DTYPE
  };
  return kLoaders[static_cast<int>(dtype)];
}

template <LineForm kForm>
StoreFunction Storer(Dtype dtype) {
  static constexpr StoreFunction kStorers[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) &StoreRunOf<kForm, Dtype::enumerator>,
#include "memory/dtype.def"
#undef NKI_DTYPE
  };
  return kStorers[static_cast<int>(dtype)];
}

void LoadRunAny(Dtype dtype, LineForm form, const std::byte* block, const FreeCursor::Run& run,
                float* lines) {
  switch (form) {
    case LineForm::kFloat:
      return Loader<LineForm::kFloat>(dtype)(block, run, lines);
    case LineForm::kBits:
      return Loader<LineForm::kBits>(dtype)(block, run, lines);
    case LineForm::kSigned:
    case LineForm::kUnsigned:
      return Loader<LineForm::kSigned>(dtype)(block, run, lines);
  }
}

void StoreRunAny(Dtype dtype, LineForm form, std::byte* block, const FreeCursor::Run& run, Lines lines,
                 int lanes) {
  switch (form) {
    case LineForm::kFloat:
      return Storer<LineForm::kFloat>(dtype)(block, run, lines, lanes);
    case LineForm::kBits:
      return Storer<LineForm::kBits>(dtype)(block, run, lines, lanes);
    case LineForm::kSigned:
      return Storer<LineForm::kSigned>(dtype)(block, run, lines, lanes);
    case LineForm::kUnsigned:
      return Storer<LineForm::kUnsigned>(dtype)(block, run, lines, lanes);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(LoadRunAny);
HWY_EXPORT(StoreRunAny);
HWY_EXPORT(StreamRun);

void StreamLines(float* to, Lines lines, int64_t n) { HWY_DYNAMIC_DISPATCH(StreamRun)(to, lines, n); }

void FlushStreams() { hwy::FlushStream(); }

void LoadRun(Dtype dtype, LineForm form, const std::byte* block, const FreeCursor::Run& run, float* lines) {
  HWY_DYNAMIC_DISPATCH(LoadRunAny)(dtype, form, block, run, lines);
}

void StoreRun(Dtype dtype, LineForm form, std::byte* block, const FreeCursor::Run& run, Lines lines,
              int lanes) {
  HWY_DYNAMIC_DISPATCH(StoreRunAny)(dtype, form, block, run, lines, lanes);
}

}  // namespace nki::simd
#endif  // HWY_ONCE
