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
  SourceSites() = default;
  SourceSites(const SourceSites&) = delete;
  SourceSites& operator=(const SourceSites&) = delete;
  ~SourceSites();

  // The number of the innermost Python frame outside this package, or -1.
  int Here();
  std::vector<SourceLocation> Locations() const;

  // Frames of files below this folder are ours and are skipped.
  static void SetPackageFolder(std::string folder);

 private:
  struct Site {
    PyCodeObject* code;  // owned
    int instruction;
    bool operator==(const Site&) const = default;
  };
  struct SiteHash {
    size_t operator()(const Site& site) const {
      return std::hash<const void*>()(site.code) * 31 + static_cast<size_t>(site.instruction);
    }
  };
  bool IsOurs(PyCodeObject* code);

  std::unordered_map<Site, int, SiteHash> numbers_;
  std::vector<Site> sites_;
  std::unordered_map<PyCodeObject*, bool> ours_;
};

}  // namespace nki

#endif  // NKI_FRONTEND_SOURCE_SITES_H_
