// How many events are folded in one transaction. Part of what is said of a
// projection when it is run.
#pragma once

#include <chrono>
#include <cstddef>

namespace projections {

/// When a group ends, though there is more to fold.
struct group_limits {
  /// After so many events; at least 1.
  size_t events_max = 1000;

  /// So long after the first event of the group.
  std::chrono::milliseconds delay_max{100};
};

} // namespace projections
