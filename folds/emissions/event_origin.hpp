// Where an emission comes from, as the metadata beside it says. Written when it
// gets its key, and read when another emission is for it.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// Where an event comes from.
struct event_origin {
  /// The id of the event that it was emitted for, as `event_id` has it; empty
  /// for an event that is no emission.
  std::string causation_id = {};

  /// The same for all events of a chain: the id of the first one, or the one
  /// that its metadata says.
  std::string correlation_id = {};

  /// The number of emissions in the chain up to this event.
  uint64_t depth = 0;
};

/// Returns the origin that the metadata of `x` tells: of the members
/// `causation_id`, `correlation_id` (strings) and `depth` (an integer) those
/// that are there. Metadata that is no JSON object tells nothing.
[[nodiscard]] event_origin origin_of(const recorded_event& x);

/// Returns the origin of emissions for `cause`, from the log of
/// `application`.
[[nodiscard]] event_origin origin_behind(const recorded_event& cause,
                                         std::string_view application);

/// Returns `x` as metadata.
[[nodiscard]] std::string metadata_of(const event_origin& x);

} // namespace projections
