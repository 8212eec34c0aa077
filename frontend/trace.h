// A kernel being traced, as a context manager of Python.
#ifndef NKI_FRONTEND_TRACE_H_
#define NKI_FRONTEND_TRACE_H_

#include <pybind11/pybind11.h>

#include "frontend/tensor_object.h"
#include "frontend/tracer.h"

namespace nki {

// Throws with the known names if there is no such generation.
const Generation& GenerationNamed(const std::string& name);

// Between Enter and Exit instructions of this thread go to the tracer.
class Trace {
 public:
  Trace(std::string name, const std::string& target, std::vector<int64_t> grid)
      : tracer_(std::make_unique<Tracer>(std::move(name), GenerationNamed(target), std::move(grid))) {}

  void Enter() {
    outer_ = Tracer::Current();
    Tracer::Current() = tracer_.get();
  }
  void Exit() { Tracer::Current() = outer_; }
  Tracer& tracer() { return *tracer_; }

  std::shared_ptr<const KernelGraph> Finish(const pybind11::list& outputs) {
    std::vector<View> views;
    for (pybind11::handle output : outputs) {
      const TensorObject& tensor = *AsTensor(output.ptr());
      if (tensor.graph.get() != tracer_->graph().get())
        ThrowValue("tensor " + tensor.view.tensor->name +
                   ", which the kernel returns, was not made in this call");
      views.push_back(tensor.view);
    }
    return tracer_->Finish(std::move(views));
  }

 private:
  std::unique_ptr<Tracer> tracer_;
  Tracer* outer_ = nullptr;
};

}  // namespace nki

#endif  // NKI_FRONTEND_TRACE_H_
