#include "storage/memory_recorder.hpp"

#include "storage/tracking_error.hpp"

namespace projections {

void memory_tracking::assert_new(const tracking& x) {
  std::lock_guard guard{mutex_};
  auto found = positions_.find(x.application);
  if (found != positions_.end() && found->second >= x.position)
    throw already_recorded(x, found->second);
}

void memory_tracking::record(const tracking& x) {
  std::lock_guard guard{mutex_};
  assert_new(x);
  positions_[x.application] = x.position;
  changes_.notify();
}

std::optional<log_position>
memory_tracking::last(std::string_view application) {
  std::lock_guard guard{mutex_};
  auto found = positions_.find(application);
  if (found == positions_.end())
    return std::nullopt;
  return found->second;
}

} // namespace projections
