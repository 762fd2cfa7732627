// Recorded events as the types that they were: decoded one by one, or by their
// topic. Aggregates and projections name their event types with it.
#pragma once

#include "projections/messages/event_codec.hpp"
#include "projections/messages/recorded_event.hpp"
#include "projections/storage/topic_table.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace projections {

/// Returns what errors call `x`, for as long as `x` lives.
[[nodiscard]] inline event_place place_of(const recorded_event& x) {
  return {x.topic, x.stream, x.version, x.position};
}

/// Returns the event that `x` holds, whatever its topic is. Throws
/// `event_format_error` if its payload is not the JSON of an `E`.
template <event E>
[[nodiscard]] E decode(const recorded_event& x) {
  return decode_event<E>(place_of(x), x.payload);
}

/// A set of event types, told apart by their topics. It has static functions
/// only.
template <event... Es>
class event_types {
public:
  /// How many types these are.
  static constexpr size_t count = sizeof...(Es);

  /// The topics in the order of the types.
  static constexpr std::array<std::string_view, count> topic_views{
    event_type<Es>::topic...};

  static_assert(are_topics(topic_views),
                "two event types have the same topic, or one has none");

  /// Whether `E` is one of the types.
  template <class E>
  static constexpr bool contains = (std::same_as<E, Es> || ...);

  /// Returns the topics in the order of the types.
  [[nodiscard]] static std::vector<std::string> topics() {
    return {topic_views.begin(), topic_views.end()};
  }

  /// Returns whether one of the types has the topic `topic`.
  [[nodiscard]] static bool knows(std::string_view topic) {
    return table.find(topic) != count;
  }

  /// Decodes `x` by its topic and calls `visitor(event)` with it, as in
  /// `visitor(const dog_registered&)`. Returns false, and calls nothing, if no
  /// type has the topic. Throws `event_format_error` like `decode`, and what
  /// the visitor throws.
  template <class Visitor>
  static bool dispatch(const recorded_event& x, Visitor&& visitor) {
    using step = void (*)(const recorded_event&, Visitor&);
    static constexpr std::array<step, count> steps{
      [](const recorded_event& from, Visitor& to) {
        const auto decoded = decode<Es>(from);
        to(decoded);
      }...};
    auto i = table.find(x.topic);
    if (i == count)
      return false;
    steps[i](x, visitor);
    return true;
  }

  /// Does the same, but throws `unknown_topic` if no type has the topic.
  template <class Visitor>
  static void visit(const recorded_event& x, Visitor&& visitor) {
    if (!dispatch(x, visitor))
      throw unknown_topic{place_of(x)};
  }

private:
  static constexpr topic_table<count> table{topic_views};
};

/// All types of several `event_types`, each once: `joined_event_types<A, B>`.
template <class... Sets>
struct event_types_join;

template <>
struct event_types_join<> {
  using type = event_types<>;
};

template <class Set>
struct event_types_join<Set> {
  using type = Set;
};

template <class... Es, class... Others>
struct event_types_join<event_types<Es...>, event_types<>, Others...>
  : event_types_join<event_types<Es...>, Others...> {};

template <class... Es, class F, class... Fs, class... Others>
struct event_types_join<event_types<Es...>, event_types<F, Fs...>, Others...>
  : event_types_join<
      std::conditional_t<event_types<Es...>::template contains<F>,
                         event_types<Es...>, event_types<Es..., F>>,
      event_types<Fs...>, Others...> {};

template <class... Sets>
using joined_event_types = typename event_types_join<Sets...>::type;

} // namespace projections
