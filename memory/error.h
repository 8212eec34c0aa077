// The error kinds of nki-py. The kind says whose fault it is.
#ifndef NKI_MEMORY_ERROR_H_
#define NKI_MEMORY_ERROR_H_

#include <stdexcept>
#include <string>

namespace nki {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A call has an argument that can't be used: a wrong type, value or index. Raised where the user's line is
// running, so that Python shows that line; becomes TypeError, ValueError or IndexError.
struct ArgumentError : Error {
  enum class Kind { kType, kValue, kIndex };
  ArgumentError(Kind k, const std::string& message) : Error(message), kind(k) {}
  Kind kind;
};

// The data broke the kernel while it ran.
struct RunError : Error {
  using Error::Error;
};

// Our own mistake; never caused by a kernel.
struct InternalError : Error {
  using Error::Error;
};

[[noreturn]] inline void ThrowValue(const std::string& message) {
  throw ArgumentError(ArgumentError::Kind::kValue, message);
}
[[noreturn]] inline void ThrowIndex(const std::string& message) {
  throw ArgumentError(ArgumentError::Kind::kIndex, message);
}
[[noreturn]] inline void ThrowType(const std::string& message) {
  throw ArgumentError(ArgumentError::Kind::kType, message);
}

// For what the program's own logic guarantees; user input never reaches one.
#define NKI_CHECK(condition)                                                    \
  do {                                                                          \
    if (!(condition))                                                           \
      throw ::nki::InternalError(std::string("internal error: ") + #condition + \
                                 " does not hold at " __FILE__);                \
  } while (false)

}  // namespace nki

#endif  // NKI_MEMORY_ERROR_H_
