// The bytes of a memory that nothing occupies.
#ifndef NKI_INTERPRETER_FREE_LIST_H_
#define NKI_INTERPRETER_FREE_LIST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace nki {

class FreeList {
 public:
  struct Gap {
    int64_t begin, end;
  };

  explicit FreeList(int64_t capacity);

  void Take(int64_t begin, int64_t end);  // must be free
  void Give(int64_t begin, int64_t end);  // must be taken
  bool IsFree(int64_t begin, int64_t end) const;
  // The first gap at or behind `from`, or around it, that has `bytes` bytes there. O(log n).
  std::optional<Gap> Next(int64_t from, int64_t bytes) const;
  int64_t taken() const { return taken_; }

 private:
  // Gaps are searched by the longest one that begins in each line, in a tree of maxima.
  static constexpr int64_t kLine = 64;

  void Insert(int64_t begin, int64_t end);
  void Erase(int64_t begin);
  void Update(int64_t line);
  size_t FirstLine(size_t from, int64_t bytes) const;

  std::map<int64_t, int64_t> gaps_;  // begin -> end
  size_t lines_;                     // a power of two
  std::vector<int64_t> longest_;     // [1] is the root, [lines_ + i] is line i
  int64_t taken_ = 0;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_FREE_LIST_H_
