#include "projections/actors/log/runner_actor.hpp"

#include "projections/actors/log/store_failure.hpp"
#include "projections/folds/processors/projection_fold.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// So many slices are held, those included that are being folded.
constexpr size_t slices_max = 4;

/// So many are folded in one step.
constexpr size_t step_slices_max = 2;

/// As in `step_time_max`.
constexpr std::chrono::milliseconds lone_step_time_max{25};
constexpr std::chrono::milliseconds shared_step_time_max{2};

} // namespace

runner_state::runner_state(interface::pointer self,
                           std::shared_ptr<projection_fold> fold,
                           log_reader_actor reader, shared_view_worker worker,
                           std::shared_ptr<run_watch> watch,
                           runner_settings settings)
  : self_(self), fold_(std::move(fold)), reader_(std::move(reader)),
    worker_(std::move(worker)), watch_(std::move(watch)), settings_(settings),
    topics_(std::make_shared<const std::vector<std::string>>(
      fold_->processor().topics())),
    retries_(settings.retry) {
  settings_.slice_events_max = std::max(settings_.slice_events_max, size_t{1});
  take_step(view_step_kind::claim);
}

runner_state::~runner_state() {
  // The worker does this last: what is under way belongs to this claim.
  fold_->hurry(true);
  if (status_.phase != runner_phase::stopped) {
    view_step step;
    step.kind = view_step_kind::leave;
    step.fold = fold_;
    compat::send_anonymously(*worker_, std::move(step));
    end();
  }
}

runner_actor::behavior_type runner_state::make_behavior() {
  return {
    [this](await_position x) { return await(x); },
    [this](get_runner_status) { return status_; },
    [this](get_projection_status) { return look_at_head(); },
    [this](rebuild_view) { return rebuild(); },
    [this](stop_runner) { stop(); },
    [this](try_again) {
      is_pausing_ = false;
      go_on();
    },
    [this](cut_short) { cut(); },
    [this](look_who_waits) { hasten(); },
  };
}

// -- requests -----------------------------------------------------------------

runner_state::position_promise runner_state::await(await_position x) {
  auto result = self_->make_response_promise<position_reached>();
  if (status_.position >= x.position)
    result.deliver(position_reached{status_.position});
  else if (has_ended(status_.phase))
    result.deliver(reason_of_end());
  else
    waiters_.push_back({x.position, result});
  hasten();
  return result;
}

compat::promise<view_emptied> runner_state::rebuild() {
  auto result = self_->make_response_promise<view_emptied>();
  if (is_stopping_)
    result.deliver(reason_of_end());
  else if (status_.phase == runner_phase::standing_by)
    result.deliver(rebuild_refusal(reason_to_stand_by()));
  else {
    rebuilds_.push_back(result);
    fold_->hurry(true);
    go_on();
  }
  return result;
}

void runner_state::stop() {
  if (std::exchange(is_stopping_, true))
    return;
  fold_->hurry(true);
  is_pausing_ = false;
  // The head of the log is of no interest any more.
  if (is_asking_head_)
    is_stepping_ = false;
  go_on();
  // A shared worker may be busy when it should give the view back.
  if (is_stepping_ && (!is_leaving_ || worker_.use_count() > 1))
    compat::send_later(self_, runner_actor{self_}, settings_.stop_grace,
                       cut_short{});
}

void runner_state::cut() {
  has_cut_ = is_stepping_ && (!is_leaving_ || worker_.use_count() > 1);
  if (has_cut_)
    fold_->interrupt(true);
}

// -- steps --------------------------------------------------------------------

/// Does what comes next, if nothing is under way that has to end before.
void runner_state::go_on() {
  if (is_stepping_ || status_.phase == runner_phase::stopped)
    return;
  if (is_stopping_) {
    slices_.clear();
    is_leaving_ = true;
    take_step(view_step_kind::leave);
    return;
  }
  if (read_error_ && status_.phase == runner_phase::following)
    return fail(std::exchange(read_error_, nullptr));
  auto has_failed = status_.phase == runner_phase::failed;
  if (is_pausing_ || (has_failed && rebuilds_.empty()))
    return;
  if (!has_claim_)
    take_step(view_step_kind::claim);
  else if (!rebuilds_.empty())
    take_step(view_step_kind::empty);
  else if (status_.phase == runner_phase::beginning)
    begin();
  else {
    if (!slices_.empty())
      take_step(view_step_kind::fold);
    read_ahead();
  }
}

