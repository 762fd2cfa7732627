#include "projections/actors/log/log_reader_actor.hpp"

#include "projections/actors/log/store_failure.hpp"
#include "projections/storage/log/store_error.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// How long to pause after a failure: the first time, and at most.
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{1000};

/// Where there are many runners, so many of each place are told in every
/// interval that there was nothing for them: 5,000 a second.
constexpr size_t tells_max = 50;
constexpr std::chrono::milliseconds tell_interval{10};

/// A place at which nobody waits is given up for another one after so many
/// requests for other places.
constexpr uint64_t unused_requests = 64;

/// Returns the id of the actor that has asked, 0 for none.
uint64_t id_of(const waiting_read& x) {
  return x.reader ? x.reader->id() : 0;
}

} // namespace

log_reader_state::log_reader_state(interface::pointer self,
                                   std::shared_ptr<event_store> store)
  : self_(self), store_(std::move(store)),
    all_topics_(std::make_shared<std::vector<std::string>>()),
    pause_(first_pause) {
  // A weak handle, so that the store's signal does not keep the actor.
  auto weak = caf::actor_cast<caf::weak_actor_ptr>(self_);
  observer_ = store_->changes()->observe([weak, told = told_] {
    if (told->exchange(true))
      return;
    if (auto strong = weak.lock())
      compat::send_anonymously(caf::actor_cast<log_reader_actor>(strong),
                               look_again{});
  });
}

log_reader_state::~log_reader_state() {
  auto end = store_failure(
    std::make_exception_ptr(store_error{"the reader of the log has ended"}));
  for (auto& reading : readings_)
    for (auto& x : reading.waiting().take_all())
      x.answer.deliver(end);
  for (auto& x : others_)
    x.answer.deliver(end);
}

log_reader_actor::behavior_type log_reader_state::make_behavior() {
  return {
    [this](const read_log& x) { return read(x); },
    [this](read_head) -> caf::result<log_head> {
      try {
        return log_head{store_->head()};
      } catch (...) {
        return store_failure(std::current_exception());
      }
    },
    [this](get_log_reader_status) { return status(); },
    [this](withdraw_read) { withdraw(self_->current_sender()); },
    [this](hasten_read x) { hasten(x.awaited); },
    [this](look_again x) { look(x.reason); },
  };
}

// -- requests -----------------------------------------------------------------

compat::promise<log_part> log_reader_state::read(const read_log& x) {
  waiting_read next{x, self_->current_sender(),
                    self_->make_response_promise<log_part>()};
  if (!next.request.topics)
    next.request.topics = all_topics_;
  auto result = next.answer;
  withdraw(next.reader);
  readers_.note(id_of(next));
  place(std::move(next));
  look_on_time();
  return result;
}

log_reader_status log_reader_state::status() {
  log_reader_status result;
  result.waiting = waiting();
  for (auto& reading : readings_)
    result.kept_bytes += reading.window().bytes();
  try {
    result.head = store_->head();
  } catch (const std::exception& e) {
    result.problem = e.what();
  }
  return result;
}

/// Answers what `reader` waits for with nothing.
void log_reader_state::withdraw(const caf::strong_actor_ptr& reader) {
  for (auto& reading : readings_)
    if (auto x = reading.waiting().take(reader))
      x->answer.deliver(log_part{});
  auto found = std::find_if(others_.begin(), others_.end(),
                            [&](auto& x) { return x.reader == reader; });
  if (found == others_.end())
    return;
  found->answer.deliver(log_part{});
  others_.erase(found);
}

void log_reader_state::hasten(log_position position) {
  auto& reader = self_->current_sender();
  for (auto& reading : readings_)
    reading.hasten(reader, position);
  for (auto& x : others_)
    if (x.reader == reader)
      x.request.awaited = position;
}

// -- places -------------------------------------------------------------------

