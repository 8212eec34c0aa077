#include "frontend/errors.h"

#include "interpreter/run_table.h"

namespace nki {
namespace {

namespace py = pybind11;

struct ErrorClasses {
  py::handle error, verify, run, internal, unknown_kernel;
};

ErrorClasses& Classes() {
  static auto* classes = new ErrorClasses;
  return *classes;
}

py::handle MakeClass(py::module_& module, const char* name, const char* doc, const py::object& parents) {
  const std::string qualified = std::string("nki.") + name;
  PyObject* made = PyErr_NewExceptionWithDoc(qualified.c_str(), doc, parents.ptr(), nullptr);
  if (made == nullptr) throw py::error_already_set();
  module.attr(name) = py::reinterpret_borrow<py::object>(made);
  return made;
}

py::handle ClassOf(const ArgumentError& error) {
  switch (error.kind) {
    case ArgumentError::Kind::kType:
      return PyExc_TypeError;
    case ArgumentError::Kind::kIndex:
      return PyExc_IndexError;
    case ArgumentError::Kind::kValue:
      break;
  }
  return PyExc_ValueError;
}

py::list CallersOf(const Diagnostic& diagnostic) {
  py::list callers;
  for (const CallSite& caller : diagnostic.callers) {
    py::dict entry;
    entry["file"] = caller.file;
    entry["line"] = caller.line;
    entry["text"] = caller.text;
    callers.append(entry);
  }
  return callers;
}

// Raises VerifyError with its diagnostics as a list of dicts.
void SetVerifyError(const VerifyError& error) {
  py::list diagnostics;
  for (const Diagnostic& diagnostic : error.diagnostics) {
    py::dict entry;
    entry["severity"] = diagnostic.severity == Severity::kError ? "error" : "warning";
    entry["rule"] = diagnostic.rule;
    entry["message"] = diagnostic.message;
    entry["file"] = diagnostic.file;
    entry["line"] = diagnostic.line;
    entry["text"] = diagnostic.text;
    entry["callers"] = CallersOf(diagnostic);
    diagnostics.append(entry);
  }
  py::object exception = py::reinterpret_borrow<py::object>(Classes().verify)(error.what());
  exception.attr("diagnostics") = diagnostics;
  PyErr_SetObject(Classes().verify.ptr(), exception.ptr());
}

void Translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const VerifyError& error) {
    SetVerifyError(error);
  } catch (const ArgumentError& error) {
    PyErr_SetString(ClassOf(error).ptr(), error.what());
  } catch (const UnknownKernelError& error) {
    PyErr_SetString(Classes().unknown_kernel.ptr(), error.what());
  } catch (const Interrupted& error) {
    // The signal's own exception is set already when a handler raised one.
    if (!PyErr_Occurred()) PyErr_SetNone(PyExc_KeyboardInterrupt);
  } catch (const RunError& error) {
    PyErr_SetString(Classes().run.ptr(), error.what());
  } catch (const InternalError& error) {
    PyErr_SetString(Classes().internal.ptr(), error.what());
  } catch (const Error& error) {
    PyErr_SetString(Classes().error.ptr(), error.what());
  }
}

}  // namespace

void BindErrors(py::module_& module) {
  ErrorClasses& classes = Classes();
  classes.error = MakeClass(module, "NkiError", "The base of nki-py's own errors.",
                            py::handle(PyExc_Exception).cast<py::object>());
  const py::object base = classes.error.cast<py::object>();
  // nki.isa.NkiValidationError is AWS's public name for a broken hardware constraint.
  classes.verify =
      MakeClass(module, "VerifyError",
                "The kernel breaks rules of the hardware. `diagnostics` lists all of them: dicts with "
                "severity, rule, message, file, line, text and callers.",
                base);
  classes.run = MakeClass(module, "RunError", "The data broke the kernel while it ran.", base);
  classes.internal = MakeClass(module, "InternalError", "A mistake in nki-py itself.", base);
  classes.unknown_kernel = MakeClass(module, "UnknownKernelError",
                                     "A program asks for a kernel that was not traced in this process.",
                                     py::make_tuple(base, py::handle(PyExc_KeyError)));
  py::register_exception_translator(Translate);
}

void SetPythonError() {
  try {
    throw;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const Error&) {
    Translate(std::current_exception());
  } catch (const std::exception& error) {
    PyErr_SetString(Classes().internal.ptr(), error.what());
  }
}

}  // namespace nki
