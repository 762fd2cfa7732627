// What is measured while a load runs: how many events were appended and
// applied, how long each took, and how much waited. Producers and views tell
// it, the program asks it.
#pragma once

#include "bench/load/latency_histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

namespace load {

/// What one interval was like. Counts are those since the run began.
struct load_sample {
  /// The end of the interval, since the run began.
  double seconds = 0;

  uint64_t appended = 0;
  uint64_t applied = 0;

  /// From when an event should have been appended until it was applied, for
  /// those applied in the interval; 0 without any.
  int64_t p50_ns = 0;
  int64_t p99_ns = 0;

  /// Events that were appended and not applied at the end of the interval.
  uint64_t lag = 0;
};

/// What a whole run was like.
struct load_totals {
  /// Events that the store has taken, and those that it has refused because
  /// their keys were there.
  uint64_t appended = 0;
  uint64_t refused = 0;

  /// Events applied, each as often as there are projections that want it.
  uint64_t applied = 0;

  /// When the last event was appended and applied, since the run began.
  int64_t appended_ns = 0;
  int64_t applied_ns = 0;

  latency_histogram latencies;

  /// The most events that were appended and not applied, given to the store
  /// and not answered, and due by the schedule and not given to the store.
  uint64_t lag_max = 0;
  uint64_t in_flight_max = 0;
  uint64_t overdue_max = 0;
};

/// The figures of a run, which begins with the construction of this object or
/// with `begin`. Thread-safe.
class load_meter {
public:
  /// Each event is applied by `projections_per_event` projections; at least 1.
  explicit load_meter(uint64_t projections_per_event = 1);

  // -- modifiers ---------------------------------------------------------------

  /// Begins the run.
  void begin();

  /// Tells that `count` events are given to the store while `overdue` more are
  /// due.
  void sending(uint64_t count, uint64_t overdue);

  /// Tells that the store has answered: it has taken `taken` events and refused
  /// `refused` as known.
  void sent(uint64_t taken, uint64_t refused);

  /// Tells that events were applied that should have been appended at these
  /// times, in nanoseconds since the run began.
  void applied(std::span<const int64_t> scheduled_ns);

  /// Ends an interval and returns what it was like.
  load_sample sample();

  // -- inspectors --------------------------------------------------------------

  /// Returns the nanoseconds since the run began.
  [[nodiscard]] int64_t now_ns() const;

  /// Returns how many events the store has taken.
  [[nodiscard]] uint64_t appended() const;

  /// Returns how many events were applied by all projections that want them, on
  /// average.
  [[nodiscard]] uint64_t applied_by_all() const;

  [[nodiscard]] load_totals totals() const;

private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] uint64_t lag() const;

  const uint64_t projections_per_event_;
  clock::time_point begin_ = clock::now();

  /// Guards everything below.
  mutable std::mutex mutex_;

  load_totals totals_;
  uint64_t in_flight_ = 0;

  /// Of the interval under way.
  latency_histogram latencies_;
};

} // namespace load
