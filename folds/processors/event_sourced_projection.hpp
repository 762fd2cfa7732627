// The base of projections whose own state is event-sourced: aggregates of an
// application. Users derive from it; a runner runs what they derive.
#pragma once

#include "projections/folds/aggregates/application.hpp"
#include "projections/folds/processors/projection.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/views/recorder_with_events.hpp"

#include <memory>
#include <string>
#include <utility>

namespace projections {

/// A projection that answers events by saving aggregates of an `Application`.
/// What it saves and the place of the event are recorded in one transaction, so
/// every event counts exactly once:
///
///     class dog_counting : public event_sourced_projection<dog_counts> {
///     public:
///       explicit dog_counting(std::shared_ptr<recorder_with_events> recorder)
///         : event_sourced_projection("DogCounts", std::move(recorder),
///                                    {"dogcounting"}) {
///         when<dog_registered>([this](const dog_registered&) {
///           auto counter = app().repository().get<dog_counter>(counter_id);
///           counter.count_dog();
///           app().save(counter);
///         });
///       }
///     };
///
/// Such a view cannot be emptied, and so not rebuilt: its events stay.
template <class Application>
class event_sourced_projection : public projection<recorder_with_events> {
public:
  /// The aggregates are those of the application `name`, in the events of
  /// `recorder`, which is not null.
  event_sourced_projection(std::string name,
                           std::shared_ptr<recorder_with_events> recorder,
                           projection_description description)
    : projection(recorder, std::move(description)),
      app_(std::move(name), events_of(recorder)) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  void process_event(const recorded_event& event, const tracking& x) override {
    try {
      projection::process_event(event, x);
    } catch (const wrong_expected_version& e) {
      // Read again, the aggregate is as it has become.
      throw store_unavailable{e.what()};
    }
  }

  [[nodiscard]] Application& app() {
    return app_;
  }

protected:
  /// Calls `handler(event)` for events of type `E`, and records their place.
  template <event E, class F>
  void when(F handler) {
    on<E>([this, handler = std::move(handler)](const E& event,
                                               const tracking& x) mutable {
      handler(event);
      view().insert_tracking(x);
    });
  }

private:
  Application app_;
};

} // namespace projections
