// The extension module nki._core.
#include "frontend/bind.h"
#include "frontend/enums.h"
#include "frontend/errors.h"
#include "frontend/index_object.h"
#include "frontend/instruction_object.h"
#include "frontend/older_calls.h"
#include "frontend/register_object.h"
#include "frontend/result_arrays.h"
#include "frontend/tensor_object.h"
#include "frontend/tile_object.h"
#ifdef NKI_HAS_JAX
#include "frontend/jax_handler.h"
#endif

PYBIND11_MODULE(_core, module, pybind11::mod_gil_used()) {
  module.doc() = "The C++ core of nki-py: tracing, planning, running.";
  module.attr("__version__") = NKI_VERSION;
  module.attr("release") = NKI_RELEASE;
  nki::BindErrors(module);
  nki::BindEnums(module);
  nki::BindTensor(module);
  nki::BindIndices(module);
  nki::BindTiles(module);
  nki::BindRegisters(module);
  nki::BindTrace(module);
  nki::BindInstructions(module);
  nki::BindOlderCalls(module);
  nki::BindCompiled(module);
  nki::BindEager(module);
  nki::BindCaptured(module);
  nki::BindResultArrays(module);
#ifdef NKI_HAS_JAX
  // JAX takes the handler's address in a capsule; the name is that of XLA's custom-call protocol.
  module.def("jax_handler",
             [](int device_count) { return pybind11::capsule(nki::JaxHandler(device_count)); });
#endif
}
