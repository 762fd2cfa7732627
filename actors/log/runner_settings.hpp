// How runners work. Made by whoever spawns one.
#pragma once

#include "projections/folds/processors/retry_schedule.hpp"

#include <chrono>
#include <cstddef>

namespace projections {

/// How a runner works.
struct runner_settings {
  /// Events asked for at once; at least 1. Four such slices are held at most.
  size_t slice_events_max = 1000;

  /// How often a runner that stands by asks for the view.
  std::chrono::milliseconds claim_interval{250};

  /// What happens when a view, or a store that is emitted into, cannot be
  /// reached. When it is not tried again, the runner has failed.
  retry_policy retry;

  /// How long what is under way may go on when the runner has to stop, before
  /// its waiting is interrupted.
  std::chrono::milliseconds stop_grace{300};
};

} // namespace projections
