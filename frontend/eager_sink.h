// nki.simulate: instructions run as they are issued.
#ifndef NKI_FRONTEND_EAGER_SINK_H_
#define NKI_FRONTEND_EAGER_SINK_H_

#include "frontend/instruction_sink.h"
#include "interpreter/eager.h"

namespace nki {

class EagerSink final : public InstructionSink {
 public:
  // Not `precise`: bfloat16 and the float8 types are stored as float32 (NKI_PRECISE_FP, nki.simulate, NKI
  // 0.6).
  EagerSink(std::shared_ptr<EagerMachine> machine, bool precise)
      : machine_(std::move(machine)), precise_(precise) {}

  void Record(std::unique_ptr<Instruction> instruction, int source, std::string name) override {
    machine_->Run({std::move(instruction), source, std::move(name)});
  }
  bool NextPass() override { return machine_->NextPass(); }
  bool InWhile(Register condition) const override { return machine_->InWhile(condition); }
  std::optional<double> ValueOf(Register reg) const override { return machine_->ValueOf(reg); }
  bool HasValue(Register reg) const override { return machine_->IsSet(reg); }
  void BeginProgram() override { machine_->BeginProgram(); }
  void EndProgram() override { machine_->EndProgram(); }
  void Finish() override { machine_->Finish(); }
  Dtype StoredAs(Dtype dtype) const override;
  int TakeFreeId() override { return machine_->TakeFreeId(); }
  void AddTensor(const Tensor& tensor) override { machine_->AddTensor(tensor); }
  std::shared_ptr<KernelGraph> Hold(const Tensor& tensor) override;

 private:
  std::shared_ptr<EagerMachine> machine_;
  bool precise_;
};

}  // namespace nki

#endif  // NKI_FRONTEND_EAGER_SINK_H_
