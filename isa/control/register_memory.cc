#include "isa/control/register_memory.h"

namespace nki {

void CheckRegisterMemory(Checker& c, const View& view) {
  if (!c.InSpaces(view, kSbuf | kHbm)) return;
  c.InBounds(view);
  c.Rule(view.elements() == 1, "one-element", [&] {
    return c.NameOf(&view) + " has shape " + ToString(view.shape()) + "; it must have one element";
  });
  c.DtypeIn(view, {Dtype::kInt32, Dtype::kUint32, Dtype::kInt16, Dtype::kUint16, Dtype::kInt8, Dtype::kUint8,
                   Dtype::kFloat32});
}

}  // namespace nki
