#include "isa/reach.h"

#include "memory/ascending.h"

namespace nki {

bool StaysInside(const View& given) {
  const View view = Ascending(given);
  const int64_t storage = view.tensor->bytes() / ItemBytes(view.dtype);
  if (view.offset < 0 || view.LastElement() >= storage) return false;
  if (!view.on_chip()) return true;
  return view.LastOf(view.free_axes()) - view.offset + view.free_offset() < view.storage_row();
}

}  // namespace nki
