// How recorders say that an event was processed twice.
#pragma once

#include "projections/storage/tracking_recorder.hpp"

namespace projections {

/// Returns the error for `x` where `recorded` is the last position recorded.
[[nodiscard]] integrity_error already_recorded(const tracking& x,
                                               log_position recorded);

} // namespace projections
