// Legal instances of every instruction, for benchmarks, differential tests and the table's own test.
#ifndef NKI_ISA_SAMPLES_H_
#define NKI_ISA_SAMPLES_H_

#include <deque>

#include "memory/view.h"

namespace nki {

// Owns the tensors that samples refer to. Tensor ids count up from 0; inputs are filled by whoever runs the
// sample.
class SampleBuilder {
 public:
  View Sbuf(Shape shape, Dtype dtype = Dtype::kFloat32) {
    return Make(Space::kSbuf, std::move(shape), dtype);
  }
  View Psum(Shape shape, Dtype dtype = Dtype::kFloat32) {
    return Make(Space::kPsum, std::move(shape), dtype);
  }
  View Hbm(Shape shape, Dtype dtype = Dtype::kFloat32) {
    return Make(Space::kSharedHbm, std::move(shape), dtype);
  }
  Register NewRegister() { return {registers_++}; }
  int registers() const { return registers_; }
  const std::deque<Tensor>& tensors() const { return tensors_; }

 private:
  View Make(Space space, Shape shape, Dtype dtype) {
    const int id = static_cast<int>(tensors_.size());
    Tensor tensor;
    tensor.id = id;
    tensor.name = "t" + std::to_string(id);
    tensor.space = space;
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    return View::Of(tensors_.emplace_back(std::move(tensor)));
  }
  std::deque<Tensor> tensors_;
  int registers_ = 0;
};

}  // namespace nki

#endif  // NKI_ISA_SAMPLES_H_
