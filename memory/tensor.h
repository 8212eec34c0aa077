// A named allocation in one of the memories.
#ifndef NKI_MEMORY_TENSOR_H_
#define NKI_MEMORY_TENSOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/dtype.h"
#include "memory/space.h"

namespace nki {

using Shape = std::vector<int64_t>;

std::string ToString(const Shape& shape);  // "(128, 512)"; "(128,)" for one axis

// An address the kernel asked for: start partition and byte offset inside each partition.
struct Address {
  int partition = 0;
  int64_t byte = 0;
};

enum class TensorRole : uint8_t { kLocal, kInput, kConstant };

// On chip, axis 0 is the partition axis and the rest is the free size. Immutable once a kernel is traced.
struct Tensor {
  int id = 0;
  std::string name;
  Space space = Space::kSbuf;
  Dtype dtype = Dtype::kFloat32;
  Shape shape;
  TensorRole role = TensorRole::kLocal;
  std::optional<Address> address;
  int program = 0;  // of the grid, which made it
  int region = -1;  // of the kernel (a loop that runs while it runs), outside which the tensor does not exist
  int source = -1;  // where it was made (index into the graph's source locations), -1 for inputs

  int64_t elements() const;
  int64_t bytes() const { return elements() * ItemBytes(dtype); }
  int64_t partitions() const { return shape.empty() ? 1 : shape[0]; }
  // Bytes that the tensor takes in each of its partitions; for HBM the bytes of a row.
  int64_t bytes_per_partition() const { return partitions() == 0 ? 0 : bytes() / partitions(); }
};

}  // namespace nki

#endif  // NKI_MEMORY_TENSOR_H_