/// Hands `x` to the reading that keeps what comes after its position, or is
/// about to read it. If there is none, something has to be done about it.
void log_reader_state::place(waiting_read x) {
  auto* reading = reading_at(x.request.after);
  if (!reading) {
    others_.push_back(std::move(x));
    go_on();
    return;
  }
  auto reader = id_of(x);
  auto after = x.request.after;
  reading->take(std::move(x), readers_.are_few(), readers_.requests());
  if (reading->has_to_read()) {
    readers_.note_behind(reader, after);
    go_on();
  }
  if (reading->has_untold())
    tell_later();
}

/// Returns the reading that keeps what comes after `after`, or that gets there
/// soon; null if there is none.
shared_reading* log_reader_state::reading_at(log_position after) {
  shared_reading* result = nullptr;
  for (auto& x : readings_)
    if (x.is_open() && x.window().covers(after)
        && (!result || x.window().end() > result->window().end()))
      result = &x;
  if (result)
    return result;
  for (auto& x : readings_)
    if (auto end = x.window().end();
        x.is_open() && end < after && after - end <= near_by
        && (!result || end > result->window().end()))
      result = &x;
  return result;
}

/// Returns a reading that is not in use; null if there is none.
shared_reading* log_reader_state::free_reading() {
  for (auto& x : readings_)
    if (!x.is_open())
      return &x;
  for (auto& x : readings_)
    if (x.waiting().empty()
        && readers_.requests() - x.last_use() > unused_requests)
      return &x;
  return nullptr;
}

/// Returns the reading that is next to the head of the log.
shared_reading& log_reader_state::furthest_reading() {
  return *std::max_element(readings_.begin(), readings_.end(),
                           [](auto& x, auto& y) {
                             return std::pair{x.is_open(), x.window().end()}
                                    < std::pair{y.is_open(), y.window().end()};
                           });
}

// -- reading ------------------------------------------------------------------

void log_reader_state::look(look_reason reason) {
  switch (reason) {
    case look_reason::appended:
      told_->store(false);
      expect_more();
      break;
    case look_reason::due:
      looks_later_ = is_pausing_ = false;
      expect_more();
      break;
    case look_reason::unfinished:
      goes_on_ = false;
      break;
    case look_reason::untold:
      tells_later_ = false;
      tell_some();
      return;
  }
  place_others();
  for (auto& x : readings_)
    read_on(x);
  auto has_more = !others_.empty()
                  || std::any_of(readings_.begin(), readings_.end(),
                                 [](auto& x) { return x.has_to_read(); });
  if (has_more && !is_pausing_)
    go_on();
  look_on_time();
}

void log_reader_state::expect_more() {
  for (auto& x : readings_)
    x.expect_more();
}

/// Looks again, after what was asked for meanwhile.
void log_reader_state::go_on() {
  if (!std::exchange(goes_on_, true))
    compat::send(self_, log_reader_actor{self_},
                 look_again{look_reason::unfinished});
}

/// Begins a new place for those that have none, or reads for one of them.
void log_reader_state::place_others() {
  if (others_.empty() || is_pausing_)
    return;
  auto* free = free_reading();
  if (!free) {
    read_for_first_other();
    return;
  }
  auto first
    = std::min_element(others_.begin(), others_.end(), [](auto& x, auto& y) {
        return x.request.after < y.request.after;
      });
  free->open(first->request.after, readers_.requests());
  for (auto& x : std::exchange(others_, {}))
    place(std::move(x));
}

void log_reader_state::read_for_first_other() {
  auto& request = others_.front().request;
  readers_.note_behind(id_of(others_.front()), request.after);
  std::shared_ptr<const log_slice> slice;
  caf::error failure;
  try {
    slice = read_store(request.after, request.limit, request.topics);
  } catch (const store_unavailable& e) {
    pause_after_failure(e);
    return;
  } catch (...) {
    failure = store_failure(std::current_exception());
  }
  auto x = std::move(others_.front());
  others_.pop_front();
  if (!slice) {
    x.answer.deliver(failure);
  } else if (slice->read_to > x.request.after) {
    x.answer.deliver(log_part{std::move(slice)});
  } else {
    // It has seen more of the log than anybody here.
    auto& reading = furthest_reading();
    reading.expect_more();
    reading.waiting().add(std::move(x));
  }
}

