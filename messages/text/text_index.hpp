// A hash index over texts that live elsewhere: from the hash of a text to the
// items that may hold it. States find rows by id and members by key with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace projections {

/// Open addressing over pairs of hash tag and item: 8 bytes a place, at most
/// three quarters of the places taken. The texts themselves are not copied; the
/// caller compares them. Not thread-safe.
class text_index {
public:
  /// A number by which the caller finds the text.
  using item = uint32_t;

  // -- modifiers ---------------------------------------------------------------

  /// Makes sure that the next `insert` does not throw.
  void reserve_one();

  /// Adds `value` under `hash`. Equal hashes may be added many times.
  void insert(uint64_t hash, item value);

  /// Takes out `value`, which was added under `hash`.
  void erase(uint64_t hash, item value);

  // -- inspectors --------------------------------------------------------------

  /// Returns the first item under `hash` for which `equals(item)` is true.
  template <class Equals>
  [[nodiscard]] std::optional<item> find(uint64_t hash, Equals equals) const {
    if (places_.empty())
      return std::nullopt;
    for (size_t i = home(hash); places_[i].value != free_place; i = next(i))
      if (places_[i].tag == tag_of(hash) && equals(places_[i].value))
        return places_[i].value;
    return std::nullopt;
  }

  /// Returns how many items there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

private:
  /// Marks a place that holds nothing.
  static constexpr item free_place = UINT32_MAX;

  /// One place of the table.
  struct place {
    uint32_t tag = 0;
    item value = free_place;
  };

  static uint32_t tag_of(uint64_t hash) {
    return static_cast<uint32_t>(hash >> 32);
  }

  /// Where a text with this tag is looked for first. Only the tag counts, so
  /// that a place can be moved without the text.
  size_t home_of_tag(uint32_t tag) const {
    return static_cast<size_t>(uint64_t{tag} * places_.size() >> 32);
  }

  size_t home(uint64_t hash) const {
    return home_of_tag(tag_of(hash));
  }

  size_t next(size_t i) const {
    return i + 1 == places_.size() ? 0 : i + 1;
  }

  void put(place x);

  /// The table; empty until the first insert.
  std::vector<place> places_;

  /// How many places are taken.
  size_t size_ = 0;
};

} // namespace projections
