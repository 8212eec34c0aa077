#include "frontend/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "memory/error.h"

namespace nki {

LogFile::LogFile(const std::string& path)
    : file_(path == "-" ? STDERR_FILENO
                        : open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) throw Error("the log can't be written to " + path + ": " + std::strerror(errno));
}

LogFile::~LogFile() {
  if (file_ != STDERR_FILENO) close(file_);
}

void LogFile::Write(std::string line) const {
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Error(std::string("the log can't be written: ") + std::strerror(errno));
    rest.remove_prefix(written);
  }
}

}  // namespace nki
