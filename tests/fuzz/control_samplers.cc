// Calls of the sequencer's instructions.
#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

View OneElement(World& w) {
  const Dtype dtype = w.draw.OneOf({kInt32, kUint32, kInt16, kUint16, kInt8, kUint8, kFloat32});
  if (w.draw.Chance(50)) return w.Hbm({1}, dtype, false);
  return w.DmaTile({1, 1}, dtype, false);
}

Register AnyRegister(World& w, bool integer) {
  const int64_t value = w.draw.Between(-2147483648ll, 4294967295ll);
  return w.NewRegister(integer ? static_cast<double>(value)
                               : static_cast<double>(w.draw.Between(-200, 200)) / 4);
}

Arguments RegisterLoad(World& w) {
  const View src = OneElement(w);
  w.FillCalm(src);
  return {{"dst", w.NewRegister(0)}, {"src", src}};
}

Arguments RegisterStore(World& w) {
  const View dst = OneElement(w);
  return {{"dst", dst}, {"src", AnyRegister(w, IsInteger(dst.dtype))}};
}

Arguments RegisterMove(World& w) {
  Arguments call = {{"dst", w.NewRegister(0)}, {"src", w.draw.Between(-2147483648ll, 4294967295ll)}};
  if (w.draw.Chance(50)) call.at("src") = AnyRegister(w, true);
  return call;
}

Arguments Loop(World& w) {
  return {{"index", w.NewRegister(0)},
          {"start", w.draw.Between(-4, 4)},
          {"stop", w.draw.Between(-4, 40)},
          {"step", w.draw.Between(1, 5)}};
}

Arguments WhileLoop(World& w) { return {{"condition", AnyRegister(w, true)}}; }
Arguments EndLoop(World&) { return {}; }

Arguments CoreBarrier(World& w) {
  return {{"data", w.Hbm({w.Partitions(), w.Free()}, w.AnyDtype(), false)}, {"cores", IntList{0, 1}}};
}

Arguments Sendrecv(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View src = w.Plain(Space::kSbuf, {p, f}, w.AnyDtype());
  const View dst = w.Plain(Space::kSbuf, {p, f}, src.dtype);
  return {
      {"src", src}, {"dst", dst}, {"send_to_rank", 1}, {"recv_from_rank", 1}, {"pipe_id", w.draw.Below(9)}};
}

Arguments DevicePrint(World& w) {
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  View tensor = w.Hbm({w.Free(), 3}, dtype, true);
  if (w.draw.Chance(60)) tensor = w.DmaTile({w.Partitions(), w.Free()}, dtype, true);
  return {{"print_prefix", std::string("x = ")}, {"tensor", tensor}};
}

}  // namespace

void AddControlSamplers(Samplers& table) {
  table["register_load"] = RegisterLoad;
  table["register_store"] = RegisterStore;
  table["register_move"] = RegisterMove;
  table["loop"] = Loop;
  table["while_loop"] = WhileLoop;
  table["end_loop"] = EndLoop;
  table["core_barrier"] = CoreBarrier;
  table["sendrecv"] = Sendrecv;
  table["device_print"] = DevicePrint;
}

}  // namespace nki::fuzz
