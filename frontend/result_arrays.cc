#include "frontend/result_arrays.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <sys/mman.h>

#include <mutex>
#include <new>
#include <vector>

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

// Freed pages that wait for the next result of their size.
class KeptPages {
 public:
  Pages Take(size_t bytes) {
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (kept_[i].bytes != bytes) continue;
      const Pages pages = kept_[i];
      kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i));
      total_ -= bytes;
      return pages;
    }
    return {nullptr, 0};
  }

  // Keeps the pages, in place of the oldest ones if there would be too many.
  void Give(Pages pages) {
    std::vector<Pages> dropped;
    {
      std::lock_guard lock(mutex_);
      kept_.push_back(pages);
      total_ += pages.bytes;
      while (total_ > kMostKept) {
        dropped.push_back(kept_.front());
        total_ -= kept_.front().bytes;
        kept_.erase(kept_.begin());
      }
    }
    madvise(pages.memory, pages.bytes, MADV_FREE);
    for (const Pages& old : dropped) munmap(old.memory, old.bytes);
  }

 private:
  std::mutex mutex_;
  std::vector<Pages> kept_;
  size_t total_ = 0;
};

KeptPages& Kept() {
  static auto* kept = new KeptPages;  // never destroyed: arrays may be freed while the process ends
  return *kept;
}

// `bytes`, a multiple of a huge page, starting at one.
Pages NewPages(size_t bytes) {
  void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
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
  Pages pages = Kept().Take(bytes);
  if (pages.memory == nullptr) pages = NewPages(bytes);
  const py::capsule owner(new Pages(pages), [](void* owned) {
    auto* freed = static_cast<Pages*>(owned);
    Kept().Give(*freed);
    delete freed;
  });
  return py::array(dtype, shape, pages.memory, owner);
}

}  // namespace

void BindResultArrays(py::module_& module) { module.def("new_array", NewArray); }

}  // namespace nki
