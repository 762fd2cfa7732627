// When a timeout is over. Used by everything that users can make wait for as
// long as they like.
#pragma once

#include <algorithm>
#include <chrono>

namespace projections {

/// Returns the time that is `timeout` from now, or the last one that there is
/// if that is further than the clock goes: then there is no limit. One below
/// zero is over now.
[[nodiscard]] inline std::chrono::steady_clock::time_point
deadline_in(std::chrono::milliseconds timeout) {
  using clock = std::chrono::steady_clock;
  auto now = clock::now();
  // Compared in milliseconds: a long timeout does not fit into nanoseconds.
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    clock::time_point::max() - now);
  if (timeout >= left)
    return clock::time_point::max();
  return now + std::max(timeout, std::chrono::milliseconds{0});
}

} // namespace projections
