// The one XLA FFI handler behind every kernel that runs inside a JAX program.
#include "frontend/jax_handler.h"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/interrupt_watch.h"
#include "interpreter/run_table.h"
#include "interpreter/worker_pool.h"
#include "xla/ffi/api/ffi.h"

namespace nki {
namespace {

namespace ffi = xla::ffi;

std::atomic<int> g_device_count{1};

ffi::Error Fail(ffi::ErrorCode code, std::string_view kernel, const std::string& reason) {
  std::string text = "NKI kernel " + std::string(kernel) + ": " + reason;
  if (g_device_count.load(std::memory_order_relaxed) > 1) std::fputs((text + "\n").c_str(), stderr);
  return ffi::Error(code, std::move(text));
}

bool LessThanAByte(ffi::DataType type) {
  switch (type) {
    case ffi::DataType::S1:
    case ffi::DataType::U1:
    case ffi::DataType::S2:
    case ffi::DataType::U2:
    case ffi::DataType::S4:
    case ffi::DataType::U4:
    case ffi::DataType::F4E2M1FN:
      return true;
    default:
      return false;
  }
}

// Empty if the buffer is what the kernel was compiled for.
std::string BufferMismatch(const char* role, size_t index, const ffi::AnyBuffer& buffer,
                           const Tensor& compiled) {
  const bool packed = LessThanAByte(buffer.element_type());  // size_bytes() counts a whole byte for each
  const size_t bytes = static_cast<size_t>(compiled.bytes());
  if (!packed && buffer.size_bytes() == bytes) return {};
  const std::string place = std::string(role) + " " + std::to_string(index);
  if (packed) return place + " has elements of less than a byte; no kernel takes them";
  return place + " has " + std::to_string(buffer.size_bytes()) + " bytes; the kernel was compiled for " +
         std::to_string(bytes);
}

std::string CountMismatch(const char* role, size_t actual, size_t compiled) {
  if (actual == compiled) return {};
  return "got " + std::to_string(actual) + " " + role + "; the kernel was compiled for " +
         std::to_string(compiled);
}

// Fills the pointers, or says which buffer does not fit.
std::string Collect(const KernelGraph& graph, ffi::RemainingArgs args, ffi::RemainingRets rets,
                    std::vector<void*>& inputs, std::vector<void*>& outputs) {
  std::string problem = CountMismatch("inputs", args.size(), graph.inputs.size());
  if (problem.empty()) problem = CountMismatch("outputs", rets.size(), graph.outputs.size());
  for (size_t i = 0; problem.empty() && i < args.size(); ++i) {
    const ffi::AnyBuffer buffer = *args.get<ffi::AnyBuffer>(i);
    problem = BufferMismatch("input", i, buffer, graph.tensors[graph.inputs[i]]);
    inputs.push_back(buffer.untyped_data());
  }
  for (size_t i = 0; problem.empty() && i < rets.size(); ++i) {
    const ffi::AnyBuffer buffer = **rets.get<ffi::AnyBuffer>(i);
    problem = BufferMismatch("output", i, buffer, *graph.outputs[i].tensor);
    outputs.push_back(buffer.untyped_data());
  }
  return problem;
}

// `config` describes the kernel to readers of the HLO text; only `key` finds it. No Python here: XLA calls
// this from its own threads, several at once, without the GIL.
ffi::Error Call(ffi::RemainingArgs args, ffi::RemainingRets rets, std::string_view /*config*/,
                std::string_view func_name, std::string_view key) {
  const FloatingPointScope floating_point;  // XLA:CPU has set flush-to-zero and denormals-are-zero
  try {
    const std::shared_ptr<const Plan> plan = GetCompiled(key);
    std::vector<void*> inputs, outputs;
    std::string problem = Collect(*plan->graph, args, rets, inputs, outputs);
    if (!problem.empty()) return Fail(ffi::ErrorCode::kInvalidArgument, func_name, problem);
    InterruptWatch interrupts;
    RunOptions options;
    options.interrupted = [&] { return interrupts.Arrived(); };
    RunHooked(*plan, inputs, outputs, options);
    return ffi::Error::Success();
  } catch (const Interrupted& error) {
    return Fail(ffi::ErrorCode::kCancelled, func_name, error.what());
  } catch (const UnknownKernelError& error) {
    return Fail(ffi::ErrorCode::kNotFound, func_name, error.what());
  } catch (const std::exception& error) {
    return Fail(ffi::ErrorCode::kInternal, func_name, error.what());
  }
}

XLA_FFI_DEFINE_HANDLER(kHandler, Call,
                       ffi::Ffi::Bind()
                           .RemainingArgs()
                           .RemainingRets()
                           .Attr<std::string_view>("config")
                           .Attr<std::string_view>("func_name")
                           .Attr<std::string_view>("key"));

}  // namespace

void* JaxHandler(int device_count) {
  g_device_count.store(device_count, std::memory_order_relaxed);
  return reinterpret_cast<void*>(kHandler);
}

}  // namespace nki
