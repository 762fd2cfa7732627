#include "projections/storage/views/tracking_recorder.hpp"

#include "projections/storage/log/deadline.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace projections {

namespace {

/// How soon `wait` looks again after the database was out of reach.
constexpr std::chrono::milliseconds retry_interval{50};

} // namespace

integrity_error already_recorded(const tracking& x, log_position recorded) {
  return integrity_error{"position " + std::to_string(x.position)
                         + " of application \"" + x.application
                         + "\" was processed already: position "
                         + std::to_string(recorded) + " is recorded"};
}

void tracking_recorder::expect_tracking(const std::vector<std::string>&) {
  // Each is looked up when it is recorded.
}

void tracking_recorder::clear() {
  throw store_error{"this view cannot be emptied: it does not override "
                    "clear()"};
}

bool tracking_recorder::has_tracking_id(std::string_view application,
                                        std::optional<log_position> position) {
  return !position || max_tracking_id(application) >= position;
}

void tracking_recorder::wait(std::string_view application,
                             std::optional<log_position> position,
                             std::chrono::milliseconds timeout,
                             std::stop_token interrupt) {
  using clock = change_signal::clock;
  auto deadline = deadline_in(timeout);
  std::optional<int64_t> looked_at;
  for (;;) {
    // What is recorded goes before an interrupt and before the deadline.
    auto seen = changes().count();
    std::exception_ptr problem;
    try {
      // Where nobody has committed, the last look is as good as another one.
      auto current = foreign_changes();
      if (!current || current != looked_at) {
        if (has_tracking_id(application, position))
          return;
        looked_at = current;
      }
    } catch (const store_unavailable&) {
      problem = std::current_exception();
    }
    auto what = "position " + std::to_string(*position) + " of application \""
                + std::string{application} + "\"";
    if (interrupt.stop_requested())
      throw wait_interrupted{"interrupted while waiting for " + what};
    auto now = clock::now();
    if (now >= deadline && problem)
      std::rethrow_exception(problem);
    if (now >= deadline)
      throw wait_timeout{what + " was not recorded within "
                         + std::to_string(timeout.count()) + " ms"};
    auto until = deadline;
    if (auto interval = poll_interval())
      until = std::min(deadline, now + *interval);
    if (problem)
      until = std::min(until, now + retry_interval);
    changes().wait(seen, until, interrupt);
  }
}

} // namespace projections