/// Reads the next slice for those that wait at `reading`.
void log_reader_state::read_on(shared_reading& reading) {
  if (is_pausing_ || !reading.has_to_read() || hand_over(reading))
    return;
  auto end = reading.window().end();
  try {
    if (is_alone(reading)) {
      auto& x = reading.waiting().first().request;
      reading.skip_to(read_store(std::max(x.after, end), x.limit, x.topics));
    } else {
      reading.add(read_store(end, reading.read_limit(), all_topics_),
                  readers_.are_few());
    }
  } catch (const store_unavailable& e) {
    pause_after_failure(e);
  } catch (...) {
    auto failure = store_failure(std::current_exception());
    for (auto& x : reading.waiting().take_all())
      x.answer.deliver(failure);
  }
  if (reading.has_untold())
    tell_later();
}

/// Returns whether only one waits at `reading`, wants certain topics, and may
/// be spared what others want: none of these is near.
bool log_reader_state::is_alone(const shared_reading& reading) const {
  auto& first = reading.waiting().first();
  return reading.waiting().size() == 1 && !first.request.topics->empty()
         && !reading.is_live() && reading.has_offered_all()
         && readers_.is_alone(id_of(first), first.request.after);
}

std::shared_ptr<const log_slice> log_reader_state::read_store(
  log_position after, size_t limit, const wanted_topics& topics) {
  auto result = std::make_shared<const log_slice>(
    store_->read_all(after, limit, *topics));
  pause_ = first_pause;
  return result;
}

/// Sends those that wait at `reading` to another one that is ahead and keeps
/// all that comes next. Returns false if there is none.
bool log_reader_state::hand_over(shared_reading& reading) {
  auto end = reading.window().end();
  for (auto& x : readings_) {
    if (&x == &reading || !x.is_open() || !x.window().covers(end)
        || (x.window().end() == end && &x > &reading))
      continue;
    reading.offer(readers_.are_few());
    for (auto& y : reading.waiting().take_all())
      x.take(std::move(y), readers_.are_few(), readers_.requests());
    if (x.has_untold())
      tell_later();
    return true;
  }
  return false;
}

/// Tells some of those for whom there was nothing.
void log_reader_state::tell_some() {
  for (auto& x : readings_)
    for (size_t i = 0; i < tells_max && x.tell_one(); ++i) {
      // The next one.
    }
  if (std::any_of(readings_.begin(), readings_.end(),
                  [](auto& x) { return x.has_untold(); }))
    tell_later();
}

void log_reader_state::tell_later() {
  if (!std::exchange(tells_later_, true))
    compat::send_later(self_, log_reader_actor{self_}, tell_interval,
                       look_again{look_reason::untold});
}

/// Looks for appends of other processes by the clock.
void log_reader_state::look_on_time() {
  if (auto interval = store_->poll_interval();
      interval && waiting() > 0 && !is_pausing_)
    look_in(*interval);
}

void log_reader_state::look_in(std::chrono::milliseconds delay) {
  if (!std::exchange(looks_later_, true))
    compat::send_later(self_, log_reader_actor{self_}, delay,
                       look_again{look_reason::due});
}

void log_reader_state::pause_after_failure(const std::exception& e) {
  if (pause_ == first_pause)
    spdlog::warn("cannot read events, trying again: {}", e.what());
  is_pausing_ = true;
  look_in(pause_);
  pause_ = std::min(pause_ * 2, longest_pause);
}

/// Returns how many requests wait.
size_t log_reader_state::waiting() const {
  auto result = others_.size();
  for (auto& x : readings_)
    result += x.waiting().size();
  return result;
}

} // namespace projections
