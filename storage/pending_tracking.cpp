#include "storage/pending_tracking.hpp"

#include "storage/tracking_error.hpp"

namespace projections {

bool pending_tracking::follow(const tracking& x) {
  for (auto& known : entries_)
    if (known.last.application == x.application) {
      if (known.last.position >= x.position)
        throw already_recorded(x, known.last.position);
      known.last.position = x.position;
      return true;
    }
  return false;
}

void pending_tracking::begin(const tracking& x) {
  entries_.push_back({x, x.position});
}

void pending_tracking::forget(std::string_view application) {
  std::erase_if(entries_, [application](auto& x) {
    return x.last.application == application;
  });
}

std::optional<log_position>
pending_tracking::last(std::string_view application) const {
  for (auto& known : entries_)
    if (known.last.application == application)
      return known.last.position;
  return std::nullopt;
}

} // namespace projections
