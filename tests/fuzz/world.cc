#include "tests/fuzz/world.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/reference/reference.h"

namespace nki::fuzz {
namespace {

constexpr Dtype kUnpacked[] = {
    Dtype::kFloat32,    Dtype::kFloat32,       Dtype::kFloat32,  Dtype::kBfloat16,   Dtype::kBfloat16,
    Dtype::kFloat16,    Dtype::kInt32,         Dtype::kUint32,   Dtype::kInt16,      Dtype::kUint16,
    Dtype::kInt8,       Dtype::kUint8,         Dtype::kTfloat32, Dtype::kFloat8E4m3, Dtype::kFloat8E4m3fn,
    Dtype::kFloat8E5m2, Dtype::kFloat8E8m0fnu, Dtype::kBool};

uint32_t SpecialBits(Dtype dtype, Draw& own) {
  const int bits = 8 * ItemBytes(dtype);
  const uint32_t mask = 0xffffffffu >> (32 - bits), top = 1u << (bits - 1);
  if (dtype == Dtype::kFloat32 || dtype == Dtype::kTfloat32) {
    return own.OneOf({0x7f800000u, 0xff800000u, 0x7fc00000u, 0xffa00001u, 0u, 0x80000000u, 1u, 0x807fffffu,
                      0x00800000u, 0x7f7fffffu, 0xff7fffffu, 0x3f800000u, 0x4b800001u, 0xcf000000u,
                      0x4f800000u, 0x3f000000u});
  }
  if (dtype == Dtype::kFloat16)
    return own.OneOf({0x7c00u, 0xfc00u, 0x7e00u, 0x8000u, 0u, 1u, 0x83ffu, 0x7bffu, 0x0400u});
  if (dtype == Dtype::kBfloat16)
    return own.OneOf({0x7f80u, 0xff80u, 0x7fc0u, 0x8000u, 0u, 1u, 0x807fu, 0x7f7fu, 0x0080u});
  return own.OneOf({0u, 1u, mask, top, top - 1, mask - 1, 2u}) & mask;
}

uint32_t CalmBits(Dtype dtype, Draw& own, double size) {
  if (dtype == Dtype::kBool) return static_cast<uint32_t>(own.Below(2));
  const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(dtype));
  if (IsPacked(dtype)) return static_cast<uint32_t>(own.Next()) & mask;
  if (IsInteger(dtype)) return static_cast<uint32_t>(own.Between(IsSigned(dtype) ? -50 : 0, 50)) & mask;
  const double u = own.Unit() + own.Unit() + own.Unit() - 1.5;
  return reference::Encode(
      dtype, static_cast<float>(dtype == Dtype::kFloat8E8m0fnu ? std::exp2(u * size) : u * size));
}

}  // namespace

bool NamesOneTwice(const View& view) {
  std::vector<Dim> dims(view.dims.begin(), view.dims.begin() + view.rank);
  std::ranges::sort(dims, {}, &Dim::step);
  int64_t extent = 1;
  for (const Dim& dim : dims) {
    if (dim.count > 1 && dim.step < extent) return true;
    extent += dim.step * (dim.count - 1);
  }
  return false;
}

World::World(uint64_t seed, uint32_t traits, const Generation& gen) : draw(seed, traits), gen(gen) {
  for (int p = 0; p < 128; ++p) {
    const auto value = [&] {
      return draw.Chance(5) ? NAN : static_cast<float>(draw.Below(2000) - 1000) * 0.25f;
    };
    model.scalar_accumulators[p] = reference::Interval::Of(value());
    model.vector_accumulators[p] = reference::Interval::Of(value());
    model.vector_random.push_back(reference::Lane::OfVector(p, static_cast<uint32_t>(seed)));
    model.gpsimd_random.push_back(reference::Lane::OfGpSimd(p));
  }
}

int64_t World::Partitions() {
  const int64_t any = draw.Between(1, 128);
  const int64_t edge = draw.OneOf<int64_t>({1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 96, 127, 128});
  partitions_ = draw.Chance(70) ? edge : any;
  if (!draw.Allows(Trait::kMany)) partitions_ = std::min<int64_t>(partitions_, 16);
  return partitions_;
}

