// Where in the user's program a call comes from.
#ifndef NKI_FRONTEND_SOURCE_SITES_H_
#define NKI_FRONTEND_SOURCE_SITES_H_

#include <Python.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

// Numbers the places from which instructions are issued. Noting one costs a hash look-up; files and lines are
// worked out once per place at the end.
class SourceSites {
 public:
  SourceSites();
  SourceSites(const SourceSites&) = delete;
  SourceSites& operator=(const SourceSites&) = delete;
  ~SourceSites();

  // The number of the innermost Python frame outside this package, together with the frames that called it up
  // to the kernel's own; or -1.
  int Here();
  std::vector<SourceLocation> Locations() const;

  // The kernel is also called from the present frame, in another thread.
  void EnterThread();
  // The frame that was the present one then, and the same again: for threads that take turns.
  const void* entry_of_thread() const { return thread_entry_; }
  void ReenterThread(const void* entry) { thread_entry_ = entry; }

  // Frames of files below this folder are ours and are skipped.
  static void SetPackageFolder(std::string folder);

 private:
  struct Site {
    PyCodeObject* code;  // owned
    int instruction;
    int caller;  // number of the site that called this function, -1 in the kernel itself
    bool operator==(const Site&) const = default;
  };
  struct SiteHash {
    size_t operator()(const Site& site) const {
      const size_t place = std::hash<const void*>()(site.code) * 31 + static_cast<size_t>(site.instruction);
      return place * 31 + static_cast<size_t>(site.caller);
    }
  };
  bool IsOurs(PyCodeObject* code);
  bool IsKernel(PyFrameObject* frame, PyCodeObject* code) const {
    return frame == kernel_frame_ && code == kernel_code_;
  }
  int Number(const Site& site);
  int NumberWithCallers(PyFrameObject* frame, PyCodeObject* code);

  std::unordered_map<Site, int, SiteHash> numbers_;
  std::vector<Site> sites_;
  std::unordered_map<PyCodeObject*, bool> ours_;
  // Not owned, only compared: a frame that we kept would keep all that its function holds, us among it. The
  // frame that started the trace, then the kernel's own; its code tells it from a later frame at the same
  // address.
  const PyFrameObject* entry_ = nullptr;
  const void* thread_entry_ = nullptr;  // in another thread
  const PyFrameObject* kernel_frame_ = nullptr;
  const PyCodeObject* kernel_code_ = nullptr;
};

}  // namespace nki

#endif  // NKI_FRONTEND_SOURCE_SITES_H_
