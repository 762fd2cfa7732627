// An event store that many threads use at the same time. An event log hands it
// out to applications, and its actor appends to the same one.
#pragma once

#include "projections/messages/events/store_status.hpp"
#include "projections/storage/log/event_store.hpp"
#include "projections/storage/log/group_commit.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Lets one thread at a time into a store. Who finds it free appends at once,
/// without another thread; what others want to append meanwhile is committed
/// together by one of them. Thread-safe.
class shared_event_store final : public event_store {
public:
  /// `store` is not null, and touched by this object alone, but for its signal.
  explicit shared_event_store(std::shared_ptr<event_store> store);

  // -- modifiers ---------------------------------------------------------------

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  // -- inspectors --------------------------------------------------------------

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override;

  /// Returns how it is doing.
  [[nodiscard]] store_status status();

private:
  /// A thread that waits until its append is recorded, by whomever.
  struct waiting_append {
    group_commit append;
    size_t bytes = 0;
    bool is_done = false;
  };

  /// The right to use the store, until it goes.
  class turn {
  public:
    /// Takes the right, which nobody has; `lock` is held.
    turn(shared_event_store& of, std::unique_lock<std::mutex>& lock);
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn();

  private:
    shared_event_store& of_;
    std::unique_lock<std::mutex>& lock_;
  };

  template <class F>
  auto in_turn(F f);
  std::vector<append_outcome>
  append_alone(const std::vector<append_request>& requests,
               std::unique_lock<std::mutex>& lock);
  void append_waiting(std::unique_lock<std::mutex>& lock);
  void count(const std::vector<append_outcome>& outcomes);
  void note(const std::exception_ptr& error);

  std::shared_ptr<event_store> store_;

  /// Guards everything below.
  std::mutex mutex_;

  /// Whether somebody uses the store.
  bool is_busy_ = false;

  /// Notified when nobody does any more.
  std::condition_variable free_;

  /// Appends that nobody has begun to record, on the stacks of their threads.
  std::deque<waiting_append*> waiting_;

  /// What was done so far; `queued` is not kept up.
  store_status status_;
};

} // namespace projections
