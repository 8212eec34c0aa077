#include "tests/interpreter/random_kernel.h"

namespace nki {

RandomKernel::RandomKernel(uint32_t seed, int instructions, bool masked) : random_(seed), masked_(masked) {
  input_ = b_.Input({128, kWide});
  const View second = b_.Input({kTiles, 128, kWide});
  scratch_ = b_.Hbm({128, kWide});
  if (seed % 2 == 1) Pin();
  while (std::ssize(tiles_) < kTiles) tiles_.push_back(b_.Sbuf({128, kWide}));
  while (psum_.size() < 2) psum_.push_back(b_.Psum({128, kFree}));
  masked_ ? WriteParts(second) : WriteAll(second);
  const View reset = masked_ ? tiles_[1].Slice(1, 0, 1, 1) : tiles_[1];
  b_.Add("activation",
         {{"dst", reset}, {"op", ActivationOp::kTanh}, {"data", reset}, {"reduce_cmd", ReduceCmd::kReset}});
  for (int i = 0; i < instructions; ++i) AddOne();
  if (masked_) b_.Load(tiles_[2], scratch_);
  for (int i = 0; i < kTiles; ++i) {
    const View result = b_.Hbm({128, kWide});
    b_.Load(result, tiles_[i]);
    b_.Return(result);
  }
  b_.Return(scratch_);
  b_.Return(input_);
}

void RandomKernel::WriteAll(const View& from) {
  for (const View& alias : aliases_)
    b_.Load(alias, from.Select(0, 0, false).Slice(0, 0, alias.partitions(), 1));
  for (int i = 0; i < kTiles; ++i) b_.Load(tiles_[i], from.Select(0, i, false));
  b_.Load(scratch_, tiles_[0]);
}

void RandomKernel::WriteParts(const View& from) {
  std::vector<View> all = aliases_;
  all.insert(all.end(), tiles_.begin(), tiles_.end());
  all.insert(all.end(), psum_.begin(), psum_.end());
  all.push_back(scratch_);
  for (const View& tile : all) b_.Masked(tile);
  for (int i = 0; i < kTiles; ++i) {
    const int64_t rows = Pick(1, 128), first = Pick(0, kFree), end = Pick(kWide - kFree, kWide),
                  step = Pick(1, 2);
    const auto part = [&](const View& whole) {
      return whole.Slice(0, 0, rows, 1).Slice(1, first, end, step);
    };
    b_.Load(part(tiles_[i]), part(from.Select(0, i, false)));
  }
}

// Tiles at addresses where they share some bytes with each other, and where the pieces of memory by which
// accesses are compared begin and end inside of them.
void RandomKernel::Pin() {
  const auto address = [](int partition, int64_t byte) { return Address{partition, byte}; };
  int64_t byte = 4 * Pick(0, 400);
  aliases_.push_back(b_.Sbuf({64, kWide}, Dtype::kFloat32, address(64, byte)));
  for (int i = 0; i < kTiles; ++i) {
    tiles_.push_back(b_.Sbuf({128, kWide}, Dtype::kFloat32, address(0, byte)));
    byte += 4 * Pick(kWide - 2 * kFree, kWide + kFree);
  }
  aliases_.push_back(b_.Sbuf({32, kWide}, Dtype::kFloat32, address(32, byte - 4 * Pick(kFree, kWide))));
  byte = 4 * Pick(0, 400);
  for (int i = 0; i < 2; ++i) {
    psum_.push_back(b_.Psum({128, kFree}, Dtype::kFloat32, address(0, byte)));
    byte += 4 * Pick(1, kFree);
  }
}

// Near one of the ends, so that accesses meet.
int64_t RandomKernel::Column(const View& tile, int64_t free) {
  return (Pick(0, 1) ? 0 : tile.dims[1].count - kFree) + Pick(0, kFree - free);
}

View RandomKernel::OtherTile(const View& view) {
  View tile = Tile();
  while (tile.tensor == view.tensor) tile = Tile();
  return tile;
}

View RandomKernel::Part(const View& tile, int64_t count, int64_t free) {
  const int64_t stride = count > 64 ? 128 : count > 32 ? 64 : 32;
  const int64_t start = Pick(0, (128 - count) / stride) * stride;
  const int64_t column = Column(tile, free);
  return tile.Slice(0, start, start + count, 1).Slice(1, column, column + free, 1);
}

View RandomKernel::DmaPart(const View& tile, int64_t count, int64_t step, int64_t free) {
  const int64_t reach = (count - 1) * step + 1;
  const int64_t start = Pick(0, 128 - reach), column = Column(tile, free);
  return tile.Slice(0, start, start + reach, step).Slice(1, column, column + free, 1);
}

void RandomKernel::AddOne() {
  if (!aliases_.empty() && Pick(0, 4) == 0) return UnderAnotherName();
  switch (Pick(0, 13)) {
    case 0:
      return Elementwise();
    case 1:
      return Elementwise();
    case 2:
      return Reduce();
    case 3:
      return Activate();
    case 4:
    case 5:
      return Multiply();
    case 6:
      return TransposeTensor();
    case 7:
      return TransposeVector();
    case 8:
      return RoundTrip();
    case 9:
      return MoveRows();
    case 10:
      return ChangeInput();
    case 11:
    case 12:
      return Stream();
    default: {
      const int64_t count = Count(), free = Pick(1, kFree);
      const View dst = Part(Tile(), count, free);
      return b_.Add("tensor_copy", {{"dst", dst}, {"src", Part(OtherTile(dst), count, free)}});
    }
  }
}

void RandomKernel::Elementwise() {
  const int64_t count = Count(), free = Pick(1, kFree);
  const View dst = Part(Tile(), count, free), data = Pick(0, 1) ? dst : Part(OtherTile(dst), count, free);
  if (Pick(0, 1)) {
    return b_.Add("tensor_tensor", {{"dst", dst},
                                    {"data1", data},
                                    {"data2", Part(OtherTile(dst), count, free)},
                                    {"op", AluOp::kMaximum}});
  }
  const Operand column{Operand::Kind::kColumn, false, 0, Part(OtherTile(dst), count, 1)};
  b_.Add("tensor_scalar", {{"dst", dst},
                           {"data", data},
                           {"op0", AluOp::kAdd},
                           {"operand0", column},
                           {"op1", AluOp::kMultiply},
                           {"operand1", Operand::Constant(0.5)}});
}

void RandomKernel::UnderAnotherName() {
  const int64_t count = Pick(0, 1) ? 16 : 32, free = Pick(1, kFree);
  const View alias = aliases_[Pick(0, 1)], tile = Part(Tile(), count, free);
  const int64_t start = alias.dims[0].count > 32 ? Pick(0, 1) * 32 : 0, column = Column(alias, free);
  const View part = alias.Slice(0, start, start + count, 1).Slice(1, column, column + free, 1);
  const bool into = Pick(0, 1);
  b_.Add("tensor_copy", {{"dst", into ? part : tile}, {"src", into ? tile : part}});
}

void RandomKernel::Reduce() {
  const int64_t count = Count();
  const View dst = Part(Tile(), count, 1);
  b_.Add("tensor_reduce", {{"dst", dst},
                           {"op", AluOp::kMinimum},
                           {"data", Part(OtherTile(dst), count, Pick(1, kFree))},
                           {"axis", IntList{1}}});
}

void RandomKernel::Activate() {
  const int64_t count = Count(), free = Pick(1, kFree);
  const View dst = Part(Tile(), count, free);
  Arguments arguments = {
      {"dst", dst}, {"op", ActivationOp::kTanh}, {"data", Part(OtherTile(dst), count, free)}};
  constexpr ReduceCmd kCommands[] = {ReduceCmd::kIdle, ReduceCmd::kReset, ReduceCmd::kReduce,
                                     ReduceCmd::kResetReduce};
  arguments.insert({"reduce_cmd", kCommands[Pick(0, 3)]});
  arguments.insert({"reduce_op", AluOp::kAdd});
  if (Pick(0, 1)) arguments.insert({"reduce_res", Part(Tile(), count, 1)});
  b_.Add("activation", arguments);
}

// A matmul into all or a part of a PSUM tile, then a copy of what it wrote to SBUF.
void RandomKernel::Multiply() {
  const int64_t contraction = Count(), m = std::array<int64_t, 3>{16, 32, 48}[Pick(0, 2)], n = Pick(1, kFree);
  const View dst = Part(psum_[Pick(0, 1)], m, n);
  Arguments arguments = {
      {"dst", dst}, {"stationary", Part(Tile(), contraction, m)}, {"moving", Part(Tile(), contraction, n)}};
  if (Pick(0, 2) == 0) arguments.insert({"accumulate", false});
  b_.Add("nc_matmul", arguments);
  const View read = masked_ ? Part(psum_[Pick(0, 1)], m, n) : dst;
  // Brought back to the size of the inputs: sums of products would soon leave float32.
  b_.Add("activation", {{"dst", Part(Tile(), m, n)}, {"op", ActivationOp::kTanh}, {"data", read}});
}

void RandomKernel::TransposeTensor() {
  const int64_t rows = std::array<int64_t, 3>{16, 32, 48}[Pick(0, 2)], columns = Pick(1, kFree);
  const View dst = Part(psum_[Pick(0, 1)], columns, rows);
  b_.Add("nc_transpose", {{"dst", dst}, {"data", Part(Tile(), rows, columns)}});
  b_.Add("tensor_copy", {{"dst", Part(Tile(), columns, rows)}, {"src", dst}});
}

void RandomKernel::TransposeVector() {
  const int64_t rows = Pick(1, 32), columns = Pick(1, 32);
  const View data = Part(Tile(), rows, columns);
  const bool in_place = rows == columns && Pick(0, 1);
  b_.Add("nc_transpose", {{"dst", in_place ? data : Part(Tile(), columns, rows)}, {"data", data}});
}

void RandomKernel::RoundTrip() {
  const int64_t count = Pick(1, 128), free = Pick(1, kFree);
  b_.Load(DmaPart(scratch_, count, 1, free), DmaPart(Tile(), count, 1, free));
  if (Pick(0, 1)) b_.Load(DmaPart(Tile(), count, 1, free), DmaPart(scratch_, count, 1, free));
}

void RandomKernel::MoveRows() {
  const int64_t count = Pick(1, 32), free = Pick(1, kFree), step = Pick(1, 3);
  const View dst = DmaPart(Tile(), count, Pick(1, 3), free), from = OtherTile(dst);
  const int64_t first = dst.first_partition(), reach = (count - 1) * step + 1, column = Column(from, free);
  if (Pick(0, 1) || first + reach > 128) return b_.Load(dst, DmaPart(from, count, step, free));
  // From the same partition on, but not necessarily the same ones after it.
  b_.Load(dst, from.Slice(0, first, first + reach, step).Slice(1, column, column + free, 1));
}

// From HBM through fresh tiles to a fresh tensor in HBM: a plan may leave these copies out. What comes
// between them may write a source.
void RandomKernel::Stream() {
  const int64_t count = Pick(1, 128), free = Pick(1, 3) * 16;
  const View a = b_.Sbuf({count, free}), b = b_.Sbuf({count, free}), result = b_.Sbuf({count, free});
  const View out = b_.Hbm({count, free});
  b_.Load(a, DmaPart(Pick(0, 1) ? scratch_ : input_, count, 1, free));
  b_.Load(b, DmaPart(Pick(0, 1) ? scratch_ : input_, count, 1, free));
  if (Pick(0, 2) == 0) Multiply();
  if (Pick(0, 4) == 0) ChangeInput();
  b_.Add("tensor_tensor", {{"dst", result}, {"data1", a}, {"data2", b}, {"op", AluOp::kMinimum}});
  if (Pick(0, 4) == 0) RoundTrip();
  b_.Load(out, result);
  if (Pick(0, 1)) ChangeInput();
  b_.Load(DmaPart(Pick(0, 1) ? scratch_ : input_, count, 1, free), out);
}

void RandomKernel::ChangeInput() {
  const int64_t count = Pick(1, 128), free = Pick(1, kFree);
  b_.Load(DmaPart(Tile(), count, 1, free), DmaPart(input_, count, 1, free));
  b_.Load(DmaPart(input_, count, 1, free), DmaPart(Tile(), count, 1, free));
}

}  // namespace nki
