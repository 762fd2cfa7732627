// What a runner runs: the code of a projection, without the types of its events
// and its view. `projection` implements it for typed events.
#pragma once

#include "messages/recorded_event.hpp"
#include "storage/tracking_recorder.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Folds recorded events into a view. Used by one thread at a time, not always
/// the same.
class event_processor {
public:
  event_processor() = default;
  event_processor(const event_processor&) = delete;
  event_processor& operator=(const event_processor&) = delete;
  virtual ~event_processor() = default;

  // -- modifiers ---------------------------------------------------------------

  /// Folds `event` into the view and records `x`, the place of the event. What
  /// it throws ends the runner. It is called again for an event whose
  /// transaction was rolled back.
  virtual void process_event(const recorded_event& event, const tracking& x)
    = 0;

  /// Called when a runner has been given the view, before any event of
  /// `application`. What it throws ends the runner; what it returns lives until
  /// the view is given back.
  virtual std::shared_ptr<void>
  begin_run([[maybe_unused]] const std::string& application) {
    return nullptr;
  }

  /// The view.
  virtual tracking_recorder& recorder() = 0;

  // -- inspectors --------------------------------------------------------------

  /// Returns the name of the projection.
  [[nodiscard]] virtual const std::string& name() const = 0;

  /// Returns the version of its code. A view that was folded by another one has
  /// to be rebuilt.
  [[nodiscard]] virtual int64_t version() const {
    return 1;
  }

  /// Returns the topics of the events that it wants, or none for all.
  [[nodiscard]] virtual const std::vector<std::string>& topics() const = 0;
};

} // namespace projections
