#include "frontend/device_print.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "frontend/gil.h"
#include "memory/error.h"

namespace nki {

namespace py = pybind11;

void PrintToPython(const std::string& prefix, const View& tensor, std::span<const std::byte> elements) {
  const GilScope gil;
  try {
    const py::bytes content(reinterpret_cast<const char*>(elements.data()), elements.size());
    py::module_::import("nki._numpy")
        .attr("show")(prefix, std::string(Name(tensor.dtype)), tensor.shape(), content);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_Exception)) throw;  // Ctrl-C stays what it is
    throw RunError(error.what());
  }
}

}  // namespace nki
