// The tensors of one case, with what they hold, and the drawing of views of them.
#ifndef NKI_TESTS_FUZZ_WORLD_H_
#define NKI_TESTS_FUZZ_WORLD_H_

#include <deque>

#include "tests/fuzz/draw.h"
#include "tests/reference/call.h"

namespace nki::fuzz {

inline constexpr int64_t kSbufBytes = 48 * 1024, kPsumBytes = 16 * 1024;  // of a partition, for a case

class World {
 public:
  World(uint64_t seed, uint32_t traits, const Generation& gen);

  Draw draw;
  const Generation& gen;
  std::deque<Tensor> tensors;
  std::deque<DynamicOffset> offsets;  // that views refer to
  std::vector<Placement> placements;
  reference::Model model;

  int64_t Partitions();  // favours the edges of blocks
  int64_t Free();        // elements of a partition, so that a case stays small beside Partitions()
  Dtype AnyDtype();      // not packed
  Space OnChip();

  // A tile of [partitions, ...] with `free` elements per partition in any pattern, and what it holds.
  View Source(Space space, int64_t partitions, int64_t free, Dtype dtype) {
    return Tile(space, partitions, free, dtype, true);
  }
  // The same, naming no element twice.
  View Result(Space space, int64_t partitions, int64_t free, Dtype dtype) {
    return Tile(space, partitions, free, dtype, false);
  }
  // Sometimes `source` itself, if it names no element twice and has the dtype.
  View ResultOrInPlace(const View& source, Space space, int64_t partitions, int64_t free, Dtype dtype);
  // A tensor with this shape, whole, [shape] in its own order.
  View Plain(Space space, const Shape& shape, Dtype dtype);
  // A pattern of these axes over an HBM tensor.
  View Hbm(const Shape& shape, Dtype dtype, bool repeats);
  // Any partitions, as DMA may take them.
  View DmaTile(const Shape& shape, Dtype dtype, bool repeats);

  double Number();  // of ordinary size
  Operand Scalar(int64_t partitions, std::initializer_list<Dtype> columns = {Dtype::kFloat32});
  Operand Column(int64_t partitions, Dtype dtype);
  Register NewRegister(double value);
  // The view moves along its tensor by what a register holds, or an element in SBUF if `in_memory`.
  void Move(View& view, int64_t value, int64_t step, bool in_memory);

  // New contents for all elements of a view.
  void Fill(const View& view, const std::function<double(Draw&)>& value);
  void FillBits(const View& view, const std::function<uint32_t(Draw&)>& bits);
  // Numbers that stay finite in sums and products.
  void FillCalm(const View& view, double size = 3);

  const char* Fits() const;  // null, or which memory is too small

 private:
  View Tile(Space space, int64_t partitions, int64_t free, Dtype dtype, bool repeats);
  const Tensor& Add(Space space, Shape shape, Dtype dtype, std::optional<Address> address);
  void FillAll(const Tensor& tensor, Dtype dtype, Draw& own);
  Shape Axes(int64_t free, Draw& own);

  int64_t sbuf_used_ = 0, psum_used_ = 0;
  int64_t partitions_ = 1;  // the last ones drawn
  int registers_ = 0;
};

bool NamesOneTwice(const View& view);

}  // namespace nki::fuzz

#endif  // NKI_TESTS_FUZZ_WORLD_H_
