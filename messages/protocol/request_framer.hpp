// Finds where a request ends while its input is still coming in. Used by the
// reader when the input pauses, and where lines do not begin with a brace.
#pragma once

#include "projections/messages/protocol/request_decoder.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace projections {

/// What is known of the end of a request.
struct request_frame {
  enum class ending : uint8_t {
    /// It ends in front of `end`, which begins a line or is the end of input.
    complete,
    /// Only white space follows, up to `end`.
    blank,
    /// No more text was to be had.
    unfinished,
    /// It has too many bytes; what follows up to the line's end belongs to it.
    too_long,
  };

  ending how = ending::unfinished;
  size_t end = 0;
};

/// Parses requests by the framing rules of `docs/protocol.md`, without keeping
/// anything of them. Not thread-safe.
class request_framer {
public:
  /// Called when the text ends before the request does: reads more, blocking if
  /// it must, and returns the whole text, old and new. Returns the same length
  /// if there is no more.
  using pull = std::function<std::string_view()>;

  explicit request_framer(request_limits limits);

  ~request_framer();

  /// Returns how the request ends that begins at `begin` of `text`, where a
  /// line begins. Asks `more` for text as long as the end is open.
  request_frame find_end(std::string_view text, size_t begin, const pull& more);

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace projections
