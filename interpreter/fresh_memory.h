// What memory holds that nothing has written.
#ifndef NKI_INTERPRETER_FRESH_MEMORY_H_
#define NKI_INTERPRETER_FRESH_MEMORY_H_

#include <array>

#include "interpreter/graph.h"
#include "interpreter/written_map.h"

namespace nki {

// Fresh memory on the device holds anything; ours holds NaN, 4 in integers (nki.simulate, NKI 0.6), and 0 in
// packed dtypes, four elements of which have no common value to hold. As the bytes of a word, each element
// repeated.
std::array<std::byte, 4> FreshWord(Dtype dtype);

// `bytes` bytes of a tensor that lie side by side, from the start of an element.
void FillFresh(Dtype dtype, std::byte* memory, int64_t bytes);

// An unwritten part becomes what it says, in the blocks of `context`.
void Fill(const UnwrittenPart& part, const KernelGraph& graph, const RunContext& context);

}  // namespace nki

#endif  // NKI_INTERPRETER_FRESH_MEMORY_H_
