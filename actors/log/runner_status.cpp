// What a runner tells of itself.
#include "projections/actors/log/runner_actor.hpp"
#include "projections/actors/log/store_failure.hpp"
#include "projections/folds/processors/projection_fold.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// How long the head of the log is waited for.
constexpr std::chrono::milliseconds head_wait_max{700};

} // namespace

/// Answers with the status, measured against the head of the log as it is.
compat::promise<projection_status> runner_state::look_at_head() {
  auto result = self_->make_response_promise<projection_status>();
  compat::request_within(self_, reader_, head_wait_max, read_head{})
    .then(
      [this, result](log_head x) mutable {
        head_ = std::max(head_, x.position);
        result.deliver(status_against_head({}));
      },
      [this, result](const caf::error& e) mutable {
        result.deliver(status_against_head(
          "the head of the log cannot be read: " + compat::text_of(e)));
      });
  return result;
}

projection_status
runner_state::status_against_head(const std::string& problem) {
  auto now = progress_meter::clock::now();
  projection_status result;
  result.projection = fold_->processor().name();
  result.application = fold_->application();
  result.runner = status_;
  result.head = std::max(head_, status_.position);
  result.lag = static_cast<uint64_t>(result.head - status_.position);
  if (result.lag > 0)
    meter_.found_behind(true, now);
  result.behind_for = meter_.behind_for(now);
  for (auto& x : slices_)
    for (auto& event : x.slice->events)
      result.queued += event.position > status_.position ? 1 : 0;
  result.rate = meter_.rate(now);
  result.problem = status_.problem.empty() ? problem : status_.problem;
  return result;
}

void runner_state::enter(runner_phase phase) {
  if (std::exchange(status_.phase, phase) != phase)
    tell();
}

void runner_state::position_is(log_position x) {
  status_.events = fold_->events();
  auto now = progress_meter::clock::now();
  meter_.processed(status_.events, now);
  if (!slices_.empty() && slices_.back().slice->at_head
      && slices_.back().slice->read_to <= x)
    meter_.found_behind(false, now);
  if (x == status_.position)
    return;
  status_.position = x;
  tell();
  auto reached = std::partition(waiters_.begin(), waiters_.end(),
                                [x](auto& y) { return y.position > x; });
  for (auto i = reached; i != waiters_.end(); ++i)
    i->answer.deliver(position_reached{x});
  waiters_.erase(reached, waiters_.end());
}

void runner_state::tell(const std::exception_ptr& error) {
  if (error)
    watch_->tell_failure(status_, error);
  else
    watch_->tell(status_);
}

/// Returns the first position after what was read that somebody waits for;
/// `log_start` if nobody does.
log_position runner_state::awaited() const {
  auto result = watch_->awaited_after(next_after_);
  for (auto& x : waiters_)
    if (x.position > next_after_
        && (result == log_start || x.position < result))
      result = x.position;
  return result;
}

std::string runner_state::reason_to_stand_by() const {
  return "the view of projection \"" + fold_->processor().name()
         + "\" is folded by another runner: ask that one to rebuild it";
}

caf::error runner_state::reason_of_end() const {
  auto name = "the runner of projection \"" + fold_->processor().name() + "\"";
  return caf::make_error(caf::sec::runtime_error,
                         status_.phase == runner_phase::failed
                           ? name + " has failed: " + status_.problem
                           : name + " has stopped");
}

} // namespace projections
