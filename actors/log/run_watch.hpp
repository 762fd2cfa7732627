// How a thread that is no actor follows a runner: the facade waits on it.
#pragma once

#include "projections/messages/interfaces/log_interfaces.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <set>

namespace projections {

/// What a runner has come to. The runner tells, any number of threads wait.
class run_watch {
public:
  using clock = std::chrono::steady_clock;

  // -- modifiers ---------------------------------------------------------------

  /// Tells what the runner is about.
  void tell(runner_status status);

  /// Tells that the runner has failed because of `error`.
  void tell_failure(runner_status status, std::exception_ptr error);

  /// Returns the error of the failure the first time, then null.
  std::exception_ptr take_error();

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] runner_status status();

  /// Waits until `position` is in the view, the runner has failed or stopped,
  /// or `deadline` is over. Returns what it is about then. If there is anything
  /// to wait for, calls `tell_runner()`, which is to send `look_who_waits`.
  runner_status wait_for(log_position position, clock::time_point deadline,
                         const std::function<void()>& tell_runner);

  /// Returns the first position after `position` that a thread waits for;
  /// `log_start` if there is none.
  [[nodiscard]] log_position awaited_after(log_position position);

  /// Waits until the runner has failed or stopped, or `deadline` is over.
  runner_status wait_for_end(clock::time_point deadline);

  /// Waits until the runner has stopped, or `deadline` is over.
  void wait_for_stop(clock::time_point deadline);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  runner_status status_;
  std::exception_ptr error_;

  /// The positions that threads wait for.
  std::multiset<log_position> awaited_;
};

/// Returns whether a runner in `phase` folds nothing any more.
[[nodiscard]] bool has_ended(runner_phase phase);

} // namespace projections
