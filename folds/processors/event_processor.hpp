// What a runner runs: the code of a projection, without the types of its events
// and its view. `projection` implements it for typed events.
#pragma once

#include "projections/messages/events/recorded_event.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// What a processor has worked out ahead of a part of the log. Only the
/// processor that has made it knows what is in it.
class prepared_events {
public:
  prepared_events() = default;
  prepared_events(const prepared_events&) = delete;
  prepared_events& operator=(const prepared_events&) = delete;
  virtual ~prepared_events() = default;
};

/// Folds recorded events into a view. Used by one thread at a time, not always
/// the same, but for `prepare`.
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

  /// Tells what was prepared of the events that are processed next; null for
  /// nothing.
  virtual void
  use_prepared([[maybe_unused]] std::shared_ptr<prepared_events> x) {
    // Nothing is prepared.
  }

  /// The view.
  virtual tracking_recorder& recorder() = 0;

  // -- inspectors --------------------------------------------------------------

  /// Works out what depends on the events of `slice`, from the log of
  /// `application`, alone. Returns null if that is nothing. Throws nothing:
  /// what fails is left to `process_event`. Thread-safe: called while other
  /// events are processed.
  [[nodiscard]] virtual std::shared_ptr<prepared_events>
  prepare([[maybe_unused]] const log_slice& slice,
          [[maybe_unused]] const std::string& application) const {
    return nullptr;
  }

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

/// An event processor that answers questions about itself from a description,
/// which has a `name`, a `version` and `topics`.
template <class Description>
class described_processor : public event_processor {
public:
  [[nodiscard]] const std::string& name() const override {
    return description_.name;
  }

  [[nodiscard]] int64_t version() const override {
    return description_.version;
  }

  [[nodiscard]] const std::vector<std::string>& topics() const override {
    return description_.topics;
  }

protected:
  explicit described_processor(Description description)
    : description_(std::move(description)) {
    // nop
  }

  [[nodiscard]] const Description& description() const {
    return description_;
  }

private:
  Description description_;
};

} // namespace projections
