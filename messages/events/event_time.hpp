// Points in time as events carry them. Used by the codec of events and by
// aggregates, which say when an event happened.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// A point in time in microseconds since the epoch, in UTC.
using event_time = std::chrono::sys_time<std::chrono::microseconds>;

/// Returns the time of the system's clock.
[[nodiscard]] event_time current_time();

/// Returns `x` as Python's `datetime.isoformat` writes it:
/// `2026-01-02T03:04:05.000006+00:00`, without the fraction where it is 0.
/// Returns nothing for a time outside of the years 1 to 9999, which has no such
/// form.
[[nodiscard]] std::optional<std::string> iso_of(event_time x);

/// Returns the time that `text` stands for: a date, a `T` or a space, a time of
/// day with up to six digits of a fraction, and an offset (`Z`, or hours,
/// minutes and perhaps seconds after a sign). Returns nothing for any other
/// text; a time without an offset is one that could be anywhere.
[[nodiscard]] std::optional<event_time> time_of(std::string_view text);

} // namespace projections
