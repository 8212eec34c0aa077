// What the Tensor engine's array of 128 x 128 processing elements asks of a matrix multiplication.
#ifndef NKI_ISA_TENSOR_PE_ARRAY_H_
#define NKI_ISA_TENSOR_PE_ARRAY_H_

#include "isa/rules.h"

namespace nki {

// [dtype], [matmul-dtypes], [e4m3fn-matmul]
void CheckMatmulDtypes(Checker& c, const View& stationary, const View& moving, bool double_row);

// [tile-pair], [tile-size], [tile-position], [tile-fit]; empty lists stand for the whole
// array. The stationary operand has `rows` partitions and `columns` free elements.
void CheckPeTile(Checker& c, const IntList& position, const IntList& size, int64_t rows, int64_t columns);

// [free-at-most], [dst-shape], [dst-bank]: [K, M] and [K, N] operands, their free axes divided by `rows` (2
// for double_row), and the result [M, N], which spans no more than the engine can write.
void CheckMatmulSizes(Checker& c, const View& dst, const View& stationary, const View& moving, int rows);

// Why an operand can't be an indirect view beside this tile_position; empty if it can.
std::string_view MatmulRefusesIndirect(const IntList& position);

}  // namespace nki

#endif  // NKI_ISA_TENSOR_PE_ARRAY_H_
