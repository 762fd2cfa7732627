// Puts replies into few writes. Owned by the writer; knows no actor.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace projections {

/// Writes to a file descriptor through a buffer of its own. Blocks while the
/// reader at the other end does not read.
class buffered_output {
public:
  /// `descriptor` stays the caller's.
  explicit buffered_output(int descriptor);

  /// Adds `text`. Large texts go past the buffer. Returns false if the
  /// descriptor cannot be written any more; then nothing is written ever after.
  bool write(std::string_view text);

  /// Writes what is in the buffer. Returns false as `write` does.
  bool flush();

private:
  bool write_now(std::string_view text);

  int descriptor_;
  bool failed_ = false;
  std::vector<char> buffer_;
  size_t used_ = 0;
};

} // namespace projections
