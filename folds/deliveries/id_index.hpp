// A hash index that grows in small steps and never needs much more memory than
// its content. The set of processed ids, which may hold millions, uses it.
#pragma once

#include "projections/messages/text/text_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace projections {

/// A `text_index` cut into shards, over which hashes are spread and which grow
/// one at a time by half when 17 of 20 places are taken. The shards begin at
/// different sizes, so that they are never all just grown: about 12 bytes an
/// entry at every size, without a peak and without a long pause. Not
/// thread-safe. Hashes must be uniform.
class id_index {
public:
  /// A number by which the caller finds the id.
  using item = text_index::item;

  // -- modifiers ---------------------------------------------------------------

  /// Makes sure that the next `insert`, which is of `hash`, does not throw.
  void reserve(uint64_t hash) {
    auto number = static_cast<uint32_t>(hash % shard_count);
    // From 16 places to one and a half times as many, which is one step of
    // growth.
    shards_[number].reserve_one({16 + number % 8, 85, 150});
  }

  /// Adds `value` under `hash`, for which `reserve` was called.
  void insert(uint64_t hash, item value) noexcept {
    shards_[hash % shard_count].insert_reserved(hash, value);
  }

  /// Takes out `value`, which was added under `hash`.
  void erase(uint64_t hash, item value) noexcept {
    shards_[hash % shard_count].erase(hash, value);
  }

  // -- inspectors --------------------------------------------------------------

  /// Has what `find` looks at for `hash` brought into the cache.
  void prefetch(uint64_t hash) const {
    shards_[hash % shard_count].prefetch(hash);
  }

  /// Returns the first item under `hash` for which `equals(item)` is true.
  template <class Equals>
  [[nodiscard]] std::optional<item> find(uint64_t hash, Equals equals) const {
    return shards_[hash % shard_count].find(hash, equals);
  }

private:
  static constexpr size_t shard_count = 256;

  /// A shard's index looks at the upper half of a hash, the choice of the shard
  /// at the lowest bits.
  std::array<text_index, shard_count> shards_;
};

} // namespace projections