int64_t World::Free() {
  const int64_t few = draw.Between(1, 20),
                edge = draw.OneOf<int64_t>({1, 2, 3, 4, 8, 15, 16, 17, 32, 63, 64, 65, 66});
  const int64_t many = draw.Between(60, 300), kind = draw.Below(100);
  int64_t free = kind < 40 ? few : kind < 85 ? edge : many;
  if (!draw.Allows(Trait::kWide)) free = std::min<int64_t>(free, 16);
  return std::min<int64_t>(free, std::max<int64_t>(2, 4000 / partitions_));
}

Dtype World::AnyDtype() { return kUnpacked[draw.Below(std::size(kUnpacked))]; }

Space World::OnChip() { return draw.Has(Trait::kPsum, 30) ? Space::kPsum : Space::kSbuf; }

double World::Number() {
  const double values[] = {0, 1, -1, 0.5, -2.5, 3, 100, 1e-3, -7};
  const double wild[] = {1e30, -1e30, 1e-40,        3.4028235e38, 16777217,
                         -0.0, 65504, 2147483648.0, INFINITY,     NAN};
  const double calm = values[draw.Below(std::size(values))];
  const double special = wild[draw.Below(std::size(wild))];
  return draw.Has(Trait::kSpecials, 20) ? special : calm;
}

Operand World::Column(int64_t partitions, Dtype dtype) {
  return {Operand::Kind::kColumn, false, 0, Source(OnChip(), partitions, 1, dtype)};
}

Operand World::Scalar(int64_t partitions, std::initializer_list<Dtype> columns) {
  const Operand constant = Operand::Constant(Number());
  const Dtype dtype = draw.OneOf(columns);
  return draw.Has(Trait::kColumns, 50) ? Column(partitions, dtype) : constant;
}

Register World::NewRegister(double value) {
  model.registers.at(registers_) = value;
  return {registers_++};
}

const Tensor& World::Add(Space space, Shape shape, Dtype dtype, std::optional<Address> address) {
  Tensor tensor;
  tensor.id = static_cast<int>(tensors.size());
  tensor.name = "t" + std::to_string(tensor.id);
  tensor.space = space;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  Placement placement;
  if (nki::OnChip(space)) {
    int64_t& used = space == Space::kSbuf ? sbuf_used_ : psum_used_;
    placement.byte = used;
    used += (tensor.bytes_per_partition() + 3) / 4 * 4 + 4 * draw.OneOf({0, 0, 1, 16});
    if (address) {
      placement.partition = address->partition;
      tensor.address = Address{address->partition, placement.byte};
    }
  }
  placements.push_back(placement);
  model.bytes.emplace_back(static_cast<size_t>(tensor.bytes()));
  model.marks.emplace_back(static_cast<size_t>(tensor.bytes()));
  return tensors.emplace_back(std::move(tensor));
}

// Factors of `free`, now and then with ones among them.
Shape World::Axes(int64_t free, Draw& own) {
  Shape axes{free};
  for (int k = 0; k < 3; ++k) {
    const bool splits = own.Has(Trait::kAxes, 35);
    const int64_t divisor = own.OneOf<int64_t>({1, 2, 3, 4, 5, 7, 8, 16});
    if (splits && axes.back() % divisor == 0) {
      axes.back() /= divisor;
      axes.insert(axes.begin() + own.Below(static_cast<int64_t>(axes.size()) + 1), divisor);
    }
  }
  if (axes.size() > 4) axes.resize(4), axes[3] = free / axes[0] / axes[1] / axes[2];
  return axes;
}

