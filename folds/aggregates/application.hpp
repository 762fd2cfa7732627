// The write side: aggregates go into an event store and come out again.
// Programs write events with it; runners ask it for its name, store and topics.
#pragma once

#include "projections/folds/aggregates/aggregate.hpp"
#include "projections/storage/log/event_store.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// An event that was saved, with its stream, version and position.
using recording = recorded_event;

/// So many events are read at once to rebuild an aggregate.
inline constexpr size_t rebuild_slice_events = 1'000;

/// What every application has, whatever its aggregates are. It holds a store
/// and nothing that changes, so several threads may use it if the store object
/// takes calls of several threads; else each thread needs an application with a
/// store object of its own.
class application_base {
public:
  // -- inspectors --------------------------------------------------------------

  /// The name under which projections track the events.
  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  /// Where the events are; never null.
  [[nodiscard]] const std::shared_ptr<event_store>& store() const noexcept {
    return store_;
  }

  /// The topics of all events of all aggregates.
  [[nodiscard]] const std::vector<std::string>& topics() const noexcept {
    return topics_;
  }

protected:
  /// Throws `std::invalid_argument` if there is no name or no store.
  application_base(std::string name, std::shared_ptr<event_store> store,
                   std::vector<std::string> topics);

  ~application_base() = default;
  application_base(const application_base&) = default;
  application_base(application_base&&) = default;
  application_base& operator=(const application_base&) = default;
  application_base& operator=(application_base&&) = default;

  /// Appends the pending events of all of `aggregates`, or none.
  std::vector<recording>
  save_together(std::span<aggregate_base* const> aggregates);

private:
  std::string name_;
  std::shared_ptr<event_store> store_;
  std::vector<std::string> topics_;
};

/// Calls `take(event)` with the events of the aggregate `id` up to `version`,
/// or all of them, in order. Throws `aggregate_not_found` if there are none or
/// fewer, and `store_error` like the store.
void replay_stream(event_store& store, const uuid& id,
                   std::optional<stream_version> version,
                   const std::function<void(const recorded_event&)>& take);

/// Rebuilds aggregates from their events. Threads as with the application.
template <class... Aggregates>
class repository {
public:
  /// `store` is not null.
  explicit repository(std::shared_ptr<event_store> store)
    : store_(std::move(store)) {
    // nop
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the aggregate `id` as it is, or as it was at `version`. Throws
  /// `aggregate_not_found` if it is unknown or has not as many events,
  /// `unknown_topic` if it is of another type, `event_format_error` if an event
  /// cannot be decoded, and `store_error` if the store cannot be read.
  template <class Aggregate>
  [[nodiscard]] Aggregate get(const uuid& id,
                              std::optional<stream_version> version
                              = {}) const {
    static_assert((std::same_as<Aggregate, Aggregates> || ...),
                  "the aggregate is none of the application's");
    static_assert(std::constructible_from<Aggregate, const uuid&>,
                  "the aggregate needs the constructors of its base: "
                  "using aggregate::aggregate");
    Aggregate result{id};
    if (result.version() != 0)
      throw std::logic_error{"an aggregate constructed from an id alone must "
                             "not trigger events"};
    replay_stream(*store_, id, version,
                  [&](const recorded_event& x) { result.replay(x); });
    return result;
  }

  /// Returns whether there is an aggregate `id`, of whatever type.
  [[nodiscard]] bool contains(const uuid& id) const {
    return !store_->read_stream(hex_of(id), 0, 1).empty();
  }

private:
  std::shared_ptr<event_store> store_;
};

/// Saves and rebuilds aggregates of the types `Aggregates`.
template <class... Aggregates>
class application : public application_base {
public:
  /// The types of all events of all aggregates.
  using events = joined_event_types<typename Aggregates::events...>;

  using repository_type = projections::repository<Aggregates...>;

  /// Throws `std::invalid_argument` if there is no name or no store.
  application(std::string name, std::shared_ptr<event_store> store)
    : application_base(std::move(name), std::move(store), events::topics()),
      repository_(this->store()) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  /// Records all pending events of `aggregates` in one commit, or none of them,
  /// and returns what was recorded: the events of the first aggregate, those of
  /// the second, and so on. Then no events are pending; saving nothing is not
  /// an error. Throws `wrong_expected_version` if somebody else saved one of
  /// the aggregates since it was made or read, and `store_error`; then the
  /// events are still pending. After `store_unavailable` they may have been
  /// recorded all the same, which saving them again finds out.
  template <class... Saved>
  std::vector<recording> save(Saved&... aggregates) {
    static_assert((has_aggregate<Saved> && ...),
                  "the aggregate is none of the application's");
    std::array<aggregate_base*, sizeof...(Saved)> all{&aggregates...};
    return save_together(all);
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const repository_type& repository() const noexcept {
    return repository_;
  }

private:
  template <class Aggregate>
  static constexpr bool has_aggregate
    = (std::same_as<Aggregate, Aggregates> || ...);

  repository_type repository_;
};

} // namespace projections
