#include "isa/diagnostics.h"

namespace nki {

std::string ToString(const Diagnostic& diagnostic) {
  std::string text;
  if (!diagnostic.file.empty()) text += diagnostic.file + ":" + std::to_string(diagnostic.line) + ": ";
  text += diagnostic.severity == Severity::kError ? "error: " : "warning: ";
  text += diagnostic.message;
  if (!diagnostic.rule.empty()) text += " [" + diagnostic.rule + "]";
  if (!diagnostic.text.empty()) text += "\n    " + diagnostic.text;
  for (const CallSite& caller : diagnostic.callers)
    text += "\n  called from " + caller.file + ":" + std::to_string(caller.line) + ": " + caller.text;
  return text;
}

std::string ToString(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += (text.empty() ? "" : "\n") + ToString(diagnostic);
  return text;
}

}  // namespace nki
