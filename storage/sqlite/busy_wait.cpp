#include "projections/storage/sqlite/busy_wait.hpp"

#include <algorithm>

namespace projections {

namespace {

/// The longest step; the first is one millisecond.
constexpr int step_ms_max = 25;

} // namespace

bool busy_wait::pause(int tries) {
  auto now = clock::now();
  if (tries == 0)
    since_ = now;
  if (now - since_ >= limit_)
    return false;
  std::chrono::milliseconds step{std::min(tries + 1, step_ms_max)};
  std::unique_lock guard{mutex_};
  return !interrupted_changed_.wait_for(guard, step,
                                        [this] { return interrupted_; });
}

void busy_wait::interrupt(bool on) {
  {
    std::lock_guard guard{mutex_};
    interrupted_ = on;
  }
  interrupted_changed_.notify_all();
}

} // namespace projections
