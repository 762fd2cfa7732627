// How long a connection waits for what another one holds. Each SQLite
// connection owns one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace projections {

/// Waits in growing steps until a limit, and can be told to give up. `pause` is
/// called by the thread that waits, `interrupt` by any.
class busy_wait {
public:
  using clock = std::chrono::steady_clock;

  /// Gives up after `limit`.
  explicit busy_wait(std::chrono::milliseconds limit) : limit_(limit) {
    // nop
  }

  /// Waits a little. `tries` is how often that was done for the same thing.
  /// Returns false if it is time to give up.
  bool pause(int tries);

  /// Makes waits give up at once, until `on` is false.
  void interrupt(bool on);

private:
  std::chrono::milliseconds limit_;
  clock::time_point since_{};
  std::mutex mutex_;
  std::condition_variable interrupted_changed_;
  bool interrupted_ = false;
};

} // namespace projections
