#include "frontend/source_sites.h"

#include <pybind11/pybind11.h>

#include <array>
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
  // A line that can't be read is not shown; an interrupt while it was read is not lost.
  if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_Exception)) throw pybind11::error_already_set();
  PyErr_Clear();
  const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

constexpr size_t kMostCallers = 64;  // of one line; what recurses deeper is cut off

// The frame that called `frame`, or null; borrowed from Python's stack, where it stays while it runs.
PyFrameObject* CallerOf(PyFrameObject* frame) {
  PyFrameObject* caller = PyFrame_GetBack(frame);
  Py_XDECREF(caller);
  return caller;
}

PyCodeObject* CodeOf(PyFrameObject* frame) {
  PyCodeObject* code = PyFrame_GetCode(frame);
  Py_DECREF(code);  // the frame keeps it alive
  return code;
}

// The innermost frame, borrowed likewise.
PyFrameObject* InnermostFrame() {
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  Py_XDECREF(frame);
  return frame;
}

}  // namespace

SourceSites::SourceSites() : entry_(InnermostFrame()) {}

void SourceSites::EnterThread() { thread_entry_ = InnermostFrame(); }

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
  PyFrameObject* frame = InnermostFrame();
  while (frame != nullptr && IsOurs(CodeOf(frame))) frame = CallerOf(frame);
  if (frame == nullptr) return -1;
  PyCodeObject* code = CodeOf(frame);
  if (IsKernel(frame, code)) return Number({code, PyFrame_GetLasti(frame), -1});
  return NumberWithCallers(frame, code);
}

int SourceSites::NumberWithCallers(PyFrameObject* frame, PyCodeObject* code) {
  std::array<Site, kMostCallers> chain;  // innermost first
  size_t depth = 0;
  PyFrameObject* outermost = nullptr;
  bool to_the_kernel = false;
  while (frame != nullptr && depth < kMostCallers && !to_the_kernel) {
    code = CodeOf(frame);
    if (!IsOurs(code)) {
      chain[depth++] = {code, PyFrame_GetLasti(frame), -1};
      outermost = frame;
    }
    to_the_kernel = frame == entry_ || frame == thread_entry_ || IsKernel(frame, code);
    frame = CallerOf(frame);
  }
  if (to_the_kernel) {
    kernel_frame_ = outermost;
    kernel_code_ = chain[depth - 1].code;
  }
  int number = -1;
  while (depth > 0) {
    Site& site = chain[--depth];
    site.caller = number;
    number = Number(site);
  }
  return number;
}

int SourceSites::Number(const Site& site) {
  const auto [at, is_new] = numbers_.try_emplace(site, static_cast<int>(sites_.size()));
  if (is_new) {
    Py_INCREF(site.code);
    sites_.push_back(site);
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
    location.caller = site.caller;
    locations.push_back(std::move(location));
  }
  return locations;
}

}  // namespace nki
