// CPython inside our own process.
#ifndef NKI_FRONTEND_EMBED_H_
#define NKI_FRONTEND_EMBED_H_

#include <optional>
#include <string>
#include <vector>

namespace nki {

// What the user asked for on nki-py's command line.
struct LaunchOptions {
  std::optional<std::string> target;
  std::optional<std::string> graph;  // a file name, or "-" for standard error
  std::optional<std::string> log;    // likewise
  bool check = false;
  bool stats = false;
};

// Runs Python as `python ARGUMENTS` would be run (`arguments` starts with the program's own name), in the
// environment that nki-py is installed in, after handing `options` to nki._launch. Returns the exit status.
int RunPython(const std::vector<std::string>& arguments, const LaunchOptions& options);

}  // namespace nki

#endif  // NKI_FRONTEND_EMBED_H_
