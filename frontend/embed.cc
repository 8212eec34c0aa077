#include "frontend/embed.h"

#include <Python.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <system_error>

namespace nki {
namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kInterrupted = 130;  // 128 + SIGINT, as shells report it

struct Deref {
  void operator()(PyObject* object) const { Py_XDECREF(object); }
};
using Owned = std::unique_ptr<PyObject, Deref>;

bool IsExecutable(const fs::path& path) { return access(path.c_str(), X_OK) == 0; }

fs::path OwnFile() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

// The path by which we were started, links not followed: a link in a virtual environment says which
// environment is meant.
fs::path StartedAs(const std::string& name) {
  if (name.find('/') != std::string::npos) return fs::absolute(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    fs::path candidate = fs::absolute(fs::path(folder.empty() ? "." : folder) / name);
    if (IsExecutable(candidate)) return candidate;
  }
  return OwnFile();
}

// The Python beside `program` or beside the file it links to, and so on; else the one we were built with.
fs::path PythonOf(fs::path program) {
  const std::string versioned =
      "python" + std::to_string(PY_MAJOR_VERSION) + "." + std::to_string(PY_MINOR_VERSION);
  constexpr int kMostLinks = 40;  // as many as Linux follows (path_resolution(7))
  for (int followed = 0; followed < kMostLinks; ++followed) {
    const fs::path folder = program.parent_path();
    if (IsExecutable(folder / versioned)) {
      return IsExecutable(folder / "python") ? folder / "python" : folder / versioned;
    }
    std::error_code error;
    const fs::path next = fs::read_symlink(program, error);
    if (error) break;
    program = (folder / next).lexically_normal();
  }
  return NKI_PYTHON_EXECUTABLE;
}

int Fail(const PyStatus& status) {
  if (PyStatus_IsExit(status)) return status.exitcode;
  std::fprintf(stderr, "nki-py: cannot start Python: %s\n",
               status.err_msg != nullptr ? status.err_msg : "unknown error");
  return kFailed;
}

PyStatus Initialize(const std::vector<std::string>& arguments, const std::string& python) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  const auto argc = static_cast<Py_ssize_t>(argv.size());

  PyPreConfig preconfig;
  PyPreConfig_InitPythonConfig(&preconfig);
  PyStatus status = Py_PreInitializeFromBytesArgs(&preconfig, argc, argv.data());
  if (PyStatus_Exception(status)) return status;

  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  // With the environment's python as our name, Python finds pyvenv.cfg beside it and sys.executable starts
  // children.
  status = PyConfig_SetBytesString(&config, &config.program_name, python.c_str());
  if (!PyStatus_Exception(status))
    status = PyConfig_SetBytesString(&config, &config.executable, python.c_str());
  if (!PyStatus_Exception(status)) status = PyConfig_SetBytesArgv(&config, argc, argv.data());
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  return status;
}

// How many entries of sys.path, from its start, come from PYTHONPATH.
Py_ssize_t LeadingEntries(PyObject* path) {
  const char* variable = std::getenv("PYTHONPATH");
  std::istringstream folders(variable ? variable : "");
  Py_ssize_t count = 0;
  for (std::string folder; std::getline(folders, folder, ':') && count < PyList_GET_SIZE(path);) {
    const Owned entry(PyUnicode_DecodeFSDefault(fs::absolute(folder).c_str()));
    const Owned given(PyUnicode_DecodeFSDefault(folder.c_str()));
    PyObject* there = PyList_GET_ITEM(path, count);
    const bool same =
        entry && given &&
        (PyUnicode_Compare(there, entry.get()) == 0 || PyUnicode_Compare(there, given.get()) == 0);
    if (same) ++count;
  }
  return count;
}

// A program in a build folder uses the package built with it, unless PYTHONPATH names another.
bool PreferOwnBuild() {
  const fs::path folder = OwnFile().parent_path().parent_path() / "python";
  std::error_code error;
  if (!fs::exists(folder / "nki" / "__init__.py", error)) return true;
  const Owned entry(PyUnicode_DecodeFSDefault(folder.c_str()));
  PyObject* path = PySys_GetObject("path");
  if (!entry || path == nullptr || !PyList_Check(path)) return false;
  const int present = PySequence_Contains(path, entry.get());
  return present == 1 || (present == 0 && PyList_Insert(path, LeadingEntries(path), entry.get()) == 0);
}

Owned Text(const std::optional<std::string>& text) {
  return Owned(text ? PyUnicode_DecodeFSDefault(text->c_str()) : Py_NewRef(Py_None));
}

// nki._launch.configure(target=…, graph=…, check=…, log=…, stats=…)
bool Configure(PyObject* launch, const LaunchOptions& options) {
  const Owned configure(PyObject_GetAttrString(launch, "configure"));
  const Owned none(PyTuple_New(0));
  const Owned target = Text(options.target), graph = Text(options.graph), log = Text(options.log);
  if (!configure || !none || !target || !graph || !log) return false;
  const Owned named(Py_BuildValue("{s:O, s:O, s:O, s:O, s:O}", "target", target.get(), "graph", graph.get(),
                                  "check", options.check ? Py_True : Py_False, "log", log.get(), "stats",
                                  options.stats ? Py_True : Py_False));
  return named && Owned(PyObject_Call(configure.get(), none.get(), named.get()));
}

// Ends Python with the current exception's status. A ValueError of `configure` is a word that the user typed
// wrongly.
int FailConfigured(bool usage) {
  int result = kFailed;
  if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) result = kInterrupted;
  if (usage && PyErr_ExceptionMatches(PyExc_ValueError)) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PySys_FormatStderr("nki-py: %S\n", value);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    result = kUsageError;
  } else {
    PyErr_Print();
  }
  Py_FinalizeEx();
  return result;
}

}  // namespace

int RunPython(const std::vector<std::string>& arguments, const LaunchOptions& options) {
  const std::string python = PythonOf(StartedAs(arguments[0])).string();
  const PyStatus status = Initialize(arguments, python);
  if (PyStatus_Exception(status)) return Fail(status);

  PyObject* launch = PreferOwnBuild() ? PyImport_ImportModule("nki._launch") : nullptr;
  if (launch == nullptr) {
    if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
      PySys_FormatStderr("nki-py: the package nki cannot be imported by %s:\n", python.c_str());
    }
    return FailConfigured(/*usage=*/false);
  }
  const bool configured = Configure(launch, options);
  Py_DECREF(launch);
  if (!configured) return FailConfigured(/*usage=*/true);
  return Py_RunMain();
}

}  // namespace nki