/// Asks for the head of the log, which the view must not be beyond.
void runner_state::begin() {
  is_stepping_ = is_asking_head_ = true;
  compat::request(self_, reader_, read_head{})
    .then(
      [this](log_head x) {
        is_asking_head_ = false;
        if (is_stopping_)
          return;
        is_stepping_ = false;
        if (rebuilds_.empty())
          take_step(view_step_kind::begin, x.position);
        else
          go_on();
      },
      [this](const caf::error& e) {
        is_asking_head_ = false;
        if (is_stopping_)
          return;
        is_stepping_ = false;
        is_unavailable(e) ? retry_later(exception_of(e))
                          : fail(exception_of(e));
      });
}

void runner_state::read_ahead() {
  if (is_reading_ || slices_.size() >= slices_max)
    return;
  is_reading_ = true;
  auto after = next_after_;
  asked_for_ = awaited();
  compat::request(
    self_, reader_,
    read_log{after, settings_.slice_events_max, topics_, asked_for_})
    .then([this, after](const log_part& part) { take_slice(part, after); },
          [this](const caf::error& e) {
            is_reading_ = false;
            // Told when the step under way has ended.
            read_error_ = exception_of(e);
            go_on();
          });
}

/// Has the reader tell soon how far it has looked, if somebody waits for that.
void runner_state::hasten() {
  auto position = awaited();
  if (!is_reading_ || position == asked_for_ || position == log_start)
    return;
  asked_for_ = position;
  compat::send(self_, reader_, hasten_read{position});
}

void runner_state::take_slice(const log_part& part, log_position asked_after) {
  // Null where a later request took the place of this one.
  if (!part.slice)
    return;
  is_reading_ = false;
  if (status_.phase == runner_phase::following && asked_after == next_after_) {
    next_after_ = part.slice->read_to;
    if (!part.slice->events.empty())
      meter_.found_behind(true, progress_meter::clock::now());
    slices_.push_back({part.slice, fold_->prepare(*part.slice)});
    // The step under way does not wait for this one, but the next one does.
    if (is_stepping_ && !is_stopping_)
      return read_ahead();
  }
  go_on();
}

/// Returns how long a step goes on: short where others wait for the worker, or
/// it keeps a thread of the system.
std::chrono::milliseconds runner_state::step_time_max() const {
  auto has_worker_alone
    = worker_.use_count() == 1 && fold_->processor().recorder().connection();
  return has_worker_alone ? lone_step_time_max : shared_step_time_max;
}

void runner_state::take_step(view_step_kind kind, log_position head) {
  is_stepping_ = true;
  view_step step;
  step.kind = kind;
  step.fold = fold_;
  step.head = head;
  if (kind == view_step_kind::fold) {
    auto count = std::min(slices_.size(), step_slices_max);
    step.slices.assign(slices_.begin(),
                       slices_.begin() + static_cast<ptrdiff_t>(count));
    step.time_max = step_time_max();
    step.is_alone = retries_.failures() > 0;
  }
  compat::request(self_, *worker_, std::move(step))
    .then(
      [this, kind](const view_step_done& x) {
        is_stepping_ = false;
        step_taken(kind, x);
      },
      [this, kind](const caf::error& e) {
        is_stepping_ = false;
        if (kind == view_step_kind::leave)
          end();
        else
          fail(exception_of(e));
      });
}

