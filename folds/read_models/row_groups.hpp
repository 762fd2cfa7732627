// The rows of a read model by the value of one field, which many may share.
// Owned by a read model; queries by key go through it.
#pragma once

#include "projections/messages/text/text_index.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace projections {

/// Returns a hash of the value `text` that is equal for values that
/// `are_same_value`.
[[nodiscard]] uint64_t value_hash(std::string_view text);

/// Returns whether two normalised texts hold the same value: objects may have
/// their keys in different order; numbers must be spelled alike.
[[nodiscard]] bool are_same_value(std::string_view x, std::string_view y);

/// Rows in groups of equal values. A group is a ring of rows, of which the
/// index knows one, so that a row enters and leaves in constant time however
/// many share its value. Costs 16 bytes a row and at most 22 a group. The
/// values are not copied; the caller compares them. Not thread-safe.
class row_groups {
public:
  /// A number by which the caller finds the row.
  using item = text_index::item;

  // -- modifiers ---------------------------------------------------------------

  /// Makes room for row `i`, which is in no group yet, behind all others in row
  /// order. If it throws, nothing has changed.
  void add(item i);

  /// Makes sure that the next `join` does not throw, if only `leave` comes
  /// before it.
  void reserve_one() {
    groups_.reserve_one();
  }

  /// Puts row `i` into the group of a row that `find` returned, or into a new
  /// one. `hash` is the hash of its value.
  void join(item i, uint64_t hash, std::optional<item> group);

  /// Takes row `i` out of its group. `hash` is the hash of its value.
  void leave(item i, uint64_t hash);

  // -- inspectors --------------------------------------------------------------

  /// Returns a row of the group whose value has `hash` and for one row of which
  /// `equals(row)` is true.
  template <class Equals>
  [[nodiscard]] std::optional<item> find(uint64_t hash, Equals equals) const {
    return groups_.find(hash, equals);
  }

  /// Returns the rows of the group of row `i`, in row order.
  [[nodiscard]] std::vector<item> members(item i) const;

private:
  /// A row's place in its group and among all rows.
  struct place {
    /// Rises in row order.
    uint64_t sequence = 0;
    /// The neighbours in the ring.
    item before = 0;
    item after = 0;
  };

  /// One row of each group by the hash of its value.
  text_index groups_;

  /// The place of every row.
  std::vector<place> places_;

  uint64_t next_sequence_ = 0;
};

} // namespace projections