View World::Tile(Space space, int64_t partitions, int64_t free, Dtype dtype, bool repeats) {
  Draw own = draw.Fork();
  const Shape axes = Axes(free, own);
  // The pattern, from the innermost axis in memory outwards.
  std::vector<size_t> order(axes.size());
  std::iota(order.rbegin(), order.rend(), size_t{0});
  if (own.Has(Trait::kPermuted, 30)) std::ranges::reverse(order);
  if (own.Has(Trait::kPermuted, 15)) std::swap(order.front(), order.back());
  View view;
  view.dtype = dtype;
  view.rank = static_cast<uint8_t>(axes.size() + 1);
  int64_t extent = 1;
  for (const size_t axis : order) {
    const bool broadcast = own.Has(Trait::kBroadcast, 10) && repeats,
               window = own.Has(Trait::kBroadcast, 4) && repeats;
    const int64_t gap = own.Has(Trait::kSteps, 15) ? own.Between(1, 3) : 0;
    const int64_t step = broadcast ? 0 : window ? 1 : extent + gap;
    view.dims[axis + 1] = {step, axes[axis]};
    extent = std::max(extent, step * (axes[axis] - 1) + extent);
  }
  const int64_t offset = own.Has(Trait::kOffset, 35) ? own.Between(1, 9) : 0;
  int64_t row = offset + extent + (own.Has(Trait::kOffset, 30) ? own.Between(1, 5) : 0);
  // The tensor may have another dtype; its rows must hold whole elements of both.
  Dtype stored = own.Has(Trait::kBitcast, 12) ? kUnpacked[own.Below(std::size(kUnpacked))] : dtype;
  while (row * ItemBytes(dtype) % ItemBytes(stored) != 0) ++row;
  // More partitions than the view names, and an address.
  const int64_t step = partitions > 64 ? 128 : partitions > 32 ? 64 : 32;
  const int64_t last = (128 - partitions) / step;
  int64_t first = own.Has(Trait::kPartitions, 40) ? own.Between(0, last) * step : 0;
  std::optional<Address> address;
  if (own.Has(Trait::kPinned, 30)) {
    address = Address{static_cast<int>(first), 0};
    first = 0;
  }
  const int64_t most = 128 - (address ? address->partition : 0);
  const int64_t rows =
      own.Has(Trait::kPartitions, 40) ? own.Between(first + partitions, most) : first + partitions;
  const Tensor& tensor = Add(space, {rows, row * ItemBytes(dtype) / ItemBytes(stored)}, stored, address);
  view.tensor = &tensor;
  view.dims[0] = {row, partitions};
  view.offset = first * row + offset;
  FillAll(tensor, dtype, own);
  const bool moves = own.Has(Trait::kMoved, 5), leaves = own.Chance(10);
  const int64_t room = row - offset - extent, value = own.Between(-offset, room);
  if (moves && row > 1 && registers_ < 3) Move(view, leaves ? row : value, 1, false);
  return view;
}

void World::Move(View& view, int64_t value, int64_t step, bool in_memory) {
  DynamicOffset dynamic;
  dynamic.step_bytes = step * ItemBytes(view.dtype);
  if (in_memory) {
    dynamic.index = Plain(Space::kSbuf, {1, 1}, Dtype::kInt32);
    Fill(dynamic.index, [=](Draw&) { return static_cast<double>(value); });
  } else {
    dynamic.reg = NewRegister(static_cast<double>(value));
  }
  view.dynamic = &offsets.emplace_back(dynamic);
}

View World::ResultOrInPlace(const View& source, Space space, int64_t partitions, int64_t free, Dtype dtype) {
  const bool in_place = draw.Has(Trait::kInPlace, 25);
  Draw before = draw;
  if (in_place && source.dtype == dtype && !NamesOneTwice(source)) {
    before.Fork();
    draw = before;
    return source;
  }
  return Result(space, partitions, free, dtype);
}

View World::Plain(Space space, const Shape& shape, Dtype dtype) {
  Draw own = draw.Fork();
  const Tensor& tensor = Add(space, shape, dtype, std::nullopt);
  FillAll(tensor, dtype, own);
  return View::Of(tensor);
}

