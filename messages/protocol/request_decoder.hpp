// Turns the text of a chunk into requests. Run by the decoders, and by the
// reader where a single request has come in.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/protocol_settings.hpp"
#include "projections/messages/protocol/request.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace projections {

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
