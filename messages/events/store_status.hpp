// How an event store is doing, in plain figures. Kept by the store that threads
// share, and told by its actor.
#pragma once

#include <cstdint>
#include <string>

namespace projections {

/// How an event store is doing.
struct store_status {
  /// Events that were recorded, and commits, since it was opened.
  uint64_t events = 0;
  uint64_t commits = 0;

  /// Appends that wait to be recorded.
  uint64_t queued = 0;

  /// Why the last append could not be recorded; empty after one that was.
  std::string problem;
};

} // namespace projections
