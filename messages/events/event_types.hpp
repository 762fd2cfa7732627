// Recorded events as the types that they were: decoded one by one, or by their
// topic. Aggregates and projections name their event types with it.
#pragma once

#include "projections/messages/events/event_codec.hpp"
#include "projections/messages/events/recorded_event.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
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

/// A hash table of `Count` topics that is complete at compile time. The topics
/// must differ. Thread-safe.
template <size_t Count>
class topic_table {
public:
  constexpr explicit topic_table(
    const std::array<std::string_view, Count>& topics)
    : topics_(topics) {
    for (size_t i = 0; i < Count; ++i) {
      auto slot = slot_of(topics[i]);
      while (slots_[slot] != 0)
        slot = next(slot);
      slots_[slot] = static_cast<uint16_t>(i + 1);
    }
  }

  /// Returns the index of `topic`; `Count` if it is none of the topics.
  [[nodiscard]] constexpr size_t find(std::string_view topic) const {
    // At least half of the slots are free, so the search ends.
    for (auto slot = slot_of(topic); slots_[slot] != 0; slot = next(slot))
      if (topics_[slots_[slot] - size_t{1}] == topic)
        return slots_[slot] - size_t{1};
    return Count;
  }

private:
  static_assert(Count < UINT16_MAX);

  static constexpr size_t slot_count = std::bit_ceil(2 * Count + 1);

  /// Topics of one program differ in their length or towards their end, so
  /// that a few characters tell them apart.
  static constexpr size_t slot_of(std::string_view topic) {
    auto size = topic.size();
    auto result = size;
    if (size > 0)
      for (auto i : {size - 1, size - 1 - size / 8, size - 1 - size / 4,
                     size / 2, size / 4})
        result = result * 31 + static_cast<unsigned char>(topic[i]);
    return (result ^ result >> 7) % slot_count;
  }

  static constexpr size_t next(size_t slot) {
    return (slot + 1) % slot_count;
  }

  std::array<std::string_view, Count> topics_;

  /// An index plus one, or 0 where there is none.
  std::array<uint16_t, slot_count> slots_{};
};

/// Returns whether `topics` are all different and none is empty.
template <size_t Count>
constexpr bool are_topics(const std::array<std::string_view, Count>& topics) {
  for (size_t i = 0; i < Count; ++i) {
    if (topics[i].empty())
      return false;
    for (size_t j = 0; j < i; ++j)
      if (topics[i] == topics[j])
        return false;
  }
  return true;
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
