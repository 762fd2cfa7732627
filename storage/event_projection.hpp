// The base of projections that answer events with events. Users derive from it;
// a runner runs what they derive, like every other projection.
#pragma once

#include "storage/emission.hpp"
#include "storage/emission_graph.hpp"
#include "storage/emission_recorder.hpp"
#include "storage/process_recorder.hpp"
#include "storage/projection.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// What is said of an event projection.
struct event_projection_description {
  /// Its name, a part of the keys of all that it emits: under another name it
  /// emits everything again.
  std::string name;

  /// The topics of the events that it wants, or none for all.
  std::vector<std::string> topics = {};

  /// The topics of the events that it emits; with these, circles are found when
  /// it starts and not when they have gone round.
  std::vector<std::string> outputs = {};

  /// The version of its code. It is no part of the keys: what an older version
  /// has emitted stays, and where a newer one says something else, that is a
  /// divergence.
  int64_t version = 1;

  divergence_policy on_divergence = divergence_policy::fail;

  /// As in `emission_settings`.
  std::function<void(const divergence&)> report_divergence = {};
};

/// A pure function from an event to new events, each for any stream:
///
///     class followship : public event_projection {
///     public:
///       explicit followship(emission_target to, …)
///         : event_projection({"followship", {"Followed"}, {"WasFollowed"}}, …)
///         {
///         answer<followed>([](const followed& x) {
///           return std::vector{emit(x.whom, was_followed{x.who})};
///         });
///       }
///     };
///
/// What it returns is recorded exactly once: under keys that follow from the
/// event that is answered, and retried by the runner until all of it is in. The
/// function must depend on the event alone: no clock, no random numbers, no
/// other state. A projection that wants events as they were recorded overrides
/// `process_event` and calls `view().emit`.
class event_projection : public projection<emission_recorder> {
public:
  /// Emits into the events of `recorder`, which are those of `application`, in
  /// one transaction with its tracking, and, in commits before, into `others`.
  event_projection(event_projection_description description,
                   const std::string& application,
                   std::shared_ptr<process_recorder> recorder,
                   std::vector<emission_target> others = {});

  /// Emits into `targets`, of which there is at least one, and tracks by
  /// `recorder`.
  event_projection(event_projection_description description,
                   std::shared_ptr<tracking_recorder> recorder,
                   std::vector<emission_target> targets);

  // -- modifiers ---------------------------------------------------------------

  void process_event(const recorded_event& event, const tracking& x) override;

  /// Throws `emission_cycle` if it would answer its own events, by way of
  /// others or not, as far as all of them have declared what they emit.
  std::shared_ptr<void> begin_run(const std::string& application) override;

protected:
  /// Answers events of type `E` with `f(event)` or `f(event, recorded)`, which
  /// returns a `std::vector<emitted_event>`.
  template <event E, class F>
  void answer(F f) {
    on<E>([this, f = std::move(f)](const E& event, const tracking& x) {
      if constexpr (std::invocable<const F&, const E&, const recorded_event&>)
        view().emit(*source_, f(event, *source_), x);
      else
        view().emit(*source_, f(event), x);
    });
  }

private:
  std::vector<std::string> outputs_;

  /// What is being answered; null in between.
  const recorded_event* source_ = nullptr;
};

} // namespace projections
