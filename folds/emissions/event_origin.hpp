// What is recorded beside an event with which a projection has answered another
// one: where it comes from.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// Where an event comes from.
struct event_origin {
  /// The id of the event that was answered, as `event_id` has it; empty if none
  /// was.
  std::string causation_id = {};

  /// What all events have in common that go back to the same one: the id of
  /// that, or what its metadata says.
  std::string correlation_id = {};

  /// How many events were answered in a row to get here.
  uint64_t depth = 0;
};

/// Returns the origin that the metadata of `x` tells: of the members
/// `causation_id`, `correlation_id` (strings) and `depth` (an integer) those
/// that are there. Metadata that is no JSON object tells nothing.
[[nodiscard]] event_origin origin_of(const recorded_event& x);

/// Returns the origin of events that answer `source`, from the log of
/// `application`.
[[nodiscard]] event_origin origin_behind(const recorded_event& source,
                                         std::string_view application);

/// Returns `x` as metadata.
[[nodiscard]] std::string metadata_of(const event_origin& x);

} // namespace projections
