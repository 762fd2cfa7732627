#include "projections/folds/emissions/emission_recorder.hpp"

#include "projections/storage/views/tracking_recorder.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace projections {

namespace {

std::vector<emission_target> joined(emission_target first,
                                    std::vector<emission_target> others) {
  others.insert(others.begin(), std::move(first));
  return others;
}

/// Returns the position of `application` among `positions`; null for none.
tracking* find(std::vector<tracking>& positions, std::string_view application) {
  for (auto& x : positions)
    if (x.application == application)
      return &x;
  return nullptr;
}

} // namespace

emission_recorder::emission_recorder(
  emission_settings settings, std::string application,
  std::shared_ptr<recorder_with_events> recorder,
  std::vector<emission_target> others)
  : emission_recorder(
    std::move(settings), recorder,
    joined({std::move(application), events_of(recorder)}, std::move(others))) {
  connection_ = recorder->connection();
  is_joint_ = true;
}

emission_recorder::emission_recorder(
  emission_settings settings, std::shared_ptr<tracking_recorder> recorder,
  std::vector<emission_target> targets)
  : recorder_(std::move(recorder)),
    // Those who emit into the same store take turns.
    connection_(targets.at(0).store.get()),
    outbox_(std::move(settings), std::move(targets)) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

void emission_recorder::emit(const recorded_event& source,
                             std::vector<emission> events, const tracking& x) {
  // Within the transaction, which fails with it.
  in_one_transaction([&] {
    auto answers
      = std::make_shared<keyed_emissions>(outbox_.applications().size());
    add_keyed(source, x.application, std::move(events), *answers);
    emit(answers, 0, x);
  });
}

void emission_recorder::emit(const std::shared_ptr<const keyed_emissions>& from,
                             size_t i, const tracking& x) {
  in_one_transaction([&] {
    take(x);
    outbox_.take(from, i);
    if (outbox_.is_full())
      deliver();
  });
}

void emission_recorder::insert_tracking(const tracking& x) {
  in_one_transaction([&] { take(x); });
}

void emission_recorder::in_one_transaction(
  const std::function<void()>& commands) {
  std::lock_guard guard{turn_};
  if (in_transaction())
    return run_part(commands);
  thread_ = std::this_thread::get_id();
  is_doomed_ = false;
  auto leave = [this] {
    outbox_.clear();
    reached_.clear();
    thread_ = std::thread::id{};
  };
  try {
    commands();
    if (is_doomed_)
      throw store_error{"cannot record what a projection emits: a command of "
                        "the transaction has failed"};
    deliver();
  } catch (...) {
    leave();
    throw;
  }
  leave();
}

/// Calls `commands()` as a part of the transaction of this thread.
void emission_recorder::run_part(const std::function<void()>& commands) {
  try {
    commands();
  } catch (...) {
    is_doomed_ = true;
    throw;
  }
}

/// Takes `x` to be recorded.
void emission_recorder::take(const tracking& x) {
  auto* known = find(reached_, x.application);
  if (known) {
    if (known->position >= x.position)
      throw already_recorded(x, known->position);
    known->position = x.position;
    return;
  }
  // What follows the position that was recorded last is not looked up where
  // everything is one transaction: its commit refuses it if somebody else has
  // recorded more.
  auto is_whole = is_joint_ && outbox_.applications().size() == 1;
  if (auto* before = is_whole ? find(recorded_, x.application) : nullptr;
      !before || before->position >= x.position) {
    auto last = recorder_->max_tracking_id(x.application);
    if (last && *last >= x.position)
      throw already_recorded(x, *last);
  }
  reached_.push_back(x);
}

/// Records what was gathered, and begins to gather anew.
void emission_recorder::deliver() {
  outbox_.record_for_others();
  // A store in the database of the tracking has another connection, which would
  // wait for the transaction.
  if (!is_joint_)
    outbox_.record_for_first();
  recorder_->in_one_transaction([this] {
    if (is_joint_)
      outbox_.record_for_first();
    for (auto& x : reached_)
      recorder_->insert_tracking(x);
  });
  for (auto& x : reached_)
    if (auto* before = find(recorded_, x.application))
      before->position = x.position;
    else
      recorded_.push_back(x);
  outbox_.clear();
  reached_.clear();
}

void emission_recorder::forget(std::string_view application) {
  recorder_->forget(application);
}

void emission_recorder::record_version(std::string_view application,
                                       fold_version x) {
  recorder_->record_version(application, std::move(x));
}

view_claim emission_recorder::claim(std::string_view application) {
  return recorder_->claim(application);
}

void emission_recorder::interrupt(bool on) noexcept {
  recorder_->interrupt(on);
}

// -- inspectors ---------------------------------------------------------------

std::optional<log_position>
emission_recorder::max_tracking_id(std::string_view application) {
  if (in_transaction())
    if (auto* known = find(reached_, application))
      return known->position;
  return recorder_->max_tracking_id(application);
}

std::vector<std::string> emission_recorder::tracked_applications() {
  return recorder_->tracked_applications();
}

std::optional<fold_version>
emission_recorder::recorded_version(std::string_view application) {
  return recorder_->recorded_version(application);
}

int64_t emission_recorder::version() const {
  return recorder_->version();
}

const void* emission_recorder::connection() const noexcept {
  return connection_;
}

change_signal& emission_recorder::changes() {
  return recorder_->changes();
}

std::optional<std::chrono::milliseconds>
emission_recorder::poll_interval() const {
  return recorder_->poll_interval();
}

} // namespace projections
