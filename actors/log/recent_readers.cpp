#include "projections/actors/log/recent_readers.hpp"

#include <algorithm>

namespace projections {

namespace {

/// So many readers are few: what each of them costs is not worth a delay.
constexpr size_t few_max = 16;

/// Readers are counted anew after so many requests.
constexpr uint64_t count_interval = 4096;

} // namespace

void recent_readers::note(uint64_t reader) {
  readers_.insert(reader);
  if (++requests_ % count_interval == 0) {
    readers_before_ = readers_.size();
    readers_.clear();
  }
}

void recent_readers::note_behind(uint64_t reader, log_position after) {
  behind_[next_] = {reader, after};
  next_ = (next_ + 1) % behind_.size();
}

bool recent_readers::are_few() const {
  return std::max(readers_.size(), readers_before_) <= few_max;
}

bool recent_readers::is_alone(uint64_t reader, log_position after) const {
  return std::none_of(behind_.begin(), behind_.end(), [&](auto& x) {
    return x.reader && x.reader != reader
           && std::max(x.after, after) - std::min(x.after, after) <= near_by;
  });
}

} // namespace projections
