// The actor that reads the log of a store for all runners of a process.
#pragma once

#include "messages/interfaces.hpp"
#include "storage/event_store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace projections {

/// Answers requests for what comes after a position, each as soon as there is
/// something. What was read lately is kept for the others that follow the same
/// log, so that a new event is read once, however many runners there are; one
/// that lags behind reads for itself. It is told of appends, looks for those of
/// other processes as often as the store asks, and goes on by itself when the
/// store was out of reach.
struct log_reader_state {
  using interface = log_reader_actor;

  static constexpr const char* actor_name = "log_reader";

  /// `store` is touched by this actor alone, but for its signal.
  log_reader_state(interface::pointer self, std::shared_ptr<event_store> store);

  /// Tells those that wait that there is nothing to come.
  ~log_reader_state();

  log_reader_state(const log_reader_state&) = delete;
  log_reader_state& operator=(const log_reader_state&) = delete;

  interface::behavior_type make_behavior();

private:
  /// A request that waits for events, and who asked.
  struct waiting_read {
    read_log request;
    caf::strong_actor_ptr reader;
    compat::promise<log_part> answer;
  };

  /// What was read after a position.
  struct recent_slice {
    log_position after = log_start;
    wanted_topics topics;
    std::shared_ptr<const log_slice> slice;
    size_t bytes = 0;
  };

  compat::promise<log_part> read(const read_log& x);
  reader_status status();
  void withdraw(const caf::strong_actor_ptr& reader);
  bool answer(waiting_read& x);
  std::shared_ptr<const log_slice> find_recent(const read_log& x) const;
  std::shared_ptr<const log_slice> read_store(const read_log& x);
  void keep(const read_log& x, const std::shared_ptr<const log_slice>& slice);
  void look(bool is_due);
  void look_on_time();
  void look_in(std::chrono::milliseconds delay);
  void pause_after_failure(const std::exception& e);

  interface::pointer self_;
  std::shared_ptr<event_store> store_;
  std::shared_ptr<void> observer_;

  /// Whether a message tells of an append already.
  std::shared_ptr<std::atomic<bool>> told_
    = std::make_shared<std::atomic<bool>>(false);

  wanted_topics all_topics_;
  std::vector<waiting_read> waiting_;
  std::deque<recent_slice> recent_;
  size_t recent_bytes_ = 0;

  /// Where the log ended when its end was read last, if nothing more than one
  /// slice has come since: who asks for what comes after it is given events of
  /// all topics.
  std::optional<log_position> head_;

  /// After which position there was nothing, while the waiting are gone
  /// through.
  std::optional<log_position> nothing_after_;

  /// Whether a message to look again is under way because of a delay.
  bool looks_later_ = false;

  /// How long to pause after the next failure, and whether the last look
  /// failed.
  std::chrono::milliseconds pause_;
  bool is_pausing_ = false;
};

} // namespace projections
