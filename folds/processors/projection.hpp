// The base of projections: events go to handlers by their types. Users derive
// from it; a runner runs what they derive.
#pragma once

#include "projections/folds/processors/event_processor.hpp"
#include "projections/messages/events/event_types.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace projections {

/// What is said of a projection.
struct projection_description {
  /// Its name. Views in databases may have it in the names of their tables.
  std::string name;

  /// The topics of the events that it wants, or none for all. With topics,
  /// other events are not even read from the database.
  std::vector<std::string> topics = {};

  /// The version of its code, to be raised when it makes other content of the
  /// same events: then a view has to be rebuilt.
  int64_t version = 1;
};

/// A projection into a view with the interface `View`:
///
///     class dog_counts : public projection<dog_counts_view> {
///     public:
///       explicit dog_counts(std::shared_ptr<dog_counts_view> view)
///         : projection(std::move(view), {"dogcounts"}) {
///         on<dog_registered>([this](const dog_registered&, const tracking& x)
///         {
///           this->view().count_dog(x);
///         });
///       }
///     };
///
/// An event without a handler is only tracked, if its topic is known: as one of
/// `topics` or by `know`. Another topic ends the runner with `unknown_topic`.
/// A projection that wants events as they were recorded overrides
/// `process_event`; then no topic is unknown.
template <class View>
class projection : public described_processor<projection_description> {
public:
  /// `view` is not null.
  projection(std::shared_ptr<View> view, projection_description description)
    : described_processor(std::move(description)), view_(std::move(view)) {
    know(this->description().topics);
  }

  // -- modifiers ---------------------------------------------------------------

  /// Takes events of `topics` for known.
  void know(const std::vector<std::string>& topics) {
    known_.insert(topics.begin(), topics.end());
  }

  void process_event(const recorded_event& event, const tracking& x) override {
    if (auto found = handlers_.find(event.topic); found != handlers_.end())
      found->second(event, x);
    else if (known_.contains(event.topic))
      view_->insert_tracking(x);
    else
      throw unknown_topic{
        place_of(event),
        "the projection has no handler for it, and no topics that leave it "
        "out"};
  }

  tracking_recorder& recorder() override {
    return *view_;
  }

  [[nodiscard]] View& view() {
    return *view_;
  }

protected:
  /// Calls `handler(event, tracking)` for events of type `E`. It has to record
  /// the tracking, at best by a command of the view. One that cannot be decoded
  /// ends the runner with `event_format_error`.
  template <event E, class F>
  void on(F handler) {
    handlers_.insert_or_assign(
      std::string{event_type<E>::topic},
      [handler = std::move(handler)](const recorded_event& event,
                                     const tracking& x) mutable {
        handler(decode<E>(event), x);
      });
  }

private:
  using handler_function
    = std::function<void(const recorded_event&, const tracking&)>;

  std::shared_ptr<View> view_;
  std::unordered_map<std::string, handler_function, keyed_text_hash,
                     std::equal_to<>>
    handlers_;
  std::unordered_set<std::string, keyed_text_hash, std::equal_to<>> known_;
};

} // namespace projections
