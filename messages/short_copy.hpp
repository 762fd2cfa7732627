// Copies a few bytes without a call. Texts between actors are mostly short.
#pragma once

#include <cstddef>
#include <cstring>

namespace projections {

/// Copies `bytes` from `from` to `to`, which do not overlap. Faster than
/// `memcpy` for up to 16 bytes, since the compiler knows no length there.
inline void short_copy(char* to, const char* from, size_t bytes) {
  // Two copies of a fixed length that overlap in the middle make any length.
  if (bytes > 16) {
    std::memcpy(to, from, bytes);
  } else if (bytes >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + bytes - 8, from + bytes - 8, 8);
  } else if (bytes >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + bytes - 4, from + bytes - 4, 4);
  } else if (bytes > 0) {
    to[0] = from[0];
    to[bytes / 2] = from[bytes / 2];
    to[bytes - 1] = from[bytes - 1];
  }
}

} // namespace projections
