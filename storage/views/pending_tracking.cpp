#include "projections/storage/views/pending_tracking.hpp"

#include "projections/storage/views/tracking_recorder.hpp"

namespace projections {

bool pending_tracking::follow(const tracking& x) {
  auto known = entries_.find(x.application);
  if (known == entries_.end())
    return false;
  auto& last = known->second.last.position;
  if (last >= x.position)
    throw already_recorded(x, last);
  last = x.position;
  return true;
}

void pending_tracking::begin(const tracking& x) {
  entries_.insert_or_assign(x.application, entry{x, x.position});
}

void pending_tracking::forget(std::string_view application) {
  if (auto known = entries_.find(application); known != entries_.end())
    entries_.erase(known);
}

std::optional<log_position>
pending_tracking::last(std::string_view application) const {
  auto known = entries_.find(application);
  if (known == entries_.end())
    return std::nullopt;
  return known->second.last.position;
}

} // namespace projections
