// A hash index over texts that live elsewhere: from the hash of a text to the
// items that may hold it. States find rows by id and members by key with it,
// and the index of processed ids is made of many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace projections {

/// How the table of a `text_index` grows.
struct text_index_growth {
  /// Places of the first table.
  uint32_t places_first = 8;

  /// The most places that are taken, in percent, from 1 to 99.
  uint32_t taken_percent_max = 75;

  /// The size of a larger table in percent of the one before; above 100 by as
  /// much as adds at least one place.
  uint32_t larger_percent = 200;
};

/// Open addressing over pairs of hash tag and item: 8 bytes a place. The texts
/// themselves are not copied; the caller compares them. Holds some three
/// billion items. Not thread-safe. One that was moved from is only for
/// destruction or assignment.
class text_index {
public:
  /// A number by which the caller finds the text.
  using item = uint32_t;

  // -- modifiers ---------------------------------------------------------------

  /// Makes sure that there is room for one more item. Throws `std::bad_alloc`,
  /// and has changed nothing, if there is none.
  void reserve_one(text_index_growth how = {}) {
    if ((uint64_t{size_} + 1) * 100
        > uint64_t{capacity_} * how.taken_percent_max)
      grow(how);
  }

  /// Adds `value` under `hash`. Equal hashes may be added many times. Does not
  /// throw after `reserve_one`.
  void insert(uint64_t hash, item value) {
    reserve_one();
    insert_reserved(hash, value);
  }

  /// Adds `value` under `hash`, for which `reserve_one` was called.
  void insert_reserved(uint64_t hash, item value) noexcept;

  /// Takes out `value`, which was added under `hash`.
  void erase(uint64_t hash, item value) noexcept;

  // -- inspectors --------------------------------------------------------------

  /// Has what `find` looks at for `hash` brought into the cache.
  void prefetch(uint64_t hash) const {
    __builtin_prefetch(places_.get() + home(tag_of(hash)));
  }

  /// Returns the first item under `hash` for which `equals(item)` is true.
  template <class Equals>
  [[nodiscard]] std::optional<item> find(uint64_t hash, Equals equals) const {
    if (capacity_ == 0)
      return std::nullopt;
    auto tag = tag_of(hash);
    for (auto i = home(tag); places_[i].tag != 0; i = next(i))
      if (places_[i].tag == tag && equals(places_[i].value))
        return places_[i].value;
    return std::nullopt;
  }

  /// Returns how many items there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

private:
  /// One place of the table.
  struct place {
    /// What is kept of the hash; 0 in a free place.
    uint32_t tag = 0;
    item value = 0;
  };

  static uint32_t tag_of(uint64_t hash) {
    return static_cast<uint32_t>(hash >> 32) | 1;
  }

  /// Where a text with this tag is looked for first. Only the tag counts, so
  /// that a place can be moved without the text.
  uint32_t home(uint32_t tag) const {
    return static_cast<uint32_t>(uint64_t{tag} * capacity_ >> 32);
  }

  uint32_t next(uint32_t i) const {
    return i + 1 == capacity_ ? 0 : i + 1;
  }

  void grow(text_index_growth how);
  void put(place x) noexcept;

  /// The table; null until the first item.
  std::unique_ptr<place[]> places_;

  /// How many places there are.
  uint32_t capacity_ = 0;

  /// How many places are taken.
  uint32_t size_ = 0;
};

} // namespace projections
