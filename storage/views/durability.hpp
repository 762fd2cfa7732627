// What commits to a database promise. Event stores and views in databases are
// opened with it.
#pragma once

#include <cstdint>

namespace projections {

/// What a commit that has returned survives.
enum class durability : uint8_t {
  /// The end of the process and a loss of power: it is on disk.
  power_loss,
  /// The end of the process. A loss of power, or a server of the database that
  /// crashes, takes the last commits back, each as a whole and none before a
  /// later one.
  process_end,
};

} // namespace projections
