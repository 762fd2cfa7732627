// The actor that reads the log of a store for all runners of a process.
#pragma once

#include "projections/actors/log/recent_readers.hpp"
#include "projections/actors/log/shared_reading.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/storage/log/event_store.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>

namespace projections {

/// Answers requests for what comes after a position, each as soon as there is
/// something that it wants. What was read lately is kept, so that a new event
/// is read once and looked at once, however many runners there are; those who
/// catch up at the same place read together as well, and one that does so alone
/// reads for itself. While there are few runners, each is told at once that
/// there was nothing for it; of many, so many at a time that it costs little.
/// It hears of appends, looks for those of other processes as often as the
/// store asks, and goes on by itself when the store was out of reach.
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
  compat::promise<log_part> read(const read_log& x);
  log_reader_status status();
  void withdraw(const caf::strong_actor_ptr& reader);
  void hasten(log_position position);
  void place(waiting_read x);
  [[nodiscard]] shared_reading* reading_at(log_position after);
  [[nodiscard]] shared_reading* free_reading();
  [[nodiscard]] shared_reading& furthest_reading();
  void look(look_reason reason);
  void expect_more();
  void go_on();
  void place_others();
  void read_for_first_other();
  void read_on(shared_reading& reading);
  [[nodiscard]] bool is_alone(const shared_reading& reading) const;
  bool hand_over(shared_reading& reading);
  void tell_some();
  void tell_later();
  [[nodiscard]] std::shared_ptr<const log_slice>
  read_store(log_position after, size_t limit, const wanted_topics& topics);
  void look_on_time();
  void look_in(std::chrono::milliseconds delay);
  void pause_after_failure(const std::exception& e);
  [[nodiscard]] size_t waiting() const;

  interface::pointer self_;
  std::shared_ptr<event_store> store_;
  std::shared_ptr<void> observer_;

  /// Whether a message tells of an append already.
  std::shared_ptr<std::atomic<bool>> told_
    = std::make_shared<std::atomic<bool>>(false);

  wanted_topics all_topics_;

  /// The places at which many read.
  std::array<shared_reading, 2> readings_;

  /// Requests for other places.
  std::deque<waiting_read> others_;

  recent_readers readers_;

  /// Whether a message is under way: to look again because of a delay, to go
  /// on, and to tell how far was looked.
  bool looks_later_ = false;
  bool goes_on_ = false;
  bool tells_later_ = false;

  /// How long to pause after the next failure, and whether the last look
  /// failed.
  std::chrono::milliseconds pause_;
  bool is_pausing_ = false;
};

} // namespace projections
