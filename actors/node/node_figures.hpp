// What a node counts of its work. Kept by the router, for requests that ask how
// the node is doing.
#pragma once

#include "projections/folds/processors/progress_meter.hpp"

#include <cstdint>
#include <string>

namespace projections {

/// Figures of a node since it was started.
struct node_figures {
  /// Requests that were taken up, of whatever kind; and those of them that were
  /// refused before any actor got them.
  uint64_t requests = 0;
  uint64_t refused = 0;

  /// Updates and rebuilds that were sent to named projections, and events that
  /// were sent to the projector.
  uint64_t updates = 0;
  uint64_t rebuilds = 0;
  uint64_t events = 0;

  /// Requests of earlier batches whose replies are not written yet, and what
  /// room is kept for these, in bytes.
  uint64_t requests_in_flight = 0;
  uint64_t bytes_in_flight = 0;

  /// Actors that had to be replaced because they had ended.
  uint64_t actors_replaced = 0;

  /// What the last request was told that was refused, or why the last actor has
  /// ended, escaped as JSON has it; empty if there was none.
  std::string last_error;

  /// Measures requests.
  progress_meter meter{progress_meter::clock::now()};
};

} // namespace projections
