// The memories a tensor can live in.
#ifndef NKI_MEMORY_SPACE_H_
#define NKI_MEMORY_SPACE_H_

#include <cstdint>
#include <string_view>

namespace nki {

// Each space is one bit, so that a set of spaces is their union.
enum class Space : uint8_t { kSbuf = 1, kPsum = 2, kPrivateHbm = 4, kSharedHbm = 8 };

using SpaceSet = uint8_t;
inline constexpr SpaceSet kSbuf = 1, kPsum = 2, kHbm = 12, kOnChip = 3;

constexpr bool OnChip(Space space) { return static_cast<uint8_t>(space) & kOnChip; }
constexpr bool In(Space space, SpaceSet set) { return static_cast<uint8_t>(space) & set; }

constexpr std::string_view Name(Space space) {
  switch (space) {
    case Space::kSbuf:
      return "sbuf";
    case Space::kPsum:
      return "psum";
    case Space::kPrivateHbm:
      return "private_hbm";
    case Space::kSharedHbm:
      return "shared_hbm";
  }
  return "?";
}

}  // namespace nki

#endif  // NKI_MEMORY_SPACE_H_
