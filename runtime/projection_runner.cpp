#include "projections/runtime/projection_runner.hpp"

#include "projections/actors/log/run_watch.hpp"
#include "projections/actors/log/runner_actor.hpp"
#include "projections/actors/log/store_failure.hpp"
#include "projections/folds/processors/projection_fold.hpp"
#include "projections/storage/log/deadline.hpp"
#include "projections/storage/log/store_error.hpp"

#include <caf/scoped_actor.hpp>

#include <utility>

namespace projections {

namespace {

using clock = run_watch::clock;

/// How long a stop is waited for.
constexpr std::chrono::milliseconds stop_max{900};

clock::time_point
deadline_of(std::optional<std::chrono::milliseconds> timeout) {
  return timeout ? deadline_in(*timeout) : clock::time_point::max();
}

} // namespace

projection_runner::projection_runner(event_log& log, std::string application,
                                     std::shared_ptr<event_processor> processor,
                                     const projection_settings& settings)
  : system_(log.system()), name_(processor->name()),
    watch_(std::make_shared<run_watch>()) {
  actor_ = spawn_runner(
    system_,
    std::make_shared<projection_fold>(std::move(processor),
                                      std::move(application), settings.group),
    log.reader(), watch_, settings.runner);
  compat::send_anonymously(log.monitor(), watch_projection{actor_});
}

projection_runner::~projection_runner() {
  stop();
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

// -- modifiers ----------------------------------------------------------------

void projection_runner::run_forever(std::optional<milliseconds> timeout) {
  auto status = watch_->wait_for_end(deadline_of(timeout));
  if (auto error = watch_->take_error())
    std::rethrow_exception(error);
  if (status.phase == runner_phase::failed)
    let_out(status);
}

void projection_runner::wait(log_position position,
                             std::optional<milliseconds> timeout) {
  auto status = watch_->wait_for(position, deadline_of(timeout), [this] {
    compat::send_anonymously(actor_, look_who_waits{});
  });
  if (status.position >= position)
    return;
  if (has_ended(status.phase))
    let_out(status);
  throw wait_timeout{"projection \"" + name_ + "\" did not reach position "
                     + std::to_string(position) + " within "
                     + std::to_string(timeout->count()) + " ms"};
}

void projection_runner::stop() {
  compat::send_anonymously(actor_, stop_runner{});
  watch_->wait_for_stop(clock::now() + stop_max);
}

void projection_runner::close() {
  stop();
  if (auto error = watch_->take_error())
    std::rethrow_exception(error);
}

void projection_runner::rebuild() {
  caf::scoped_actor self{system_};
  compat::request(self, actor_, rebuild_view{})
    .receive(
      [](view_emptied) {
        // It goes on by itself.
      },
      [](const caf::error& e) {
        if (is_rebuild_refusal(e))
          throw rebuild_refused{compat::text_of(e)};
        throw runner_stopped{compat::text_of(e)};
      });
}

// -- inspectors ---------------------------------------------------------------

runner_status projection_runner::status() const {
  return watch_->status();
}

/// Throws the exception that has ended the runner, or tells of it if it was
/// thrown already.
void projection_runner::let_out(const runner_status& status) {
  if (auto error = watch_->take_error())
    std::rethrow_exception(error);
  auto text = "the runner of projection \"" + name_ + "\" has ";
  throw runner_stopped{status.problem.empty()
                         ? text + "stopped"
                         : text + "failed: " + status.problem};
}

} // namespace projections
