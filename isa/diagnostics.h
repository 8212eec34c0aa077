// What the verifier has to say about a kernel.
#ifndef NKI_ISA_DIAGNOSTICS_H_
#define NKI_ISA_DIAGNOSTICS_H_

#include <string>
#include <utility>
#include <vector>

#include "memory/error.h"

namespace nki {

enum class Severity : uint8_t { kError, kWarning };

// A line that called the function of another.
struct CallSite {
  std::string file;
  int line = 0;
  std::string text;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string rule;     // "free-at-most"; empty if the message says it
  std::string message;  // "nc_matmul: moving has 640 free elements; trn1 allows at most 512"
  int source = -1;      // index into the graph's source locations, -1: the whole kernel
  // Filled by the front end, which can read the user's file.
  std::string file;
  int line = 0;
  std::string text;               // the source line
  std::vector<CallSite> callers;  // innermost first; empty if the line is the kernel's own
};

// "attention.py:41: error: nc_matmul: moving has … [free-at-most]\n    nisa.nc_matmul(…)"
std::string ToString(const Diagnostic& diagnostic);
std::string ToString(const std::vector<Diagnostic>& diagnostics);

// The kernel breaks rules; carries everything that was found.
struct VerifyError : Error {
  explicit VerifyError(std::vector<Diagnostic> found)
      : Error(ToString(found)), diagnostics(std::move(found)) {}
  std::vector<Diagnostic> diagnostics;
};

}  // namespace nki

#endif  // NKI_ISA_DIAGNOSTICS_H_
