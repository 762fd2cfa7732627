#include "actors/log_reader.hpp"

#include "actors/store_failure.hpp"
#include "storage/store_error.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace projections {

namespace {

/// So many slices, and so many bytes in them, are kept for others.
constexpr size_t recent_max = 8;
constexpr size_t recent_bytes_max = size_t{16} << 20;

/// How long to pause after a failure: the first time, and at most.
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{1000};

size_t bytes_of(const log_slice& slice) {
  size_t result = 0;
  for (auto& x : slice.events)
    result += sizeof(x) + x.stream.size() + x.topic.size() + x.payload.size();
  return result;
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
  for (auto& x : waiting_)
    x.answer.deliver(store_failure(
      std::make_exception_ptr(store_error{"the reader of the log has ended"})));
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
    [this](get_reader_status) { return status(); },
    [this](withdraw_read) { withdraw(self_->current_sender()); },
    [this](look_again x) { look(x.is_due); },
  };
}

compat::promise<log_part> log_reader_state::read(const read_log& x) {
  waiting_read next{x, self_->current_sender(),
                    self_->make_response_promise<log_part>()};
  if (!next.request.topics)
    next.request.topics = all_topics_;
  auto result = next.answer;
  withdraw(next.reader);
  if (is_pausing_ || !answer(next)) {
    waiting_.push_back(std::move(next));
    look_on_time();
  }
  return result;
}

/// Answers what `reader` waits for with nothing.
void log_reader_state::withdraw(const caf::strong_actor_ptr& reader) {
  auto found = std::find_if(waiting_.begin(), waiting_.end(),
                            [&](auto& x) { return x.reader == reader; });
  if (found == waiting_.end())
    return;
  found->answer.deliver(log_part{});
  waiting_.erase(found);
}

/// Answers `x` if there is something for it or the store fails for good.
bool log_reader_state::answer(waiting_read& x) {
  try {
    auto slice = find_recent(x.request);
    if (!slice)
      slice = read_store(x.request);
    pause_ = first_pause;
    if (slice->read_to <= x.request.after) {
      nothing_after_ = x.request.after;
      return false;
    }
    x.answer.deliver(log_part{std::move(slice)});
  } catch (const store_unavailable& e) {
    pause_after_failure(e);
    return false;
  } catch (...) {
    x.answer.deliver(store_failure(std::current_exception()));
  }
  return true;
}

std::shared_ptr<const log_slice>
log_reader_state::find_recent(const read_log& x) const {
  for (auto& known : recent_)
    if (known.after <= x.after && x.after < known.slice->read_to
        && (known.topics->empty() || known.topics == x.topics
            || *known.topics == *x.topics))
      return known.slice;
  return nullptr;
}

std::shared_ptr<const log_slice>
log_reader_state::read_store(const read_log& x) {
  // At the head, one slice is for all, whatever topics they want; who is behind
  // is spared what it does not want.
  auto request = x;
  auto is_live = head_ && x.after >= *head_;
  if (is_live)
    request.topics = all_topics_;
  auto result = std::make_shared<const log_slice>(
    store_->read_all(x.after, x.limit, *request.topics));
  if (result->at_head)
    head_ = result->read_to;
  else if (is_live)
    // The log has run ahead.
    head_.reset();
  if (result->read_to > x.after)
    keep(request, result);
  return result;
}

reader_status log_reader_state::status() {
  reader_status result;
  result.waiting = waiting_.size();
  result.kept_bytes = recent_bytes_;
  try {
    result.head = store_->head();
  } catch (const std::exception& e) {
    result.problem = e.what();
  }
  return result;
}

void log_reader_state::keep(const read_log& x,
                            const std::shared_ptr<const log_slice>& slice) {
  auto bytes = bytes_of(*slice);
  recent_.push_front({x.after, x.topics, slice, bytes});
  recent_bytes_ += bytes;
  while (recent_.size() > recent_max
         || (recent_bytes_ > recent_bytes_max && recent_.size() > 1)) {
    recent_bytes_ -= recent_.back().bytes;
    recent_.pop_back();
  }
}

void log_reader_state::look(bool is_due) {
  if (is_due)
    looks_later_ = is_pausing_ = false;
  else
    told_->store(false);
  if (is_pausing_)
    return;
  nothing_after_.reset();
  auto waiting = std::exchange(waiting_, {});
  for (auto& x : waiting) {
    auto is_known_to_wait
      = nothing_after_ && x.request.after >= *nothing_after_;
    if (is_pausing_ || is_known_to_wait || !answer(x))
      waiting_.push_back(std::move(x));
  }
  look_on_time();
}

/// Looks for appends of other processes by the clock.
void log_reader_state::look_on_time() {
  if (auto interval = store_->poll_interval();
      interval && !waiting_.empty() && !is_pausing_)
    look_in(*interval);
}

void log_reader_state::look_in(std::chrono::milliseconds delay) {
  if (!std::exchange(looks_later_, true))
    compat::send_later(self_, log_reader_actor{self_}, delay, look_again{true});
}

void log_reader_state::pause_after_failure(const std::exception& e) {
  if (pause_ == first_pause)
    spdlog::warn("cannot read events, trying again: {}", e.what());
  is_pausing_ = true;
  look_in(pause_);
  pause_ = std::min(pause_ * 2, longest_pause);
}

} // namespace projections
