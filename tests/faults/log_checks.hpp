// What must hold for the log of a store and for a view of it, whatever has
// happened to them. Used by the tests of faults.
#pragma once

#include "projections/storage/log/event_store.hpp"
#include "tests/contract/backends.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace projections::test {

/// What the event counters view holds, and of which events.
struct counted_events {
  log_position position = log_start;
  int64_t created = 0;
  int64_t subsequent = 0;

  bool operator==(const counted_events&) const = default;
};

/// Shows `x` in a failed check.
std::ostream& operator<<(std::ostream& to, const counted_events& x);

/// Returns all events of `store`.
std::vector<recorded_event> whole_log(event_store& store);

/// Returns what is wrong with the order of `log`: positions that do not rise,
/// or a stream whose versions have a gap; empty if nothing is.
std::string disorder_of(const std::vector<recorded_event>& log);

/// Returns what `view` holds for application `upstream`, read in one
/// transaction.
counted_events content_of(event_counters_view& view);

/// Returns what a view holds that has folded `log` up to `position`.
counted_events fold_of(const std::vector<recorded_event>& log,
                       log_position position);

/// Returns the position of the last event of `log`.
log_position last_position(const std::vector<recorded_event>& log);

} // namespace projections::test
