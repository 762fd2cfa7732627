// bench/text_table.hpp
// The hash table of the C++ baseline: finds rows by id and remembers event ids.
#pragma once

#include <rapidjson/allocators.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace projections::bench {

/// Maps texts to numbers by open addressing with linear probing, at most half
/// full. It copies the texts one behind the other into a pool, so that a lookup
/// costs one probe and one comparison. It is faster than
/// `std::unordered_set<std::string>`, because the baseline must not lose
/// against the node for want of a good table. Not thread-safe.
class text_table {
public:
  // -- modifiers --------------------------------------------------------------

  /// Returns the number kept for `text`, put there as `number` if it was new,
  /// and whether it was new. The reference holds until `clear`.
  std::pair<uint32_t&, bool> emplace(std::string_view text, uint32_t number) {
    if (count_ * 2 >= slots_.size())
      grow();
    const auto hash = hash_of(text);
    auto& place = slots_[probe(text, hash)];
    if (place.kept != nullptr)
      return {place.kept->number, false};
    auto* memory = texts_.Malloc(sizeof(record) + text.size());
    place.kept
      = new (memory) record{number, static_cast<uint32_t>(text.size())};
    std::memcpy(place.kept + 1, text.data(), text.size());
    place.hash = hash;
    ++count_;
    return {place.kept->number, true};
  }

  /// Forgets everything.
  void clear() {
    slots_.clear();
    texts_.Clear();
    count_ = 0;
  }

  // -- inspectors -------------------------------------------------------------

  [[nodiscard]] bool empty() const {
    return count_ == 0;
  }

  [[nodiscard]] bool contains(std::string_view text) const {
    return !slots_.empty()
           && slots_[probe(text, hash_of(text))].kept != nullptr;
  }

private:
  /// A number and its text, whose bytes follow the record in the pool.
  struct record {
    uint32_t number;
    uint32_t text_bytes;

    [[nodiscard]] std::string_view text() const {
      return {reinterpret_cast<const char*>(this + 1), text_bytes};
    }
  };

  /// One place of the table; `kept` is null where it is free.
  struct slot {
    record* kept = nullptr;
    uint32_t hash = 0;
  };

  static uint32_t hash_of(std::string_view text) {
    return static_cast<uint32_t>(std::hash<std::string_view>{}(text));
  }

  /// Returns the place where `text` is, or the free one where it would go.
  [[nodiscard]] size_t probe(std::string_view text, uint32_t hash) const {
    auto place = hash & (slots_.size() - 1);
    while (
      slots_[place].kept != nullptr
      && (slots_[place].hash != hash || slots_[place].kept->text() != text))
      place = (place + 1) & (slots_.size() - 1);
    return place;
  }

  void grow() {
    const auto old = std::move(slots_);
    slots_.assign(old.empty() ? 64 : old.size() * 2, slot{});
    for (const auto& moved : old) {
      if (moved.kept == nullptr)
        continue;
      auto place = moved.hash & (slots_.size() - 1);
      while (slots_[place].kept != nullptr)
        place = (place + 1) & (slots_.size() - 1);
      slots_[place] = moved;
    }
  }

  /// The table; its size is 0 or a power of two.
  std::vector<slot> slots_;
  size_t count_ = 0;
  rapidjson::MemoryPoolAllocator<> texts_{size_t{1} << 16};
};

} // namespace projections::bench
