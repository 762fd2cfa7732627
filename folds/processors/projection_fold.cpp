#include "projections/folds/processors/projection_fold.hpp"

#include "projections/storage/log/deadline.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

using clock = std::chrono::steady_clock;

/// Tells when a group has gone on for long enough. Looks at the clock after
/// every event while events take long, and seldom while they do not.
class group_clock {
public:
  explicit group_clock(std::chrono::milliseconds limit)
    : last_(clock::now()), until_(deadline_in(limit)) {
    // nop
  }

  /// `count` events are folded.
  bool is_over(size_t count) {
    if (count < next_look_)
      return false;
    auto now = clock::now();
    auto is_quick = now - last_ < std::chrono::milliseconds{1};
    step_ = is_quick ? std::min(step_ * 2, step_max) : 1;
    next_look_ = count + step_;
    last_ = now;
    return now >= until_;
  }

private:
  static constexpr size_t step_max = 16;

  clock::time_point last_;
  clock::time_point until_;
  size_t step_ = 1;
  size_t next_look_ = 1;
};

/// Has a processor use what was prepared for as long as this is there. Whoever
/// has prepared it frees it, while the next group is folded.
class prepared_use {
public:
  prepared_use(event_processor& processor,
               std::shared_ptr<prepared_events> prepared)
    : processor_(processor) {
    processor_.use_prepared(std::move(prepared));
  }

  prepared_use(const prepared_use&) = delete;
  prepared_use& operator=(const prepared_use&) = delete;

  ~prepared_use() {
    processor_.use_prepared(nullptr);
  }

private:
  event_processor& processor_;
};

} // namespace

projection_fold::projection_fold(std::shared_ptr<event_processor> processor,
                                 std::string application, group_limits limits)
  : processor_(std::move(processor)),
    application_(std::move(application)), current_{application_},
    limits_(limits),
    topics_(processor_->topics().begin(), processor_->topics().end()) {
  limits_.events_max = std::max(limits_.events_max, size_t{1});
}

// -- modifiers ----------------------------------------------------------------

bool projection_fold::claim() {
  auto& view = processor_->recorder();
  if (!claim_)
    claim_ = view.claim(application_);
  if (!claim_)
    position_ = view.max_tracking_id(application_).value_or(log_start);
  else if (!run_)
    run_ = processor_->begin_run(application_);
  return claim_ != nullptr;
}

void projection_fold::leave() {
  interrupt(false);
  run_.reset();
  claim_.reset();
}

void projection_fold::begin(log_position head) {
  failed_event_.clear();
  auto& view = processor_->recorder();
  auto at = view.max_tracking_id(application_);
  auto name = "the view of projection \"" + processor_->name() + "\"";
  if (at && *at > head)
    throw rebuild_needed{name + " is at position " + std::to_string(*at)
                         + " of application \"" + application_
                         + "\", whose log ends at " + std::to_string(head)
                         + ": it was folded from another log; rebuild it, or "
                           "name the right store"};
  auto current = version();
  auto recorded = view.recorded_code_versions(application_);
  if (!recorded)
    view.record_code_versions(application_, current);
  else if (recorded->name != current.name)
    throw rebuild_needed{name + " was folded by projection \"" + recorded->name
                         + "\": rebuild it, or give each projection a view of "
                           "its own"};
  else if (*recorded != current)
    throw rebuild_needed{
      name + " was folded by version " + std::to_string(recorded->projection)
      + " of the projection and version " + std::to_string(recorded->view)
      + " of the view; these are versions " + std::to_string(current.projection)
      + " and " + std::to_string(current.view) + ": rebuild it"};
  position_ = at.value_or(log_start);
}

void projection_fold::empty_view() {
  failed_event_.clear();
  auto& view = processor_->recorder();
  view.in_one_transaction([&] {
    require_no_other_application();
    view.clear();
    view.forget(application_);
    view.record_code_versions(application_, version());
  });
  position_ = log_start;
}

bool projection_fold::fold_group(const log_slice& slice,
                                 std::shared_ptr<prepared_events> prepared) {
  failed_event_.clear();
  if (slice.read_to <= position_)
    return false;
  prepared_use use{*processor_, std::move(prepared)};
  auto x = group_of(slice);
  try {
    processor_->recorder().in_one_transaction([&] { fold(x, slice.read_to); });
  } catch (const store_unavailable&) {
    throw;
  } catch (...) {
    // It has not even begun.
    if (!x.is_folding && x.count == 0)
      throw;
    // What fails in the commit may be the fault of any event.
    if (!x.is_folding) {
      fold_one_by_one(x.first, x.at);
      return true;
    }
    fold_again(x.first, x.at);
    failed_event_ = describe(*x.at);
    throw;
  }
  position_ = x.reached;
  events_ += x.count;
  return x.at != x.last;
}

