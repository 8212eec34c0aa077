// Prints a tensor while the kernel runs.
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(Prints a prefix and the values of a tensor, when the kernel gets there.

A kernel calls it as nki.language.device_print. The device exports the values to a debug stream; here they go to
Python's sys.stdout, in the order of the instructions.

Args:
  print_prefix: a string, known while the kernel is traced.
  tensor: any shape, in SBUF or HBM.

Errors: space, in-bounds.
Source: nki.language.device_print, NKI 0.6.
)";

struct DevicePrint {
  std::string print_prefix;
  View tensor;

  void VisitFields(FieldVisitor& v) { v.Attr("print_prefix", print_prefix).In("tensor", tensor); }

  void Check(Checker& c) const {
    if (c.InSpaces(tensor, kSbuf | kHbm)) c.InBounds(tensor);
  }

  // A transfer out of the chip (the debug stream, nki.language.device_print, NKI 0.6), of one descriptor a
  // row.
  Cost CostOn(const Generation&) const {
    return {Engine::kDma, 0, tensor.elements() * ItemBytes(tensor.dtype), tensor.dims[0].count};
  }

  bool LaneLocal() const { return false; }
  bool Splits() const { return false; }
  bool TakesName() const { return false; }

  void Run(RunContext& ctx) const {
    if (ctx.print == nullptr) return;
    std::vector<std::byte> elements(static_cast<size_t>(tensor.elements() * ItemBytes(tensor.dtype)));
    ctx.CopyOut(tensor, elements.data());
    ctx.print(print_prefix, tensor, elements);
  }

  static std::vector<DevicePrint> Samples(SampleBuilder& b) {
    return {{"tile", b.Sbuf({128, 4})}, {"result", b.Hbm({16})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(DevicePrint, device_print, kDoc);

}  // namespace nki
