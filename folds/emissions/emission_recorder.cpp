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

std::vector<std::string>
applications_of(const std::vector<emission_target>& targets) {
  std::vector<std::string> result;
  for (auto& x : targets)
    result.push_back(x.application);
  return result;
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
    connection_(targets.at(0).store.get()), rules_{std::move(settings),
                                                   applications_of(targets)} {
  for (auto& x : targets)
    outboxes_.emplace_back(rules_.settings, outboxes_.size(),
                           std::move(x.store));
}

// -- modifiers ----------------------------------------------------------------

void emission_recorder::emit(const recorded_event& cause,
                             std::vector<emission> events, const tracking& x) {
  // Within the transaction, which fails with it.
  run([&] {
    auto keyed = std::make_shared<keyed_emissions>(outboxes_.size());
    keyed->add(rules_, x.application, cause, std::move(events));
    emit(keyed, 0, x);
  });
}

void emission_recorder::emit(const std::shared_ptr<const keyed_emissions>& from,
                             size_t i, const tracking& x) {
  run([&] {
    take(x);
    for (auto& outbox : outboxes_)
      events_ += outbox.take(from, i);
    bytes_ += from->bytes_of(i);
    if (keyed_emissions::are_enough(events_, bytes_))
      deliver();
  });
}

void emission_recorder::insert_tracking(const tracking& x) {
  run([&] { take(x); });
}

void emission_recorder::in_one_transaction(
  const std::function<void()>& commands) {
  run(commands);
}

void emission_recorder::commit() {
  if (is_doomed())
    throw store_error{"cannot record what a projection emits: a command of "
                      "the transaction has failed"};
  deliver();
}

void emission_recorder::forget_gathered() {
  for (auto& x : outboxes_)
    x.clear();
  events_ = bytes_ = 0;
  reached_.clear();
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
  auto is_whole = is_joint_ && outboxes_.size() == 1;
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
  // A store in the database of the tracking that is not a part of its
  // transactions has another connection, which would wait for them.
  for (size_t i = is_joint_ ? 1 : 0; i < outboxes_.size(); ++i)
    outboxes_[i].record();
  recorder_->in_one_transaction([this] {
    if (is_joint_)
      outboxes_.front().record();
    for (auto& x : reached_)
      recorder_->insert_tracking(x);
  });
  for (auto& x : reached_)
    if (auto* before = find(recorded_, x.application))
      before->position = x.position;
    else
      recorded_.push_back(x);
  forget_gathered();
}

// -- inspectors ---------------------------------------------------------------

std::optional<log_position>
emission_recorder::max_tracking_id(std::string_view application) {
  if (is_inside())
    if (auto* known = find(reached_, application))
      return known->position;
  return recorder_->max_tracking_id(application);
}

} // namespace projections
