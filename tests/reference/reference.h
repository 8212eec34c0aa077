// What the instructions mean, in dull double precision, one element at a time. Shares no code with isa/.
#ifndef NKI_TESTS_REFERENCE_REFERENCE_H_
#define NKI_TESTS_REFERENCE_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/activation_op.h"
#include "isa/alu_op.h"
#include "memory/tile.h"

namespace nki::reference {

// The value of an element's bits, from the definition of the format.
double Decode(Dtype dtype, uint32_t bits);
// The bits of the representable value nearest to a float32 value, found by search.
uint32_t Encode(Dtype dtype, float value);
bool IsNan(Dtype dtype, uint32_t bits);

double Alu(AluOp op, double a, double b);  // arithmetic, rounded to float32 where a step would be
uint32_t BitwiseAlu(AluOp op, uint32_t a, uint32_t b);           // on zero-extended bits
int64_t IntegerAlu(AluOp op, int64_t a, int64_t b);              // before wrap-around to 32 bits
double Activation(ActivationOp op, double x, double slope = 0);  // the mathematical function

// A memory in blocks of 16 partitions, filled with reproducible noise.
class ChipMemory {
 public:
  explicit ChipMemory(int64_t bytes_per_partition, uint32_t seed = 1);
  Tile MakeTile(Dtype dtype, int partition, int partitions, int64_t offset, std::vector<Dim> dims);

  uint32_t Bits(Dtype dtype, int partition, int64_t element) const;
  void SetBits(Dtype dtype, int partition, int64_t element, uint32_t bits);
  float Value(Dtype dtype, int partition, int64_t element) const;
  // Every element of the tile becomes a number of ordinary size that the dtype can hold; floats have some of
  // everything.
  void FillNumbers(const Tile& tile, uint32_t seed);
  bool operator==(const ChipMemory&) const = default;

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
    bool operator==(const Line&) const = default;
  };
  std::byte& ByteAt(int partition, int64_t byte);
  const std::byte& ByteAt(int partition, int64_t byte) const {
    return const_cast<ChipMemory*>(this)->ByteAt(partition, byte);
  }
  std::vector<Line> lines_;
  int64_t block_bytes_;
};

// The free offsets of the elements, in order.
std::vector<int64_t> FreeOffsets(const Tile& tile);

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_REFERENCE_H_
