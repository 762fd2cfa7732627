// Ids that follow from what they stand for, so that whoever computes one again
// gets the same. Emissions get their keys and origins from here.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace projections {

// Both are UUIDs of version 5 (RFC 9562) in the namespace
// 4773e92c-11d2-519c-97ed-076ea6cc547b, written with dashes in lower case. What
// is hashed is a JSON array in UTF-8 without spaces, where strings have the
// escapes that they need and no others (as RFC 8785 has it). Positions are not
// among it: they change when a store is copied.

/// Returns the idempotency key of the emission number `index`, from 0, of
/// `projection` for the event at `version` of `stream` in the log of
/// `application`: the id of `[projection, application, stream, version,
/// index]`.
[[nodiscard]] std::string emission_key(std::string_view projection,
                                       std::string_view application,
                                       std::string_view stream,
                                       stream_version version, size_t index);

/// Returns the id of the event at `version` of `stream` in the log of
/// `application`: that of `[application, stream, version]`.
[[nodiscard]] std::string event_id(std::string_view application,
                                   std::string_view stream,
                                   stream_version version);

} // namespace projections
