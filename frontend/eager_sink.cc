#include "frontend/eager_sink.h"

namespace nki {
namespace {

// Lasts as long as Python objects of the tensor.
class TensorLife {
 public:
  TensorLife(std::shared_ptr<EagerMachine> machine, int id) : machine_(std::move(machine)), id_(id) {}
  TensorLife(const TensorLife&) = delete;
  TensorLife& operator=(const TensorLife&) = delete;
  ~TensorLife() { machine_->DropTensor(id_); }

 private:
  std::shared_ptr<EagerMachine> machine_;
  int id_;
};

}  // namespace

Dtype EagerSink::StoredAs(Dtype dtype) const {
  const bool low = dtype == Dtype::kBfloat16 || (IsFloat8(dtype) && dtype != Dtype::kFloat8E8m0fnu);
  return low && !precise_ ? Dtype::kFloat32 : dtype;
}

// Tensors that every program of a grid can find again last as long as the machine.
std::shared_ptr<KernelGraph> EagerSink::Hold(const Tensor& tensor) {
  KernelGraph* graph = machine_->graph().get();
  if (tensor.space == Space::kSharedHbm) return {machine_, graph};
  return {std::make_shared<TensorLife>(machine_, tensor.id), graph};
}

}  // namespace nki
