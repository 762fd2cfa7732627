// Things that change by events, and are what their events say. Applications
// derive their aggregates from here, and save and rebuild them.
#pragma once

#include "projections/messages/events/event_types.hpp"
#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections {

/// So many events of an aggregate may wait to be saved.
inline constexpr size_t pending_events_max = 65'536;

/// What every aggregate has, whatever its events are. Not thread-safe.
class aggregate_base {
public:
  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const uuid& id() const noexcept {
    return id_;
  }

  /// The number of its events, saved and pending.
  [[nodiscard]] stream_version version() const noexcept {
    return version_;
  }

  /// The number of its events that are saved.
  [[nodiscard]] stream_version saved_version() const noexcept {
    return version_ - static_cast<stream_version>(pending_.size());
  }

  /// The events that are not saved yet, in order.
  [[nodiscard]] const std::vector<new_event>& pending_events() const noexcept {
    return pending_;
  }

  /// The stream of its events: the 32 digits of its id.
  [[nodiscard]] std::string stream() const {
    return hex_of(id_);
  }

protected:
  explicit aggregate_base(const uuid& id) : id_(id) {
    // nop
  }

  ~aggregate_base() = default;
  aggregate_base(const aggregate_base&) = default;
  aggregate_base(aggregate_base&&) = default;
  aggregate_base& operator=(const aggregate_base&) = default;
  aggregate_base& operator=(aggregate_base&&) = default;

  /// Keeps `x` to be saved and counts it. Throws `std::length_error` if too
  /// many are kept.
  void keep(new_event x);

  /// Undoes the last `keep`.
  void drop_last() noexcept;

  /// Counts `x`, which is saved. Throws `store_error` if it does not follow the
  /// events so far.
  void follow(const recorded_event& x);

  /// Throws `unknown_topic` for `x`, which has none of `topics`.
  [[noreturn]] static void refuse(const recorded_event& x,
                                  const std::vector<std::string>& topics);

private:
  friend class application_base;

  uuid id_;
  stream_version version_ = 0;
  std::vector<new_event> pending_;
};

/// The base of an aggregate:
///
///     class dog : public aggregate<dog> {
///     public:
///       using events = event_types<dog_registered, trick_added>;
///       using aggregate::aggregate;
///
///       explicit dog(std::string name) {
///         trigger_event(dog_registered{std::move(name)});
///       }
///
///       void add_trick(std::string trick) {
///         trigger_event(trick_added{std::move(trick)});
///       }
///
///       void apply(const dog_registered& x);
///       void apply(const trick_added& x);
///     };
///
/// `events` are the types of its events, and each has an `apply` that changes
/// the members and nothing else; `apply` may be private if `aggregate<dog>` is
/// a friend. The inherited constructor makes a dog that nothing has happened
/// to, which a repository needs. Not thread-safe.
template <class Derived>
class aggregate : public aggregate_base {
public:
  /// Makes an aggregate without events, under a new random id.
  aggregate() : aggregate(random_uuid()) {
    // nop
  }

  /// Makes an aggregate without events.
  explicit aggregate(const uuid& id) : aggregate_base(id) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  /// Applies `x` and keeps it to be saved, with `at` as its `timestamp`. In
  /// `apply`, `version` is already that of the event. Throws
  /// `event_format_error` if JSON cannot hold it, `std::length_error` if too
  /// many events are pending, and what `apply` throws; then it is not kept.
  template <event E>
  void trigger_event(const E& x, event_time at = current_time()) {
    static_assert(Derived::events::template contains<E>,
                  "the event is none of the aggregate's events");
    keep({std::string{event_type<E>::topic}, encode_event(x, at)});
    try {
      derived().apply(x);
    } catch (...) {
      drop_last();
      throw;
    }
  }

  /// Applies `x`, which was saved after those that were applied before. Throws
  /// `unknown_topic` if it is none of the aggregate's events,
  /// `event_format_error` if it cannot be decoded, `store_error` if it is not
  /// the next one, and what `apply` throws; then the aggregate is of no use any
  /// more.
  void replay(const recorded_event& x) {
    follow(x);
    auto apply = [this](const auto& event) { derived().apply(event); };
    if (!Derived::events::dispatch(x, apply))
      refuse(x, Derived::events::topics());
  }

private:
  Derived& derived() {
    return static_cast<Derived&>(*this);
  }
};

} // namespace projections
