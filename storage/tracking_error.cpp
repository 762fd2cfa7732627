#include "projections/storage/tracking_error.hpp"

namespace projections {

integrity_error already_recorded(const tracking& x, log_position recorded) {
  return integrity_error{"position " + std::to_string(x.position)
                         + " of application \"" + x.application
                         + "\" was processed already: position "
                         + std::to_string(recorded) + " is recorded"};
}

} // namespace projections
