// What the Tensor engine's array of 128 x 128 processing elements asks of a matrix multiplication.
#ifndef NKI_ISA_TENSOR_PE_ARRAY_H_
#define NKI_ISA_TENSOR_PE_ARRAY_H_

#include "isa/rules.h"

namespace nki {

// [dtype], [matmul-dtypes], [e4m3fn-matmul]
void CheckMatmulDtypes(Checker& c, const View& stationary, const View& moving, bool double_row);

// [tile-pair], [tile-size], [tile-position], [tile-fit], [small-pe-tiles]; empty lists stand for the whole
// array. The stationary operand has `rows` partitions and `columns` free elements.
void CheckPeTile(Checker& c, const IntList& position, const IntList& size, int64_t rows, int64_t columns);

// [dst-bank]: from its first to its last element a destination spans no more than the engine can write.
void CheckWithinBanks(Checker& c, const View& dst);

}  // namespace nki

#endif  // NKI_ISA_TENSOR_PE_ARRAY_H_
