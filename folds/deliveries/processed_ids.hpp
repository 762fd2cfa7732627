// Which events were processed already. Owned by the projector, asked before
// every event.
#pragma once

#include "projections/folds/deliveries/id_index.hpp"
#include "projections/messages/text/sip_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace projections {

/// How an event id was taken.
enum class id_use : uint8_t {
  /// Not at all, or it has left the window.
  unknown,
  /// By an event that had an id of its own.
  own,
  /// By an event without one, whose id was derived.
  derived,
};

/// The place of an id in the order of insertion. Wraps around, and so must
/// differences of it.
using id_number = id_index::item;

/// What is known of an event id.
struct id_record {
  id_use use = id_use::unknown;

  /// Its place; later ids have greater ones. Derived ids take two.
  id_number number = 0;

  /// For a derived id: the content of the event that took it.
  hash_128 content;
};

/// The set of processed event ids, kept as keyed hashes: about 29 bytes an own
/// id and 45 a derived one, whatever its length, at every size from a million
/// on and with a window too. The hash is SipHash with a random key, a
/// pseudo-random function of which 127 bits are kept: no choice of ids makes
/// two of them share a hash, and ten billion do with a chance below 1e-18.
/// Holds up to four billion hashes, two for a derived id. Not thread-safe; one
/// projector owns it. A modifier that throws (`std::bad_alloc`, or
/// `std::length_error` when it is full) has changed nothing.
class processed_ids {
public:
  /// Keeps every id if `window` is 0, else the newest `window` ids.
  explicit processed_ids(size_t window = 0);

  // -- modifiers ---------------------------------------------------------------

  /// Adds `id`, which an event brought along. Returns false, and changes
  /// nothing, if it was there already.
  bool insert(std::string_view id) {
    return insert(hash_of(id));
  }

  /// The same for an id that was hashed already.
  bool insert(hash_128 id) {
    return add(id, nullptr);
  }

  /// Adds `id`, which was derived for an event of `content`. Returns false, and
  /// changes nothing, if it was there already.
  bool insert_derived(std::string_view id, hash_128 content) {
    return insert_derived(hash_of(id), content);
  }

  /// The same for an id that was hashed already.
  bool insert_derived(hash_128 id, hash_128 content) {
    return add(id, &content);
  }

  /// Takes out the id at `number`, which was inserted and has not left the
  /// window, as if its event had never come.
  void forget(id_number number) noexcept;

  // -- inspectors --------------------------------------------------------------

  /// Returns the place that the next id gets.
  [[nodiscard]] id_number next_number() const {
    return first_number_ + static_cast<id_number>(hashes_.size());
  }

  /// Returns the hash by which this set knows `id`.
  [[nodiscard]] hash_128 hash_of(std::string_view id) const;

  /// Has what `find` looks at for `id` brought into the cache.
  void prefetch(hash_128 id) const {
    index_.prefetch(id.high);
  }

  /// Returns how `id` was taken.
  [[nodiscard]] id_record find(std::string_view id) const {
    return find(hash_of(id));
  }

  /// The same for an id that was hashed already.
  [[nodiscard]] id_record find(hash_128 id) const;

  /// Returns whether `id` was inserted and has not left the window.
  [[nodiscard]] bool contains(std::string_view id) const {
    return find(id).use != id_use::unknown;
  }

  /// Returns how many ids there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

private:
  bool add(hash_128 id, const hash_128* content);
  void forget_oldest() noexcept;
  bool holds(id_number number, hash_128 id) const;
  size_t place_of(id_number number) const;

  hash_key key_;

  /// How many ids are kept; 0 for all.
  size_t window_;

  size_t size_ = 0;

  /// The ids' hashes in order of insertion. The lowest bit of `low` says
  /// whether the id is a derived one; then its content follows. Small blocks
  /// that are given back in front make this the window, too.
  std::deque<hash_128> hashes_;

  /// The running number of the first of `hashes_`; numbers wrap around.
  id_number first_number_ = 0;

  /// From the hash of an id to the running number of its place.
  id_index index_;
};

} // namespace projections
