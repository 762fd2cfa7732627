// Tracking and events in memory, for projections that answer events with events
// and need not outlive the process.
#pragma once

#include "projections/storage/memory/memory_event_store.hpp"
#include "projections/storage/memory/memory_recorder.hpp"
#include "projections/storage/views/recorder_with_events.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace projections {

/// A recorder with events over a log in memory. While a transaction goes on,
/// nobody else reads or appends; one that fails leaves nothing. Thread-safe.
class memory_recorder_with_events final
  : public memory_recorder<recorder_with_events> {
public:
  /// `log` is not null; other stores may share it.
  explicit memory_recorder_with_events(std::shared_ptr<memory_log> log)
    : log_(std::move(log)), events_(log_) {
    // nop
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    all_or_nothing([&] { log_->all_or_nothing(commands); });
  }

  event_store& events() override {
    return events_;
  }

private:
  std::shared_ptr<memory_log> log_;
  memory_event_store events_;
};

} // namespace projections
