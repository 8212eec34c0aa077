#include "frontend/source_sites.h"

#include <string_view>

namespace nki {
namespace {

std::string& PackageFolder() {
  static std::string* folder = new std::string;
  return *folder;
}

std::string_view Text(PyObject* unicode) {
  Py_ssize_t size = 0;
  const char* text = unicode ? PyUnicode_AsUTF8AndSize(unicode, &size) : nullptr;
  if (text == nullptr) {
    PyErr_Clear();
    return "";
  }
  return {text, static_cast<size_t>(size)};
}

// Also finds lines of notebook cells and of `-c` code, which linecache knows of and the file system does not.
std::string SourceLine(const std::string& file, int line) {
  PyObject* linecache = PyImport_ImportModule("linecache");
  PyObject* found = linecache ? PyObject_CallMethod(linecache, "getline", "si", file.c_str(), line) : nullptr;
  std::string text = found ? std::string(Text(found)) : "";
  Py_XDECREF(found);
  Py_XDECREF(linecache);
  PyErr_Clear();
  const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

}  // namespace

SourceSites::~SourceSites() {
  for (const Site& site : sites_) Py_DECREF(site.code);
  for (const auto& [code, ours] : ours_) Py_DECREF(code);
}

// With the separator: a neighbour called nki_kernels is the user's.
void SourceSites::SetPackageFolder(std::string folder) { PackageFolder() = std::move(folder) + "/"; }

bool SourceSites::IsOurs(PyCodeObject* code) {
  const auto known = ours_.find(code);
  if (known != ours_.end()) return known->second;
  Py_INCREF(code);
  return ours_[code] = Text(code->co_filename).starts_with(PackageFolder());
}

int SourceSites::Here() {
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  while (frame != nullptr) {
    PyCodeObject* code = PyFrame_GetCode(frame);
    Py_DECREF(code);  // the frame keeps it alive
    if (!IsOurs(code)) break;
    PyFrameObject* caller = PyFrame_GetBack(frame);
    Py_DECREF(frame);
    frame = caller;
  }
  if (frame == nullptr) return -1;
  PyCodeObject* code = PyFrame_GetCode(frame);
  const Site site = {code, PyFrame_GetLasti(frame)};
  Py_DECREF(frame);
  const auto [at, is_new] = numbers_.try_emplace(site, static_cast<int>(sites_.size()));
  if (is_new) {
    sites_.push_back(site);
  } else {
    Py_DECREF(code);
  }
  return at->second;
}

std::vector<SourceLocation> SourceSites::Locations() const {
  std::vector<SourceLocation> locations;
  for (const Site& site : sites_) {
    SourceLocation location;
    location.file = Text(site.code->co_filename);
    location.line = PyCode_Addr2Line(site.code, site.instruction);
    location.text = SourceLine(location.file, location.line);
    locations.push_back(std::move(location));
  }
  return locations;
}

}  // namespace nki
