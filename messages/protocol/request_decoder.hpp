// Turns the text of a chunk into requests. Run by the decoders, and by the
// reader where a single request has come in.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/request.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace projections {

/// Limits of what a request may be.
struct request_limits {
  /// From the first byte of a request to the end of its last line, without the
  /// line break; at most 1 GiB.
  size_t request_bytes_max = size_t{64} << 20;

  /// Brackets open at once, the request's outermost included.
  size_t depth_max = 1024;
};

/// The largest `request_bytes_max` that can be configured, in bytes: places in
/// a chunk's normalised text are kept in 32 bits.
inline constexpr size_t request_bytes_limit = size_t{1} << 30;

/// Finds the requests in a chunk, by the framing rules of `docs/protocol.md`,
/// and validates and normalises them. Everything that is wrong with a request
/// by itself is found here and becomes a request of kind `refused`. Not
/// thread-safe; an instance per actor.
class request_decoder {
public:
  request_decoder(json_style style, request_limits limits);

  ~request_decoder();

  /// Appends the requests in `in.text` to `in.requests`. The text begins and
  /// ends between two requests, except that the last one may have been cut off
  /// behind more than `request_bytes_max` bytes.
  void decode(chunk& in);

  /// Calls `observe` for every `long_rebuild::step` events of a rebuild while
  /// it is being decoded. It may turn out to be refused.
  void
  observe_long_rebuilds(std::function<void(chunk& in, long_rebuild x)> observe);

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace projections
