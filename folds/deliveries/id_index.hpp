// A hash index that grows in small steps and never needs much more memory than
// its content. The set of processed ids, which may hold millions, uses it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace projections {

/// From hashes to numbers, by open addressing over pairs of hash tag and
/// number, 8 bytes a place. Hashes are spread over shards that grow one at a
/// time by half when 17 of 20 places are taken. The shards begin at different
/// sizes, so that they are never all just grown: about 12 bytes an entry at
/// every size, without a peak and without a long pause. Not thread-safe. Hashes
/// must be uniform.
class id_index {
public:
  /// A number by which the caller finds the id.
  using item = uint32_t;

  // -- modifiers ---------------------------------------------------------------

  /// Makes sure that the next `insert`, which is of `hash`, does not throw.
  void reserve(uint64_t hash);

  /// Adds `value` under `hash`, for which `reserve` was called.
  void insert(uint64_t hash, item value) noexcept;

  /// Takes out `value`, which was added under `hash`.
  void erase(uint64_t hash, item value) noexcept;

  // -- inspectors --------------------------------------------------------------

  /// Has what `find` looks at for `hash` brought into the cache.
  void prefetch(uint64_t hash) const {
    auto& in = shards_[shard_of(hash)];
    __builtin_prefetch(in.places.get() + in.home(tag_of(hash)));
  }

  /// Returns the first item under `hash` for which `equals(item)` is true.
  template <class Equals>
  [[nodiscard]] std::optional<item> find(uint64_t hash, Equals equals) const {
    auto& in = shards_[shard_of(hash)];
    if (in.capacity == 0)
      return std::nullopt;
    auto tag = tag_of(hash);
    for (auto i = in.home(tag); in.places[i].tag != 0; i = in.next(i))
      if (in.places[i].tag == tag && equals(in.places[i].value))
        return in.places[i].value;
    return std::nullopt;
  }

private:
  static constexpr size_t shard_count = 256;

  /// One place of a table.
  struct place {
    /// What is kept of the hash; 0 in a free place.
    uint32_t tag = 0;
    item value = 0;
  };

  /// One table.
  struct shard {
    std::unique_ptr<place[]> places;
    uint32_t capacity = 0;
    uint32_t size = 0;

    /// Where a tag is looked for first. Only the tag counts, so that a place
    /// can be moved without the hash.
    uint32_t home(uint32_t tag) const {
      return static_cast<uint32_t>(uint64_t{tag} * capacity >> 32);
    }

    uint32_t next(uint32_t i) const {
      return i + 1 == capacity ? 0 : i + 1;
    }

    void put(place x) noexcept;
  };

  static size_t shard_of(uint64_t hash) {
    return hash % shard_count;
  }

  static uint32_t tag_of(uint64_t hash) {
    return static_cast<uint32_t>(hash >> 32) | 1;
  }

  std::array<shard, shard_count> shards_;
};

} // namespace projections
