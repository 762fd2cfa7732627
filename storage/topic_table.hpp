// Finds the index of a topic among those that a program knows. Made by the
// compiler for each set of event types, asked for every event.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace projections {

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

} // namespace projections
