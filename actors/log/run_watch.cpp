#include "projections/actors/log/run_watch.hpp"

#include <utility>

namespace projections {

void run_watch::tell(runner_status status) {
  tell_failure(std::move(status), nullptr);
}

void run_watch::tell_failure(runner_status status, std::exception_ptr error) {
  {
    std::lock_guard guard{mutex_};
    // A failure that nobody has seen yet outlives what is told after it, but
    // not a new beginning.
    if (error || !has_ended(status.phase))
      error_ = std::move(error);
    status_ = std::move(status);
  }
  changed_.notify_all();
}

std::exception_ptr run_watch::take_error() {
  std::lock_guard guard{mutex_};
  return std::exchange(error_, nullptr);
}

runner_status run_watch::status() {
  std::lock_guard guard{mutex_};
  return status_;
}

runner_status run_watch::wait_for(log_position position,
                                  clock::time_point deadline,
                                  const std::function<void()>& tell_runner) {
  std::unique_lock guard{mutex_};
  auto is_over
    = [&] { return status_.position >= position || has_ended(status_.phase); };
  if (is_over())
    return status_;
  auto place = awaited_.insert(position);
  guard.unlock();
  tell_runner();
  guard.lock();
  changed_.wait_until(guard, deadline, is_over);
  awaited_.erase(place);
  return status_;
}

log_position run_watch::awaited_after(log_position position) {
  std::lock_guard guard{mutex_};
  auto found = awaited_.upper_bound(position);
  return found == awaited_.end() ? log_start : *found;
}

runner_status run_watch::wait_for_end(clock::time_point deadline) {
  std::unique_lock guard{mutex_};
  changed_.wait_until(guard, deadline,
                      [this] { return has_ended(status_.phase); });
  return status_;
}

void run_watch::wait_for_stop(clock::time_point deadline) {
  std::unique_lock guard{mutex_};
  changed_.wait_until(
    guard, deadline, [this] { return status_.phase == runner_phase::stopped; });
}

bool has_ended(runner_phase phase) {
  return phase == runner_phase::failed || phase == runner_phase::stopped;
}

} // namespace projections
