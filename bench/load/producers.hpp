// The threads that append the events of a load, by a schedule or as fast as the
// store takes them. The program has one object of this for a run.
#pragma once

#include "bench/load/load_meter.hpp"
#include "bench/load/load_settings.hpp"
#include "projections/storage/log/event_store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace load {

/// A stream, which one producer writes.
struct load_stream {
  /// Its name in the store.
  std::string name;

  /// The topic of its events; those of a projection have one of their own.
  std::string topic;

  /// Events that the store has acknowledged.
  uint64_t acknowledged = 0;
};

/// How many producers there are, and how many events each gives to the store at
/// once: the limit of what is in flight.
inline constexpr size_t producer_count = 2;
inline constexpr size_t batch_events_max = 256;

/// Appends events from its construction on. With a rate, each event has a time
/// at which it should be appended, and its latency counts from there, also when
/// the store has kept the producer from it until later.
class producers {
public:
  /// `streams` has those of one producer in every element; they are drawn by
  /// the law of Zipf. There are as many threads as elements.
  producers(const load_settings& settings,
            std::vector<std::vector<load_stream>> streams,
            std::shared_ptr<projections::event_store> store, load_meter& meter);

  producers(const producers&) = delete;
  producers& operator=(const producers&) = delete;

  /// Stops and waits for the threads.
  ~producers();

  // -- modifiers ---------------------------------------------------------------

  /// Ends as soon as the store has answered what was given to it.
  void stop();

  /// Waits for the threads. Throws what has ended one of them early.
  void join();

  // -- inspectors --------------------------------------------------------------

  /// Returns whether all threads have ended.
  [[nodiscard]] bool are_done() const {
    return running_ == 0;
  }

  /// Returns the streams, once all threads were joined.
  [[nodiscard]] const std::vector<std::vector<load_stream>>& streams() const {
    return streams_;
  }

  /// Returns how many events should have been appended by the schedule and were
  /// not, because the time was over.
  [[nodiscard]] uint64_t unsent() const {
    return unsent_;
  }

private:
  void run(size_t number, std::stop_token stopped);
  void fail(std::exception_ptr error);

  const load_settings settings_;
  std::vector<std::vector<load_stream>> streams_;
  std::shared_ptr<projections::event_store> store_;
  load_meter& meter_;
  std::atomic<uint64_t> unsent_ = 0;
  std::atomic<size_t> running_;

  /// Guards the first error.
  std::mutex mutex_;
  std::exception_ptr error_;

  std::stop_source stop_;
  std::vector<std::thread> threads_;
};

} // namespace load
