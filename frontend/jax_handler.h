// The address that JAX needs of the handler behind every kernel in a JAX program.
#ifndef NKI_FRONTEND_JAX_HANDLER_H_
#define NKI_FRONTEND_JAX_HANDLER_H_

namespace nki {

// The address that JAX registers for the target "AwsNeuronCustomNativeKernel" (typed XLA FFI, platform
// "cpu"). `device_count` is the number of JAX's CPU devices. With more than one, a kernel's error is also
// written to stderr: the other devices may wait for the failed one in a collective until XLA ends the
// process, and the error that the handler returns is then never shown.
void* JaxHandler(int device_count);

}  // namespace nki

#endif  // NKI_FRONTEND_JAX_HANDLER_H_
