// Wakes those who wait for something to change in a store or view. Shared by
// all objects of a process that use the same one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace projections {

/// Counts changes. Whoever waits reads the count first, looks, and then waits
/// for another count, so that no change in between is missed. Thread-safe.
class change_signal {
public:
  using clock = std::chrono::steady_clock;

  /// Returns the signal that everybody in this process gets under `name`.
  static std::shared_ptr<change_signal> named(const std::string& name);

  // -- modifiers ---------------------------------------------------------------

  /// Tells that something has changed: wakes who waits and calls observers.
  void notify();

  /// Calls `tell()` at every change, in the thread that made it, for as long as
  /// what is returned lives. It must be quick, throw nothing and leave this
  /// signal alone.
  [[nodiscard]] std::shared_ptr<void> observe(std::function<void()> tell);

  // -- inspectors --------------------------------------------------------------

  /// Returns how many changes there were.
  [[nodiscard]] uint64_t count();

  /// Returns when the count is not `seen` any more, at `deadline`, or when
  /// `interrupt` is requested.
  void wait(uint64_t seen, clock::time_point deadline,
            std::stop_token interrupt);

private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  uint64_t count_ = 0;

  /// What `observe` was given, by number. Shared with what it returned, which
  /// may live longer than the signal.
  struct observers {
    std::mutex mutex;
    std::map<uint64_t, std::function<void()>> by_number;
    uint64_t last_number = 0;
  };
  std::shared_ptr<observers> observers_ = std::make_shared<observers>();
};

} // namespace projections
