#include "frontend/result_arrays.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <vector>

#include "interpreter/fork_lock.h"

namespace nki {
namespace {

namespace py = pybind11;

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLarge = size_t{4} << 20;  // below this malloc keeps freed memory itself
constexpr size_t kMostKept = size_t{512} << 20;

struct Pages {
  std::byte* memory;
  size_t bytes;
};

// Freed pages that wait for the next result of their size. Under ForkLock, and never destroyed: arrays may be
// freed while the process ends.
struct KeptPages {
  std::vector<Pages> pages;
  size_t bytes = 0;
};

KeptPages& Kept() {
  static auto* kept = new KeptPages;
  return *kept;
}

Pages TakeKept(size_t bytes) {
  const ForkLock lock;
  KeptPages& kept = Kept();
  const auto found = std::ranges::find(kept.pages, bytes, &Pages::bytes);
  if (found == kept.pages.end()) return {nullptr, 0};
  const Pages pages = *found;
  kept.pages.erase(found);
  kept.bytes -= bytes;
  return pages;
}

// Keeps the pages, in place of the oldest ones if there would be too many.
void Keep(Pages pages) {
  madvise(pages.memory, pages.bytes, MADV_FREE);  // before another thread may take and write them
  std::vector<Pages> dropped;
  {
    const ForkLock lock;
    KeptPages& kept = Kept();
    kept.pages.push_back(pages);
    kept.bytes += pages.bytes;
    while (kept.bytes > kMostKept) {
      dropped.push_back(kept.pages.front());
      kept.bytes -= kept.pages.front().bytes;
      kept.pages.erase(kept.pages.begin());
    }
  }
  for (const Pages& old : dropped) munmap(old.memory, old.bytes);
}

// `bytes`, a multiple of a huge page, starting at one.
Pages NewPages(size_t bytes) {
  void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    PyErr_Format(PyExc_MemoryError, "a result takes %zu bytes, more memory than this process can get", bytes);
    throw py::error_already_set();
  }
  auto* begin = static_cast<std::byte*>(mapped);
  const size_t skipped = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (skipped > 0) munmap(begin, skipped);
  munmap(begin + skipped + bytes, kHugePage - skipped);
  madvise(begin + skipped, bytes, MADV_HUGEPAGE);
  return {begin + skipped, bytes};
}

py::array NewArray(const std::vector<py::ssize_t>& shape, const py::dtype& dtype) {
  size_t bytes = static_cast<size_t>(dtype.itemsize());
  for (py::ssize_t extent : shape) bytes *= static_cast<size_t>(extent);
  if (bytes < kLarge) return py::array(dtype, shape);
  bytes = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  Pages pages = TakeKept(bytes);
  if (pages.memory == nullptr) pages = NewPages(bytes);
  const py::capsule owner(new Pages(pages), [](void* owned) {
    auto* freed = static_cast<Pages*>(owned);
    Keep(*freed);
    delete freed;
  });
  return py::array(dtype, shape, pages.memory, owner);
}

}  // namespace

void BindResultArrays(py::module_& module) { module.def("new_array", NewArray); }

}  // namespace nki
