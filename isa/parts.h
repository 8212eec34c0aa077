// Which parts of their operands instructions touch that don't touch all of them (Instruction::PartsTouched).
#ifndef NKI_ISA_PARTS_H_
#define NKI_ISA_PARTS_H_

#include <optional>
#include <vector>

#include "memory/view.h"

namespace nki {

// Views that hold each touched element once; nothing stands for the whole operand.
using Parts = std::optional<std::vector<View>>;

// The partitions p of `view` with touched[p].
Parts PartitionsOf(const View& view, const std::vector<bool>& touched);

// The first `count` elements of each partition, in the order of the axes.
Parts FirstElements(const View& view, int64_t count);

// Element `index` of each partition.
View ElementOf(const View& view, int64_t index);

// The first `count` elements of every 16 partitions, where element e is in partition e % 16 and column e /
// 16; count is at most what they have.
Parts SnakeElements(const View& view, int64_t count);

}  // namespace nki

#endif  // NKI_ISA_PARTS_H_
