#include "projections/actors/log/shared_reading.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// So many bytes of events are kept for others, and so many are read at most
/// before those that wait are answered.
constexpr size_t kept_bytes_max = size_t{16} << 20;
constexpr size_t unoffered_bytes_max = kept_bytes_max / 2;

/// While there is more to read, those that wait are answered when there are so
/// many events for each of them, on average: a few at a time would cost more
/// messages and transactions than events.
constexpr size_t events_each = 32;

/// So many events are read at once, if nobody wants fewer.
constexpr size_t read_max = 4096;

} // namespace

void shared_reading::open(log_position position, uint64_t use) {
  window_.begin_at(position);
  offered_to_ = position;
  unoffered_events_ = unoffered_bytes_ = 0;
  is_open_ = true;
  is_live_ = false;
  last_use_ = use;
}

void shared_reading::take(waiting_read x, bool tells_nothing_at_once,
                          uint64_t use) {
  last_use_ = use;
  auto& request = x.request;
  auto is_awaited
    = request.awaited > request.after && request.awaited <= window_.end();
  give(std::move(x), tells_nothing_at_once || is_awaited);
}

void shared_reading::add(log_window::slice_ptr slice,
                         bool tells_nothing_at_once) {
  is_live_ = slice->at_head;
  unoffered_events_ += slice->events.size();
  auto bytes = window_.bytes();
  window_.add(std::move(slice));
  unoffered_bytes_ += window_.bytes() - bytes;
  if (is_live_ || unoffered_events_ >= events_each * waiting_.size()
      || unoffered_bytes_ >= unoffered_bytes_max)
    offer(tells_nothing_at_once);
  else
    offer_to_unselective();
  // What was not offered is the newest, and less than this.
  window_.shrink(kept_bytes_max);
}

void shared_reading::skip_to(log_window::slice_ptr slice) {
  auto x = waiting_.take_all().front();
  auto position = std::max(slice->read_to, x.request.after);
  open(position, last_use_);
  is_live_ = slice->at_head;
  window_.set_at_head(is_live_);
  if (slice->read_to > x.request.after)
    x.answer.deliver(log_part{std::move(slice)});
  else
    waiting_.add(std::move(x));
}

void shared_reading::offer(bool tells_nothing_at_once) {
  if (waiting_.has_selective())
    window_.for_each_after(offered_to_, [this](const recorded_event& event) {
      for (auto& x : waiting_.take_topic(event.topic))
        give(std::move(x), false);
    });
  offer_to_unselective();
  for (auto& x : waiting_.take_awaited(window_.end()))
    give(std::move(x), true);
  if (tells_nothing_at_once)
    while (tell_one()) {
      // Each of them.
    }
  offered_to_ = window_.end();
  unoffered_events_ = unoffered_bytes_ = 0;
}

bool shared_reading::tell_one() {
  auto x = waiting_.take_before(window_.end());
  if (x)
    give(std::move(*x), true);
  return x.has_value();
}

void shared_reading::hasten(const caf::strong_actor_ptr& reader,
                            log_position position) {
  waiting_.hasten(reader, position);
  for (auto& x : waiting_.take_awaited(window_.end()))
    give(std::move(x), true);
}

size_t shared_reading::read_limit() const {
  auto limit = waiting_.first().request.limit;
  if (waiting_.has_unselective())
    return limit;
  return std::max(limit, std::min(events_each * waiting_.size(), read_max));
}

/// Answers those that want all events.
void shared_reading::offer_to_unselective() {
  for (auto& x : waiting_.take_unselective())
    give(std::move(x), false);
}

/// Answers `x` with what it wants, or with nothing, if that is to be told. Else
/// it waits.
void shared_reading::give(waiting_read x, bool tells_nothing) {
  auto& request = x.request;
  auto slice = window_.find(request.after, request.limit, *request.topics);
  if (!slice && tells_nothing && request.after < window_.end())
    slice = nothing();
  if (slice)
    x.answer.deliver(log_part{std::move(slice)});
  else
    waiting_.add(std::move(x));
}

/// Returns a slice that says how far was looked.
log_window::slice_ptr shared_reading::nothing() const {
  auto result = std::make_shared<log_slice>();
  result->read_to = window_.end();
  result->at_head = window_.at_head();
  return result;
}

} // namespace projections