bool projection_fold::fold_in_transaction(
  const log_slice& slice, std::shared_ptr<prepared_events> prepared) {
  failed_event_.clear();
  if (slice.read_to <= position_)
    return false;
  prepared_use use{*processor_, std::move(prepared)};
  auto x = group_of(slice);
  fold(x, slice.read_to);
  position_ = x.reached;
  events_ += x.count;
  return x.at != x.last;
}

void projection_fold::look_again() {
  position_
    = processor_->recorder().max_tracking_id(application_).value_or(log_start);
}

// -- inspectors ---------------------------------------------------------------

code_versions projection_fold::version() const {
  return {processor_->version(), processor_->recorder().version(),
          processor_->name()};
}

bool projection_fold::wants(const recorded_event& event) const {
  return topics_.empty() || topics_.contains(event.topic);
}

void projection_fold::require_no_other_application() const {
  auto& view = processor_->recorder();
  if (!view.clear_empties_all())
    return;
  std::string others;
  for (auto& x : view.tracked_applications())
    if (x != application_)
      others += (others.empty() ? "\"" : ", \"") + x + '"';
  if (!others.empty())
    throw rebuild_refused{
      "the view of projection \"" + processor_->name()
      + "\" has events of other applications, too, which a rebuild for \""
      + application_ + "\" would lose: " + others
      + "; stop their runners, forget() these applications in the view, "
        "rebuild it, and start the runners again"};
}

/// Returns what of `slice` is not folded yet.
projection_fold::group projection_fold::group_of(const log_slice& slice) const {
  auto first = std::upper_bound(
    slice.events.begin(), slice.events.end(), position_,
    [](log_position p, auto& event) { return p < event.position; });
  return {first, first, slice.events.end(), position_};
}

/// Folds events of `x` until it is full, or all of them and the position
/// `read_to` with them.
void projection_fold::fold(group& x, log_position read_to) {
  auto is_full = [&, time = group_clock{limits_.delay_max}]() mutable {
    return x.count >= limits_.events_max
           || (x.count > 0
               && (hurries_.load(std::memory_order_relaxed)
                   || time.is_over(x.count)));
  };
  for (; x.at != x.last; ++x.at) {
    if (!wants(*x.at))
      continue;
    if (is_full())
      return;
    x.is_folding = true;
    fold(*x.at);
    x.is_folding = false;
    x.reached = x.at->position;
    ++x.count;
  }
  if (read_to > x.reached) {
    current_.position = read_to;
    processor_->recorder().insert_tracking(current_);
    x.reached = read_to;
  }
}

void projection_fold::fold(const recorded_event& event) {
  current_.position = event.position;
  processor_->process_event(event, current_);
  if (!processor_->recorder().has_tracking_id(application_, event.position))
    throw tracking_missing{"process_event of projection \"" + processor_->name()
                           + "\" recorded no tracking for " + describe(event)};
}

/// Folds what came before an event that failed, and so was taken back with it.
/// A view in memory has kept it.
void projection_fold::fold_again(iterator first, iterator last) {
  look_again();
  size_t count = 0;
  auto reached = position_;
  processor_->recorder().in_one_transaction([&] {
    for (; first != last; ++first)
      if (wants(*first)) {
        if (first->position > position_)
          fold(*first);
        reached = first->position;
        ++count;
      }
  });
  position_ = std::max(position_, reached);
  events_ += count;
}

/// Folds events in transactions of their own, after a group of them could not
/// be committed: up to the one that fails, or all if none does.
void projection_fold::fold_one_by_one(iterator first, iterator last) {
  auto& view = processor_->recorder();
  for (; first != last; ++first) {
    if (!wants(*first))
      continue;
    try {
      view.in_one_transaction([&] { fold(*first); });
    } catch (const store_unavailable&) {
      throw;
    } catch (...) {
      failed_event_ = describe(*first);
      throw;
    }
    position_ = first->position;
    ++events_;
  }
}

std::string projection_fold::describe(const recorded_event& event) const {
  return "event \"" + event.topic + "\" at position "
         + std::to_string(event.position) + " (version "
         + std::to_string(event.version) + " of stream \"" + event.stream
         + "\")";
}

} // namespace projections