View World::Hbm(const Shape& shape, Dtype dtype, bool repeats) {
  Draw own = draw.Fork();
  View view;
  view.dtype = dtype;
  view.rank = static_cast<uint8_t>(shape.size());
  std::vector<size_t> order(shape.size());
  std::iota(order.rbegin(), order.rend(), size_t{0});
  if (own.Has(Trait::kPermuted, 20)) std::ranges::reverse(order);
  int64_t extent = 1;
  for (const size_t axis : order) {
    const bool broadcast = own.Has(Trait::kBroadcast, 8) && repeats;
    const int64_t gap = own.Has(Trait::kSteps, 20) ? own.Between(1, 5) : 0;
    view.dims[axis] = {broadcast ? 0 : extent + gap, shape[axis]};
    extent += view.dims[axis].step * (shape[axis] - 1);
  }
  view.offset = own.Has(Trait::kOffset, 35) ? own.Between(1, 9) : 0;
  int64_t elements = view.offset + extent + (own.Has(Trait::kOffset, 30) ? own.Between(1, 5) : 0);
  const Dtype stored = own.Has(Trait::kBitcast, 12) ? kUnpacked[own.Below(std::size(kUnpacked))] : dtype;
  while (elements * ItemBytes(dtype) % ItemBytes(stored) != 0) ++elements;
  view.tensor =
      &Add(Space::kSharedHbm, {elements * ItemBytes(dtype) / ItemBytes(stored)}, stored, std::nullopt);
  FillAll(*view.tensor, dtype, own);
  return view;
}

View World::DmaTile(const Shape& shape, Dtype dtype, bool repeats) {
  int64_t free = 1;
  for (size_t axis = 1; axis < shape.size(); ++axis) free *= shape[axis];
  View view = Tile(Space::kSbuf, shape[0], free, dtype, repeats);
  Draw own = draw.Fork();
  // Other partitions of the tensor, and steps between them.
  const int64_t rows = view.tensor->shape[0], row = view.dims[0].step;
  const int64_t step =
      shape[0] == 1 ? 1
                    : std::min<int64_t>(own.Between(1, 3), std::max<int64_t>(1, (rows - 1) / (shape[0] - 1)));
  if (own.Has(Trait::kPartitions, 50)) {
    view.dims[0].step = step * row;
    view.offset = view.offset % row + own.Between(0, rows - 1 - step * (shape[0] - 1)) * row;
  }
  return view;
}

void World::FillAll(const Tensor& tensor, Dtype dtype, Draw& own) {
  const uint64_t kind = own.Next() % 100, salt = own.Next();
  Draw values(salt, 0);
  const bool noise = own.Allows(Trait::kNoise) && kind < 25,
             specials = own.Allows(Trait::kSpecials) && kind >= 40;
  const double sizes[] = {3, 3, 0.4, 90, 2000};
  const double size = sizes[own.Below(5)];
  View all = View::Of(tensor);
  all.dtype = dtype;
  const int64_t elements = tensor.bytes() / ItemBytes(dtype);
  for (int64_t i = 0; i < elements; ++i) {
    uint32_t bits = CalmBits(dtype, values, size);
    if (specials && values.Chance(15)) bits = SpecialBits(dtype, values);
    if (noise) bits = static_cast<uint32_t>(values.Next()) & (0xffffffffu >> (32 - 8 * ItemBytes(dtype)));
    if (dtype == Dtype::kBool) bits &= 1;
    model.Put(all, i, bits);
  }
}

void World::Fill(const View& view, const std::function<double(Draw&)>& value) {
  FillBits(view, [&](Draw& own) {
    const double number = value(own);
    if (IsInteger(view.dtype)) return static_cast<uint32_t>(static_cast<int64_t>(number));
    return reference::Encode(view.dtype, static_cast<float>(number));
  });
}

void World::FillBits(const View& view, const std::function<uint32_t(Draw&)>& bits) {
  Draw own = draw.Fork();
  std::vector<int64_t> places;
  try {
    places = model.Places(view);
  } catch (const reference::Refused&) {  // it moves out of its tensor, where nothing is to be filled
  }
  for (const int64_t place : places) model.Put(view, place, bits(own));
}

void World::FillCalm(const View& view, double size) {
  FillBits(view, [&](Draw& own) { return CalmBits(view.dtype, own, size); });
}

const char* World::Fits() const {
  if (sbuf_used_ > kSbufBytes) return "SBUF";
  return psum_used_ > kPsumBytes ? "PSUM" : nullptr;
}

}  // namespace nki::fuzz
