// Where nki-py --log writes.
#ifndef NKI_FRONTEND_LOG_FILE_H_
#define NKI_FRONTEND_LOG_FILE_H_

#include <string>

namespace nki {

// A file, made empty, or stderr for "-". Each line is one call of the system and takes no lock: what reads
// the other end of a pipe may be a thread of this process, which waits for anything.
class LogFile {
 public:
  explicit LogFile(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  void Write(std::string line) const;

 private:
  int file_;
};

}  // namespace nki

#endif  // NKI_FRONTEND_LOG_FILE_H_
