// Copies and compares a few bytes without a call. Keys and most values are
// short.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

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

/// Returns `x == y`, for texts that mostly have up to 16 bytes.
inline bool short_equal(std::string_view x, std::string_view y) {
  auto bytes = x.size();
  if (bytes != y.size())
    return false;
  auto differ = [&]<class Word>(Word, size_t at) {
    Word a;
    Word b;
    std::memcpy(&a, x.data() + at, sizeof(Word));
    std::memcpy(&b, y.data() + at, sizeof(Word));
    return a != b;
  };
  if (bytes > 16)
    return std::memcmp(x.data(), y.data(), bytes) == 0;
  if (bytes >= 8)
    return !differ(uint64_t{}, 0) && !differ(uint64_t{}, bytes - 8);
  if (bytes >= 4)
    return !differ(uint32_t{}, 0) && !differ(uint32_t{}, bytes - 4);
  for (size_t i = 0; i < bytes; ++i)
    if (x[i] != y[i])
      return false;
  return true;
}

} // namespace projections
