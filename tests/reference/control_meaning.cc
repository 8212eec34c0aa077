// The meaning of the sequencer's instructions. Loops, barriers and exchanges do nothing by themselves.
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

void Nothing(const Call&, Model&) {}

void RegisterMove(const Call& call, Model& model) {
  const Argument::Value& src = call.arguments.at("src").value;
  const Register* reg = std::get_if<Register>(&src);
  const double value =
      reg != nullptr ? model.registers.at(reg->number) : static_cast<double>(std::get<int64_t>(src));
  model.registers.at(call.Get<Register>("dst").number) = value;
}

void RegisterLoad(const Call& call, Model& model) {
  const View src = call.view("src");
  model.registers.at(call.Get<Register>("dst").number) = model.Number(src, model.Places(src).at(0));
}

void RegisterStore(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const double value = model.registers.at(call.Get<Register>("src").number);
  const int64_t place = model.Places(dst).at(0);
  if (!IsInteger(dst.dtype)) return model.PutValue(dst, place, static_cast<float>(value));
  const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(dst.dtype));
  model.Put(dst, place, static_cast<uint32_t>(static_cast<int64_t>(value)) & mask);
}

void DevicePrint(const Call& call, Model& model) {
  const View tensor = call.view("tensor");
  std::vector<uint8_t> bytes;
  for (const int64_t place : model.Places(tensor)) {
    const uint32_t bits = model.Bits(tensor, place);
    for (int k = 0; k < ItemBytes(tensor.dtype); ++k) bytes.push_back(static_cast<uint8_t>(bits >> (8 * k)));
  }
  model.printed.push_back({call.Get<std::string>("print_prefix"), bytes});
}

}  // namespace

void AddControl(Meanings& table) {
  for (const char* name : {"loop", "while_loop", "end_loop", "core_barrier", "sendrecv"})
    table[name] = Nothing;
  table["register_move"] = RegisterMove;
  table["register_load"] = RegisterLoad;
  table["register_store"] = RegisterStore;
  table["device_print"] = DevicePrint;
}

}  // namespace nki::reference
