// Puts finished batches in order and their replies into few writes. Owned by
// the writer; knows no actor.
#pragma once

#include "projections/messages/protocol/reply_encoder.hpp"
#include "projections/messages/protocol/request_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace projections {

/// Batches that came before their turn. As many as are in flight, at most.
class batch_order {
public:
  /// Takes `batch`, whose sequence was not taken before.
  void push(batch_ptr batch);

  /// Returns the next batch in order, or null if it has not come yet.
  batch_ptr pop();

private:
  std::map<uint64_t, batch_ptr> early_;
  uint64_t next_ = 0;
};

/// Writes to a file descriptor through a buffer of its own. Blocks while the
/// reader at the other end does not read.
class buffered_output {
public:
  /// `descriptor` stays the caller's.
  explicit buffered_output(int descriptor);

  /// Adds `text`. Large texts go past the buffer. Returns false if the
  /// descriptor cannot be written any more; then nothing is written ever after.
  bool write(std::string_view text);

  /// Writes what is in the buffer.
  bool flush();

private:
  bool write_now(std::string_view text);

  int descriptor_;
  bool failed_ = false;
  std::vector<char> buffer_;
  size_t used_ = 0;
};

} // namespace projections
