#include "projections/storage/memory/memory_event_store.hpp"

#include "projections/storage/log/append_check.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// So many events are looked at for one slice, whatever their topics are.
constexpr size_t scan_max = 65'536;

/// So many of them while nobody else can read or append.
constexpr size_t locked_scan_max = 4096;

} // namespace

/// Takes back all events but the first `size`.
void memory_log::shrink(size_t size) {
  if (events_.size() == size)
    return;
  std::erase_if(
    keys_, [&](auto& x) { return x.second > static_cast<log_position>(size); });
  while (events_.size() > size) {
    auto stream = streams_.find(events_.back().stream);
    stream->second.pop_back();
    if (stream->second.empty())
      streams_.erase(stream);
    events_.pop_back();
  }
}

memory_event_store::memory_event_store(std::shared_ptr<memory_log> log)
  : log_(std::move(log)) {
  // nop
}

std::vector<append_outcome>
memory_event_store::append(const std::vector<append_request>& requests) {
  std::vector<append_outcome> result;
  {
    std::lock_guard guard{log_->mutex_};
    result = append_in_groups(
      requests, [this](const append_request& x) { return append_one(x); },
      [&](auto body) {
        auto size = log_->events_.size();
        if (!body())
          log_->shrink(size);
      });
  }
  log_->changes_->notify();
  return result;
}

append_outcome memory_event_store::append_one(const append_request& request) {
  auto result = check_form(request);
  if (result.error != append_error::none)
    return result;
  auto found = log_->streams_.find(request.stream);
  auto actual = found == log_->streams_.end()
                  ? stream_version{0}
                  : static_cast<stream_version>(found->second.size());
  for (auto& event : request.events)
    if (!event.idempotency_key.empty())
      if (auto key = log_->keys_.find(event.idempotency_key);
          key != log_->keys_.end())
        return refuse_key(request, key->first, key->second, actual);
  result = check_version(request, actual);
  if (result.error != append_error::none)
    return result;
  auto& stream = log_->streams_[request.stream];
  for (auto& event : request.events) {
    auto position = static_cast<log_position>(log_->events_.size()) + 1;
    stream.push_back(position);
    log_->events_.push_back({position, request.stream,
                             static_cast<stream_version>(stream.size()),
                             event.topic, event.payload, event.metadata});
    if (!event.idempotency_key.empty())
      log_->keys_.emplace(event.idempotency_key, position);
    result.positions.push_back(position);
  }
  result.version = static_cast<stream_version>(stream.size());
  return result;
}

std::vector<recorded_event> memory_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  std::vector<recorded_event> result;
  std::lock_guard guard{log_->mutex_};
  auto found = log_->streams_.find(std::string{stream});
  if (found == log_->streams_.end())
    return result;
  auto& positions = found->second;
  for (auto i = static_cast<size_t>(std::max(after, stream_version{0}));
       i < positions.size() && result.size() < limit; ++i)
    result.push_back(log_->events_[static_cast<size_t>(positions[i] - 1)]);
  return result;
}

log_slice memory_event_store::read_all(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  log_slice result;
  auto begin = static_cast<size_t>(std::max(after, log_start));
  auto i = begin;
  size_t bytes = 0;
  auto is_wanted = [&](const recorded_event& event) {
    return topics.empty()
           || std::find(topics.begin(), topics.end(), event.topic)
                != topics.end();
  };
  auto is_full = [&] {
    return result.events.size() >= limit || bytes > slice_bytes_max
           || i - begin >= scan_max;
  };
  // Events are only ever taken back within one hold of the lock, so what was
  // looked at stays as it is.
  do {
    std::lock_guard guard{log_->mutex_};
    auto end = log_->events_.size();
    auto pause = std::min(end, i + locked_scan_max);
    if (i == begin && begin < end && topics.empty())
      result.events.reserve(std::min({limit, end - begin, scan_max}));
    for (; i < pause && !is_full(); ++i)
      if (auto& event = log_->events_[i]; is_wanted(event)) {
        result.events.push_back(event);
        bytes += event.payload.size() + event.metadata.size();
      }
    result.at_head = i >= end;
  } while (!result.at_head && !is_full());
  result.read_to = std::max(after, static_cast<log_position>(i));
  return result;
}

std::vector<std::optional<recorded_event>>
memory_event_store::find_keys(const std::vector<std::string>& keys) {
  std::vector<std::optional<recorded_event>> result;
  result.reserve(keys.size());
  std::lock_guard guard{log_->mutex_};
  for (auto& key : keys) {
    auto found = log_->keys_.find(key);
    result.emplace_back();
    if (found != log_->keys_.end())
      result.back() = log_->events_[static_cast<size_t>(found->second - 1)];
  }
  return result;
}

log_position memory_event_store::head() {
  std::lock_guard guard{log_->mutex_};
  return static_cast<log_position>(log_->events_.size());
}

std::shared_ptr<change_signal> memory_event_store::changes() {
  return log_->changes_;
}

} // namespace projections
