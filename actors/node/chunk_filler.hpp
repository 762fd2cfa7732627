// Reads stdin and cuts it into chunks of whole requests. Owned by the reader;
// knows no actor.
#pragma once

#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/request_framer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace projections {

/// A file descriptor to read from, and another one that ends the reading.
class interruptible_input {
public:
  /// Reading ends as at the end of input once `stop_descriptor` is readable (-1
  /// for none). Both stay the caller's.
  interruptible_input(int descriptor, int stop_descriptor);

  // -- modifiers ---------------------------------------------------------------

  /// Waits for input and reads up to `bytes` to `out`. Returns 0 at the end.
  /// Throws `std::system_error` if the descriptor cannot be read.
  size_t read(char* out, size_t bytes);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether `read` would return at once.
  [[nodiscard]] bool is_ready();

  /// Returns whether it was stopped, so that the end is not that of the input.
  [[nodiscard]] bool is_stopped() const {
    return stopped_;
  }

private:
  bool wait(int timeout_ms);

  int descriptor_;
  int stop_descriptor_;
  bool stopped_ = false;
};

/// Fills chunks with whole requests, as large as the input is quick: while
/// input is ready, a chunk takes `chunk_bytes` or one request. When it pauses,
/// the chunk takes what is complete, and waits only if nothing is. Not
/// thread-safe.
class chunk_filler {
public:
  /// `source` must outlive the filler.
  chunk_filler(interruptible_input& source, request_limits limits,
               size_t chunk_bytes);

  /// Fills `out`, blocking until there is a request or the input ends; then
  /// `out.last` is set.
  void fill(chunk& out);

private:
  std::string_view text() const {
    return {buffer_.begin(), used_};
  }

  bool read_more();
  void gather();
  size_t last_cut();
  size_t find_line_break();
  void forget_searches();
  void skip_rest_of_line();
  size_t complete_requests(size_t from);
  void hand_over(chunk& out, size_t bytes);

  interruptible_input& source_;
  request_limits limits_;
  size_t chunk_bytes_;
  request_framer framer_;

  /// What was read and not handed over.
  raw_buffer buffer_;
  size_t used_ = 0;

  /// The beginning of the last line that begins with a brace, and how much was
  /// searched for it.
  size_t cut_ = 0;
  size_t searched_ = 0;

  /// The first line break (`npos` for none), and how much was searched for it.
  size_t first_break_ = std::string_view::npos;
  size_t searched_for_break_ = 0;

  bool ended_ = false;
  /// Whether the rest of the current line is to be dropped.
  bool skipping_ = false;
};

} // namespace projections
