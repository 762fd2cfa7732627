// A tracking recorder with events, over one of the backends. Projections that
// emit events or save aggregates record both in one transaction.
#pragma once

#include "projections/storage/log/event_store.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <memory>

namespace projections {

/// A tracking recorder with events in the same database.
class recorder_with_events : public tracking_recorder {
public:
  /// Returns the events. What the thread appends that is in a transaction of
  /// this recorder belongs to that transaction, and it reads what it has
  /// appended; other appends are commits of their own. Thread-safe, and lives
  /// as long as this object.
  [[nodiscard]] virtual event_store& events() = 0;
};

/// Returns the events of `recorder`, which is not null, for those who share
/// them.
[[nodiscard]] inline std::shared_ptr<event_store>
events_of(const std::shared_ptr<recorder_with_events>& recorder) {
  return {recorder, &recorder->events()};
}

} // namespace projections
