#include "isa/tensor/pe_array.h"

#include <algorithm>

namespace nki {
namespace {

using std::to_string;

constexpr int64_t kArraySize = 128;  // rows and columns of processing elements (nki.isa.nc_matmul, NKI 0.6)

bool IsWide(Dtype dtype) { return dtype == Dtype::kFloat32 || dtype == Dtype::kTfloat32; }

std::string Pair(int64_t a, int64_t b) { return "(" + to_string(a) + ", " + to_string(b) + ")"; }

// From its first to its last element a destination spans no more than the engine can write.
void CheckWithinBanks(Checker& c, const View& dst) {
  int64_t last = 0;
  for (const Dim& dim : dst.free_axes()) last += dim.step * (dim.count - 1);
  const int64_t bytes = (last + 1) * ItemBytes(dst.dtype);
  // trn1 and trn2 write into one bank; trn3 into as many as the moving operand can fill (nki.isa.nc_matmul,
  // NKI 0.6).
  const int64_t limit = static_cast<int64_t>(c.gen().moving_free_max) * ItemBytes(Dtype::kFloat32);
  c.Rule(bytes <= limit, "dst-bank", [&] {
    return "dst spans " + to_string(bytes) + " bytes per partition; " + std::string(c.gen().name) +
           " writes at most " + to_string(limit) + " (" + to_string(limit / c.gen().psum_bank_bytes()) +
           " PSUM bank" + (limit > c.gen().psum_bank_bytes() ? "s)" : ")");
  });
}

}  // namespace

void CheckMatmulDtypes(Checker& c, const View& stationary, const View& moving, bool double_row) {
  for (const View* view : {&stationary, &moving}) {
    if (double_row) {
      c.DtypeIn(*view, {Dtype::kFloat8E4m3, Dtype::kFloat8E5m2, Dtype::kFloat8E4m3fn});
    } else {
      c.DtypeIn(*view, {Dtype::kFloat8E4m3, Dtype::kFloat8E5m2, Dtype::kFloat8E4m3fn, Dtype::kBfloat16,
                        Dtype::kFloat16, Dtype::kTfloat32, Dtype::kFloat32});
    }
    if (view->dtype == Dtype::kFloat8E4m3fn) c.Requires(Feature::kFloat8E4m3fnMatmul);
  }
  const auto is_pair = [&](Dtype a, Dtype b) {
    return (stationary.dtype == a && moving.dtype == b) || (stationary.dtype == b && moving.dtype == a);
  };
  const bool mixed = is_pair(Dtype::kFloat8E4m3, Dtype::kFloat8E4m3fn);
  c.Rule(IsWide(stationary.dtype) == IsWide(moving.dtype) && !mixed, "matmul-dtypes", [&] {
    return "stationary is " + std::string(Name(stationary.dtype)) + " and moving is " +
           std::string(Name(moving.dtype)) +
           (mixed ? "; the two float8_e4m3 formats can't be mixed"
                  : "; float32 and tfloat32 go with float32 or tfloat32 only");
  });
}

void CheckPeTile(Checker& c, const IntList& position, const IntList& size, int64_t rows, int64_t columns) {
  const bool neither = position.empty() && size.empty();
  const bool paired = c.Rule(neither || (position.size() == 2 && size.size() == 2), "tile-pair", [&] {
    return "tile_position has " + to_string(position.size()) + " numbers and tile_size has " +
           to_string(size.size()) + "; both must have 2, or neither be given";
  });
  if (neither || !paired) return;
  const auto is_size = [](int64_t n) { return n == 32 || n == 64 || n == kArraySize; };
  const bool sized = c.Rule(is_size(size[0]) && is_size(size[1]), "tile-size", [&] {
    return "tile_size is " + Pair(size[0], size[1]) + "; rows and columns must be 32, 64 or 128";
  });
  if (!sized) return;
  const auto lies_in = [](int64_t at, int64_t n) { return at >= 0 && at % n == 0 && at + n <= kArraySize; };
  c.Rule(lies_in(position[0], size[0]) && lies_in(position[1], size[1]), "tile-position", [&] {
    return "tile_position is " + Pair(position[0], position[1]) + "; it must be a multiple of tile_size " +
           Pair(size[0], size[1]) + " inside 128 rows and columns";
  });
  c.Rule(rows <= size[0] && columns <= size[1], "tile-fit", [&] {
    return "stationary takes " + Pair(rows, columns) + " rows and columns; tile_size is " +
           Pair(size[0], size[1]);
  });
}

void CheckMatmulSizes(Checker& c, const View& dst, const View& stationary, const View& moving, int rows) {
  const Generation& gen = c.gen();
  const bool bf16 = dst.dtype == Dtype::kBfloat16;
  c.FreeAtMost(stationary, int64_t{gen.stationary_free_max} * rows);
  c.FreeAtMost(moving, int64_t{bf16 ? gen.moving_free_max_bf16 : gen.moving_free_max} * rows);
  const int64_t m = stationary.free_elements() / rows, n = moving.free_elements() / rows;
  c.Rule(dst.partitions() == m && dst.free_elements() == n, "dst-shape", [&] {
    return "stationary " + ToString(stationary.shape()) + " and moving " + ToString(moving.shape()) +
           " give [" + to_string(m) + ", " + to_string(n) + "]; dst has shape " + ToString(dst.shape());
  });
  CheckWithinBanks(c, dst);
}

std::string_view MatmulRefusesIndirect(const IntList& position) {
  const bool tiled = std::ranges::any_of(position, [](int64_t at) { return at != 0; });
  return tiled ? "tile_position must be (0, 0) beside one" : "";
}

}  // namespace nki
