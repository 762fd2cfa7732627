#include "projections/storage/log/shared_event_store.hpp"

#include <utility>

namespace projections {

shared_event_store::shared_event_store(std::shared_ptr<event_store> store)
  : store_(std::move(store)) {
  // nop
}

// -- turns --------------------------------------------------------------------

shared_event_store::turn::turn(shared_event_store& of,
                               std::unique_lock<std::mutex>& lock)
  : of_(of), lock_(lock) {
  of_.is_busy_ = true;
  lock_.unlock();
}

shared_event_store::turn::~turn() {
  lock_.lock();
  of_.is_busy_ = false;
  of_.free_.notify_all();
}

/// Calls `f()` when the store is free, and returns what it returns.
template <class F>
auto shared_event_store::in_turn(F f) {
  std::unique_lock lock{mutex_};
  free_.wait(lock, [this] { return !is_busy_; });
  turn mine{*this, lock};
  return f();
}

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
shared_event_store::append(const std::vector<append_request>& requests) {
  std::unique_lock lock{mutex_};
  if (!is_busy_ && waiting_.empty())
    return append_alone(requests, lock);
  waiting_append mine{{requests}, bytes_of(requests)};
  waiting_.push_back(&mine);
  while (!mine.is_done) {
    free_.wait(lock, [&] { return mine.is_done || !is_busy_; });
    if (!mine.is_done)
      append_waiting(lock);
  }
  if (mine.append.error)
    std::rethrow_exception(mine.append.error);
  return std::move(mine.append.outcomes);
}

/// Records `requests` at once: nobody uses the store.
std::vector<append_outcome>
shared_event_store::append_alone(const std::vector<append_request>& requests,
                                 std::unique_lock<std::mutex>& lock) {
  std::vector<append_outcome> result;
  try {
    turn mine{*this, lock};
    result = store_->append(requests);
  } catch (...) {
    note(std::current_exception());
    throw;
  }
  count(result);
  ++status_.commits;
  return result;
}

/// Records the appends that have waited longest.
void shared_event_store::append_waiting(std::unique_lock<std::mutex>& lock) {
  std::vector<waiting_append*> taken;
  std::vector<group_commit> senders;
  taken.reserve(waiting_.size());
  senders.reserve(waiting_.size());
  size_t requests = 0;
  size_t bytes = 0;
  while (!waiting_.empty()) {
    auto& next = *waiting_.front();
    requests += next.append.requests.size();
    bytes += next.bytes;
    if (!taken.empty()
        && (requests > joint_requests_max || bytes > joint_bytes_max))
      break;
    taken.push_back(&next);
    senders.push_back(std::move(next.append));
    waiting_.pop_front();
  }
  try {
    turn mine{*this, lock};
    append_jointly(*store_, senders);
  } catch (...) {
    for (auto& x : senders)
      x.error = std::current_exception();
  }
  ++status_.commits;
  for (size_t i = 0; i < taken.size(); ++i) {
    if (senders[i].error)
      note(senders[i].error);
    else
      count(senders[i].outcomes);
    taken[i]->append = std::move(senders[i]);
    taken[i]->is_done = true;
  }
}

/// Counts what was recorded for one sender.
void shared_event_store::count(const std::vector<append_outcome>& outcomes) {
  for (auto& x : outcomes)
    status_.events += x.positions.size();
  status_.problem.clear();
}

/// Notes why something could not be recorded.
void shared_event_store::note(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    status_.problem = e.what();
  } catch (...) {
    status_.problem = "unknown";
  }
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> shared_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return in_turn([&] { return store_->read_stream(stream, after, limit); });
}

log_slice shared_event_store::read_all(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  return in_turn([&] { return store_->read_all(after, limit, topics); });
}

std::vector<std::optional<recorded_event>>
shared_event_store::find_keys(const std::vector<std::string>& keys) {
  return in_turn([&] { return store_->find_keys(keys); });
}

log_position shared_event_store::head() {
  return in_turn([&] { return store_->head(); });
}

std::shared_ptr<change_signal> shared_event_store::changes() {
  return store_->changes();
}

std::optional<std::chrono::milliseconds>
shared_event_store::poll_interval() const {
  return store_->poll_interval();
}

store_status shared_event_store::status() {
  std::lock_guard guard{mutex_};
  auto result = status_;
  result.queued = waiting_.size();
  return result;
}

} // namespace projections
