// What a node's protocol is set to: how long and how deep requests may be, and
// how replies look. Said when a node is made.
#pragma once

#include <cstddef>
#include <cstdint>

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

/// How replies look.
enum class reply_mode : uint8_t {
  /// Bare bodies.
  body,
  /// Bodies in envelopes; requests must come in envelopes.
  envelope,
  /// Bare bodies until an `init` comes, envelopes from then on.
  automatic,
};

} // namespace projections
