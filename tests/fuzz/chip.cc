#include "tests/fuzz/chip.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/reference/reference.h"

namespace nki::fuzz {
namespace {

constexpr std::byte kNoise{0xa5};

// The layout of memory/tile.h, written down once more.
std::byte* AddressOf(const PartitionedMemory& memory, int64_t partition, int64_t byte) {
  return memory.base() + partition / 16 * memory.block_bytes() + byte / 4 * 64 + partition % 16 * 4 +
         byte % 4;
}

size_t SizeOf(const PartitionedMemory& memory) { return static_cast<size_t>(8 * memory.block_bytes()); }

// Calls visit(address on chip, byte of the tensor, how many) for pieces of at most a word.
template <typename Visit>
void ForEachWord(const PartitionedMemory& memory, const Placement& placement, const Tensor& tensor,
                 Visit visit) {
  const int64_t row = tensor.bytes_per_partition();
  for (int64_t p = 0; p < tensor.partitions(); ++p) {
    for (int64_t byte = 0; byte < row; byte += 4) {
      visit(AddressOf(memory, placement.partition + p, placement.byte + byte), p * row + byte,
            static_cast<size_t>(std::min<int64_t>(4, row - byte)));
    }
  }
}

bool SameNumber(Dtype dtype, uint32_t a, uint32_t b) {
  return a == b || (reference::IsNan(dtype, a) && reference::IsNan(dtype, b));
}

uint32_t BitsAt(const std::vector<uint8_t>& bytes, size_t at, Dtype dtype) {
  uint32_t bits = 0;
  std::memcpy(&bits, bytes.data() + at, static_cast<size_t>(ItemBytes(dtype)));
  return bits;
}

// Rounding keeps the order of numbers. A format without infinities has NaN beyond its largest number.
bool IsWithin(const reference::Model::Range& range, uint32_t bits) {
  if (range.value.IsAnything()) return true;
  // These formats don't keep the order across 0.
  const bool unordered = range.dtype == Dtype::kBool || range.dtype == Dtype::kFloat8E8m0fnu;
  if (unordered && range.value.low <= 0 && range.value.high >= 0) return true;
  const auto rounded = [&](float bound) {
    return reference::Decode(range.dtype, reference::Encode(range.dtype, bound));
  };
  const double value = reference::Decode(range.dtype, bits), low = rounded(range.value.low),
               high = rounded(range.value.high);
  if (std::isnan(value)) return std::isnan(low) || std::isnan(high);
  const bool beyond = std::isnan(low) && std::isnan(high) && (range.value.low > 0 || range.value.high < 0);
  return !(value < low) && !(value > high) && !beyond;
}

bool IsWithin(reference::Interval interval, float value) {
  if (interval.IsAnything()) return true;
  if (std::isnan(interval.low)) return std::isnan(value);
  return interval.low <= value && value <= interval.high;
}

}  // namespace

Chip::Chip() { Clear(); }

void Chip::Clear() {
  std::memset(machine.sbuf[0].base(), static_cast<int>(kNoise), SizeOf(machine.sbuf[0]));
  std::memset(machine.psum.base(), static_cast<int>(kNoise), SizeOf(machine.psum));
}

void Chip::Write(const World& world, const Tensor& tensor, const std::vector<uint8_t>& bytes) {
  if (!OnChip(tensor.space)) {
    std::memcpy(addresses_[tensor.id], bytes.data(), bytes.size());
    return;
  }
  const PartitionedMemory& memory = tensor.space == Space::kSbuf ? machine.sbuf[0] : machine.psum;
  ForEachWord(memory, world.placements[tensor.id], tensor,
              [&](std::byte* at, int64_t byte, size_t n) { std::memcpy(at, bytes.data() + byte, n); });
}

std::vector<uint8_t> Chip::Read(const World& world, const Tensor& tensor) const {
  std::vector<uint8_t> bytes(static_cast<size_t>(tensor.bytes()));
  if (!OnChip(tensor.space)) {
    std::memcpy(bytes.data(), addresses_[tensor.id], bytes.size());
    return bytes;
  }
  const PartitionedMemory& memory = tensor.space == Space::kSbuf ? machine.sbuf[0] : machine.psum;
  ForEachWord(memory, world.placements[tensor.id], tensor,
              [&](std::byte* at, int64_t byte, size_t n) { std::memcpy(bytes.data() + byte, at, n); });
  return bytes;
}

void Chip::Load(const World& world) {
  hbm_.clear();
  addresses_.clear();
  for (const Tensor& tensor : world.tensors) {
    const size_t bytes = OnChip(tensor.space) ? 0 : static_cast<size_t>(tensor.bytes()) + 2 * kBeside;
    hbm_.emplace_back(bytes, kNoise);
    addresses_.push_back(hbm_.back().data() + (bytes == 0 ? 0 : kBeside));
    Write(world, tensor, world.model.bytes[tensor.id]);
  }
  for (int p = 0; p < 128; ++p) {
    machine.scalar_accumulators[p] = world.model.scalar_accumulators[p].low;
    machine.vector_accumulators[p] = world.model.vector_accumulators[p].low;
    for (RandomState* state : {&machine.vector_random, &machine.gpsimd_random}) {
      const auto& lanes =
          state == &machine.vector_random ? world.model.vector_random : world.model.gpsimd_random;
      const std::vector<uint32_t> words = lanes[p].Words();
      for (int k = 0; k < state->words(); ++k) state->block(p / 16)[k * 16 + p % 16] = words[k];
    }
  }
  registers = world.model.registers;
}

RunContext Chip::Context(const World& world, BlockRange blocks, WriteState destination, bool portable) {
  return {.machine = machine,
          .hbm = addresses_.data(),
          .placements = world.placements.data(),
          .blocks = blocks,
          .portable_math = portable,
          .destination = destination,
          .gen = &world.gen,
          .registers = registers.data()};
}

std::string Chip::Difference(const World& world, const reference::Model& expected,
                             std::vector<std::vector<uint8_t>>& seen, bool bounds_only) {
  const bool first = seen.empty();
  for (const Tensor& tensor : world.tensors) {
    const std::vector<uint8_t> got = Read(world, tensor);
    const std::vector<uint8_t>&wanted = expected.bytes[tensor.id], &marks = expected.marks[tensor.id];
    for (size_t i = 0; i < got.size(); ++i) {
      const auto where = [&] {
        return tensor.name + " byte " + std::to_string(i) + " of " + std::to_string(got.size()) + ": ";
      };
      if (marks[i] == reference::Model::kRangeMark) {
        const reference::Model::Range& range = expected.ranges.at({tensor.id, static_cast<int64_t>(i)});
        const uint32_t bits = BitsAt(got, i, range.dtype);
        if (!IsWithin(range, bits)) {
          std::ostringstream text;
          text << reference::Decode(range.dtype, bits) << " is not between " << range.value.low << " and "
               << range.value.high;
          return where() + text.str();
        }
        const bool same =
            first || bounds_only || SameNumber(range.dtype, bits, BitsAt(seen[tensor.id], i, range.dtype));
        if (!same) return where() + "two targets or two workers differ";
        i += static_cast<size_t>(ItemBytes(range.dtype)) - 1;
        continue;
      }
      const Dtype dtype = marks[i] == 0 ? Dtype::kUint8 : static_cast<Dtype>(marks[i] - 1);
      const uint32_t bits = BitsAt(got, i, dtype), right = BitsAt(wanted, i, dtype);
      if (!SameNumber(dtype, bits, right)) {
        std::ostringstream text;
        text << std::hex << "0x" << bits << ", expected 0x" << right << std::dec;
        if (marks[i] != 0)
          text << " (" << reference::Decode(dtype, bits) << ", " << reference::Decode(dtype, right) << ")";
        return where() + text.str();
      }
      i += static_cast<size_t>(ItemBytes(dtype)) - 1;
    }
    if (first) seen.push_back(got);
  }
  return RegisterDifference(expected);
}

std::string Chip::RegisterDifference(const reference::Model& expected) const {
  for (size_t p = 0; p < 128; ++p) {
    const std::string where = " of partition " + std::to_string(p);
    if (!IsWithin(expected.scalar_accumulators[p], machine.scalar_accumulators[p]))
      return "the Scalar register" + where;
    if (!IsWithin(expected.vector_accumulators[p], machine.vector_accumulators[p]))
      return "the Vector register" + where;
    for (const RandomState* state : {&machine.vector_random, &machine.gpsimd_random}) {
      const auto& lanes = state == &machine.vector_random ? expected.vector_random : expected.gpsimd_random;
      const std::vector<uint32_t> words = lanes[p].Words();
      for (int k = 0; k < state->words(); ++k) {
        if (state->block(static_cast<int>(p) / 16)[k * 16 + p % 16] != words[k])
          return "the generator" + where;
      }
    }
  }
  for (size_t i = 0; i < registers.size(); ++i) {
    const double got = registers[i], wanted = expected.registers[i];
    if (got != wanted && !(std::isnan(got) && std::isnan(wanted)))
      return "register " + std::to_string(i) + " is " + std::to_string(got) + ", expected " +
             std::to_string(wanted);
  }
  return "";
}

bool Chip::IsIntactBeside(const World& world) {
  for (const Tensor& tensor : world.tensors) {
    if (!OnChip(tensor.space)) {
      const std::vector<std::byte>& bytes = hbm_[tensor.id];
      for (size_t i = 0; i < kBeside; ++i) {
        if (bytes[i] != kNoise || bytes[bytes.size() - 1 - i] != kNoise) return false;
      }
      continue;
    }
    Write(world, tensor,
          std::vector<uint8_t>(static_cast<size_t>(tensor.bytes()), static_cast<uint8_t>(kNoise)));
  }
  for (const PartitionedMemory* memory : {&machine.sbuf[0], &machine.psum}) {
    int64_t used = 64;  // bytes of a partition
    for (const Tensor& tensor : world.tensors) {
      if (!OnChip(tensor.space) || (tensor.space == Space::kSbuf) != (memory == &machine.sbuf[0])) continue;
      used = std::max(used, world.placements[tensor.id].byte + tensor.bytes_per_partition() + 64);
    }
    used = std::min(used, memory->bytes_per_partition());
    for (int block = 0; block < 8; ++block) {
      const std::byte* begin = memory->base() + block * memory->block_bytes();
      const size_t bytes = static_cast<size_t>(used / 4 * 64);
      if (begin[0] != kNoise || std::memcmp(begin, begin + 1, bytes - 1) != 0) return false;
    }
  }
  return true;
}

}  // namespace nki::fuzz