void runner_state::step_taken(view_step_kind kind, const view_step_done& x) {
  if (kind == view_step_kind::leave) {
    // The view may have been given back before it was interrupted.
    if (has_cut_)
      fold_->interrupt(false);
    return end();
  }
  if (!is_stopping_ && rebuilds_.empty())
    fold_->hurry(false);
  if (x.outcome == view_step_outcome::unavailable)
    retry_later(x.error);
  else if (x.outcome == view_step_outcome::failed) {
    position_is(x.position);
    fail(x.error, x.failed_event);
  } else if (kind == view_step_kind::claim) {
    has_claim_ = x.outcome == view_step_outcome::done;
    if (has_claim_) {
      enter(runner_phase::beginning);
      go_on();
    } else {
      enter(runner_phase::standing_by);
      refuse_rebuilds(reason_to_stand_by());
      position_is(x.position);
      pause(settings_.claim_interval);
    }
  } else if (kind == view_step_kind::begin) {
    position_is(x.position);
    begun();
  } else if (kind == view_step_kind::fold) {
    position_is(x.position);
    folded();
  } else if (x.outcome == view_step_outcome::refused) {
    refuse_rebuilds(compat::words_of(x.error));
    go_on();
  } else {
    emptied();
  }
}

void runner_state::begun() {
  slices_.clear();
  read_error_ = nullptr;
  // What was asked for before is not waited for.
  is_reading_ = false;
  next_after_ = status_.position;
  status_.problem.clear();
  enter(runner_phase::following);
  go_on();
}

void runner_state::folded() {
  retries_.reset();
  std::vector<prepared_slice> spent;
  for (; !slices_.empty() && slices_.front().slice->read_to <= status_.position;
       slices_.pop_front())
    spent.push_back(std::move(slices_.front()));
  // These are freed while the next ones are folded.
  go_on();
}

void runner_state::emptied() {
  retries_.reset();
  fold_->hurry(is_stopping_);
  // Whoever has asked must not see a failure that the rebuild has ended.
  status_.phase = runner_phase::beginning;
  status_.position = log_start;
  tell();
  for (auto& x : std::exchange(rebuilds_, {}))
    x.deliver(view_emptied{});
  begun();
}

void runner_state::refuse_rebuilds(const std::string& why) {
  fold_->hurry(is_stopping_);
  for (auto& x : std::exchange(rebuilds_, {}))
    x.deliver(rebuild_refusal(why));
}

// -- failures and the end -----------------------------------------------------

void runner_state::pause(std::chrono::milliseconds delay) {
  if (is_stopping_) {
    go_on();
    return;
  }
  is_pausing_ = true;
  compat::send_later(self_, runner_actor{self_}, delay, try_again{});
}

/// Begins anew after a pause: how far the view is has to be looked up, since a
/// commit may have happened or not.
void runner_state::retry_later(const std::exception_ptr& error) {
  auto delay = retries_.next();
  if (!delay && !is_stopping_) {
    fail(error);
    return;
  }
  status_.problem = compat::words_of(error);
  if (retries_.failures() == 1 && !is_stopping_)
    spdlog::warn("projection \"{}\" tries again: {}", fold_->processor().name(),
                 status_.problem);
  ++status_.retries;
  slices_.clear();
  if (status_.phase == runner_phase::following)
    status_.phase = runner_phase::beginning;
  tell();
  pause(delay.value_or(settings_.retry.delay));
}

void runner_state::fail(const std::exception_ptr& error,
                        const std::string& event) {
  slices_.clear();
  status_.problem = compat::words_of(error);
  if (!event.empty())
    status_.problem = event + ": " + status_.problem;
  status_.phase = runner_phase::failed;
  spdlog::error("projection \"{}\" has failed: {}", fold_->processor().name(),
                status_.problem);
  tell(error);
  for (auto& x : std::exchange(waiters_, {}))
    x.answer.deliver(reason_of_end());
  for (auto& x : std::exchange(rebuilds_, {}))
    x.deliver(reason_of_end());
  go_on();
}

void runner_state::end() {
  compat::send(self_, reader_, withdraw_read{});
  enter(runner_phase::stopped);
  for (auto& x : std::exchange(waiters_, {}))
    x.answer.deliver(reason_of_end());
  for (auto& x : std::exchange(rebuilds_, {}))
    x.deliver(reason_of_end());
}

runner_actor spawn_runner(caf::actor_system& system,
                          std::shared_ptr<projection_fold> fold,
                          const log_reader_actor& reader,
                          std::shared_ptr<run_watch> watch,
                          const runner_settings& settings) {
  auto worker
    = view_worker_for(system, fold->processor().recorder().connection());
  return compat::spawn_state<runner_state>(system, std::move(fold), reader,
                                           worker, std::move(watch), settings);
}

} // namespace projections
