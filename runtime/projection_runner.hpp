// Runs a projection for those who write no actors. Made by an application's
// main function or by a test.
#pragma once

#include "projections/actors/log/runner_settings.hpp"
#include "projections/folds/processors/event_processor.hpp"
#include "projections/folds/processors/group_limits.hpp"
#include "projections/runtime/event_log.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace projections {

class run_watch;

/// The runner has stopped, so that what was waited for does not come.
class runner_stopped : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// How a projection is run.
struct projection_settings {
  group_limits group;
  runner_settings runner;
};

/// Runs one projection from its construction to `stop`. The exception that ends
/// it comes out once: of `run_forever`, `wait` or `close`, whichever is called
/// first. After that, `runner_stopped` tells of it. A timeout that is none, or
/// too long for the clock, is no limit. Thread-safe.
class projection_runner {
public:
  using milliseconds = std::chrono::milliseconds;

  /// Folds the events that `application` has in `log`, from behind the last
  /// position that the view has recorded. `processor` is not null. What hinders
  /// it comes out of the functions below; while another runner has the view, it
  /// stands by.
  projection_runner(event_log& log, std::string application,
                    std::shared_ptr<event_processor> processor,
                    const projection_settings& settings = {});

  projection_runner(const projection_runner&) = delete;
  projection_runner& operator=(const projection_runner&) = delete;

  /// Stops, and keeps an exception that has not come out to itself.
  ~projection_runner();

  // -- modifiers ---------------------------------------------------------------

  /// Returns after `timeout`, or when `stop` is called. Lets out the exception
  /// that ends the runner.
  void run_forever(std::optional<milliseconds> timeout = std::nullopt);

  /// Returns when `position` is in the view. Throws `wait_timeout` if it is not
  /// after `timeout`, which may be none, and `runner_stopped` if it will not
  /// be; lets out the exception that has ended the runner.
  void wait(log_position position,
            std::optional<milliseconds> timeout = std::chrono::seconds{1});

  /// Commits what is under way and ends. Returns within a second, also where a
  /// projection or a database is stuck; then that ends as soon as it can.
  void stop();

  /// Stops, and lets out an exception that has not come out.
  void close();

  /// Empties all of the view and folds all events again. Returns when it is
  /// empty; a runner that has failed goes on. Throws `rebuild_refused`, and
  /// goes on as if it had not been asked, while it stands by or where the view
  /// has events of other applications, and `runner_stopped` if it has stopped
  /// or fails to do it.
  void rebuild();

  // -- inspectors --------------------------------------------------------------

  /// Returns what it is about.
  [[nodiscard]] runner_status status() const;

  /// The actor behind it.
  [[nodiscard]] const runner_actor& actor() const {
    return actor_;
  }

private:
  void let_out(const runner_status& status);

  caf::actor_system& system_;
  std::string name_;
  std::shared_ptr<run_watch> watch_;
  runner_actor actor_;
};

} // namespace projections
