// Who has read a log lately, and where. The log reader decides by it what is
// worth doing for many at once.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>

namespace projections {

/// Knows readers by the ids of their actors, which are not used twice.
/// Remembers a few thousand requests. Not thread-safe.
class recent_readers {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Notes that `reader` has asked.
  void note(uint64_t reader);

  /// Notes that more of the log has to be read because `reader` wants what
  /// comes after `after`.
  void note_behind(uint64_t reader, log_position after);

  // -- inspectors --------------------------------------------------------------

  /// Returns how many requests there were.
  [[nodiscard]] uint64_t requests() const {
    return requests_;
  }

  /// Returns whether so few readers ask that each can be told everything.
  [[nodiscard]] bool are_few() const;

  /// Returns whether nobody else than `reader` was behind near `after` lately.
  [[nodiscard]] bool is_alone(uint64_t reader, log_position after) const;

private:
  struct request {
    std::optional<uint64_t> reader;
    log_position after = log_start;
  };

  uint64_t requests_ = 0;

  /// Who has asked since the readers were counted last, and how many there were
  /// then.
  std::unordered_set<uint64_t> readers_;
  size_t readers_before_ = 0;

  /// The last ones that were behind; `next_` is the oldest.
  std::array<request, 16> behind_;
  size_t next_ = 0;
};

/// Positions that are closer together than this count as the same place.
inline constexpr log_position near_by = 65'536;

} // namespace projections
