// The base of projections that emit events: it calls the function of the user,
// ahead where it can, and hands the emissions to its recorder. Users derive
// from it; a runner runs what they derive, like every other projection.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/folds/processors/event_processor.hpp"
#include "projections/messages/events/event_types.hpp"
#include "projections/messages/text/keyed_hash.hpp"
#include "projections/storage/views/recorder_with_events.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace projections {

class emission_recorder;
class keyed_emissions;

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
///       explicit followship(std::shared_ptr<recorder_with_events> recorder)
///         : event_projection({"followship", {"Followed"}, {"WasFollowed"}},
///                            "social", std::move(recorder)) {
///         on<followed>([](const followed& x) {
///           return std::vector{emit(x.whom, was_followed{x.who})};
///         });
///       }
///     };
///
/// What it returns is recorded exactly once: under keys that follow from the
/// event that it is for, and retried by the runner until all of it is in. The
/// function must depend on the event alone: no clock, no random numbers, no
/// other state. It is called ahead of time, by several threads, and again after
/// a failure.
class event_projection
  : public described_processor<event_projection_description> {
public:
  /// Emits into the events of `recorder`, which are those of `application`, in
  /// one transaction with its tracking, and, in commits before, into `others`.
  event_projection(event_projection_description description,
                   const std::string& application,
                   std::shared_ptr<recorder_with_events> recorder,
                   std::vector<emission_target> others = {});

  /// Emits into `targets`, of which there is at least one, and tracks by
  /// `recorder`.
  event_projection(event_projection_description description,
                   std::shared_ptr<tracking_recorder> recorder,
                   std::vector<emission_target> targets);

  // -- modifiers ---------------------------------------------------------------

  void process_event(const recorded_event& event, const tracking& x) override;

  /// Throws `emission_cycle` if it would process its own emissions, by way of
  /// others or not, as far as all of them have declared what they emit.
  std::shared_ptr<void> begin_run(const std::string& application) override;

  void use_prepared(std::shared_ptr<prepared_events> x) override;

  tracking_recorder& recorder() override;

  // -- inspectors --------------------------------------------------------------

  /// Returns what it emits for `event`: what the handler of `on` returns, or
  /// nothing for other topics that it wants. Throws `unknown_topic` for any
  /// other. A projection that takes events as they were recorded overrides it.
  /// Thread-safe.
  [[nodiscard]] virtual std::vector<emission>
  emissions_for(const recorded_event& event) const;

  std::shared_ptr<prepared_events> prepare(
    const log_slice& slice, const std::string& application) const override;

protected:
  /// Emits for events of type `E` what `f(event)` or `f(event, recorded)`
  /// returns, a `std::vector<emission>`.
  template <event E, class F>
  void on(F f) {
    handlers_.insert_or_assign(
      std::string{event_type<E>::topic},
      [f = std::move(f)](const recorded_event& x) {
        if constexpr (std::invocable<const F&, const E&, const recorded_event&>)
          return f(decode<E>(x), x);
        else
          return f(decode<E>(x));
      });
  }

private:
  struct prepared_emissions;

  using handler_function
    = std::function<std::vector<emission>(const recorded_event&)>;

  [[nodiscard]] bool wants(const std::string& topic) const;

  std::shared_ptr<emission_recorder> recorder_;
  std::unordered_map<std::string, handler_function, keyed_text_hash,
                     std::equal_to<>>
    handlers_;

  /// What was worked out of the events that come next; may be null.
  std::shared_ptr<const keyed_emissions> prepared_;
};

} // namespace projections
