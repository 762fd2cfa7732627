// Events in memory, for tests and for what need not outlive the process.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// A log that any number of `memory_event_store`s share, in all threads of the
/// process.
class memory_log {
public:
  /// Calls `f()` while no other thread reads or appends. If it throws, the
  /// events that it has appended are taken back.
  template <class F>
  void all_or_nothing(F f) {
    std::lock_guard guard{mutex_};
    auto size = events_.size();
    try {
      f();
    } catch (...) {
      shrink(size);
      throw;
    }
  }

private:
  friend class memory_event_store;

  void shrink(size_t size);

  /// Guards everything below. Held longer by `all_or_nothing`.
  std::recursive_mutex mutex_;

  /// The event at position p is element p - 1.
  std::deque<recorded_event> events_;

  /// The positions of each stream's events.
  std::unordered_map<std::string, std::vector<log_position>> streams_;

  /// Positions by idempotency key.
  std::unordered_map<std::string, log_position> keys_;

  /// Tells of every append.
  std::shared_ptr<change_signal> changes_ = std::make_shared<change_signal>();
};

/// An `event_store` over a `memory_log`. Its positions have no gaps.
class memory_event_store final : public event_store {
public:
  /// `log` is not null.
  explicit memory_event_store(std::shared_ptr<memory_log> log);

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return std::nullopt;
  }

private:
  append_outcome append_one(const append_request& request);

  std::shared_ptr<memory_log> log_;
};

} // namespace projections
