#include "projections/folds/processors/progress_meter.hpp"

#include <algorithm>

namespace projections {

progress_meter::progress_meter(clock::time_point now) : start_(now) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

void progress_meter::processed(uint64_t events, clock::time_point now) {
  auto size = static_cast<int64_t>(by_second_.size());
  auto second = second_of(now);
  for (auto x = std::max(last_second_ + 1, second - size + 1); x <= second; ++x)
    by_second_[static_cast<size_t>(x % size)] = 0;
  last_second_ = second;
  by_second_[static_cast<size_t>(second % size)] += events - events_;
  events_ = events;
}

void progress_meter::found_behind(bool is, clock::time_point now) {
  if (!is)
    behind_since_.reset();
  else if (!behind_since_)
    behind_since_ = now;
}

// -- inspectors ---------------------------------------------------------------

double progress_meter::rate(clock::time_point now) const {
  auto size = static_cast<int64_t>(by_second_.size());
  auto second = second_of(now);
  auto first = std::max(int64_t{0}, second - size + 1);
  uint64_t events = 0;
  for (auto x = first; x <= std::min(second, last_second_); ++x)
    events += by_second_[static_cast<size_t>(x % size)];
  std::chrono::duration<double> taken
    = now - (start_ + std::chrono::seconds{first});
  return events > 0 ? static_cast<double>(events) / taken.count() : 0;
}

std::chrono::milliseconds
progress_meter::behind_for(clock::time_point now) const {
  using std::chrono::milliseconds;
  return behind_since_
           ? std::chrono::duration_cast<milliseconds>(now - *behind_since_)
           : milliseconds{0};
}

int64_t progress_meter::second_of(clock::time_point x) const {
  return std::chrono::duration_cast<std::chrono::seconds>(x - start_).count();
}

} // namespace projections
