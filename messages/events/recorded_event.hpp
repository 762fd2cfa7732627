// What is said to and by event stores: events before and after they are
// recorded, appends and their outcomes, parts of the log. Everything between an
// application and a projection speaks of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace projections {

/// The place of an event in the whole log of a store, from 1. Positions
/// strictly increase in the order in which events become visible; they may have
/// gaps, and a gap is never filled later.
using log_position = int64_t;

/// Stands in front of every event.
inline constexpr log_position log_start = 0;

/// The place of an event in its stream, from 1 and without gaps. 0 is the
/// version of a stream that does not exist.
using stream_version = int64_t;

/// The version that a stream must have for an append to be taken; nothing for
/// any.
using expected_version = std::optional<stream_version>;

/// The stream may have any version.
inline constexpr expected_version any_version = std::nullopt;

/// The stream must not exist.
inline constexpr expected_version no_stream = stream_version{0};

/// A fact that has not been recorded yet.
struct new_event {
  /// The registered name of its type.
  std::string topic;

  /// Its data as JSON text, in UTF-8.
  std::string payload;

  /// The name under which it can be recorded only once; empty for none.
  std::string idempotency_key = {};

  /// What is recorded beside it, as JSON text; empty for nothing.
  std::string metadata = {};
};

/// A fact as it was recorded.
struct recorded_event {
  log_position position = log_start;

  /// The stream and the event's place in it.
  std::string stream;
  stream_version version = 0;

  /// As in `new_event`.
  std::string topic;
  std::string payload;
  std::string metadata = {};
};

/// Events for one stream, recorded together or not at all.
struct append_request {
  std::string stream;
  expected_version expected = any_version;

  /// At least one.
  std::vector<new_event> events;

  /// Whether this is taken only together with the request before it, and that
  /// one only together with this. Says nothing in the first request.
  bool atomic_with_previous = false;
};

/// Why an append was refused.
enum class append_error : uint8_t {
  none,
  /// The stream has another version than was expected.
  wrong_expected_version,
  /// The idempotency key of one of the events is in the store already, or twice
  /// in the request.
  key_exists,
  /// Another request was refused that goes together with this one.
  refused_together,
  /// There is no event, or a name that is missing or no text, or a payload that
  /// is too large.
  malformed,
};

/// What became of an `append_request`.
struct append_outcome {
  append_error error = append_error::none;

  /// Where the events are, one for each; empty if it was refused.
  std::vector<log_position> positions;

  /// The version of the stream: after the append, or as it was found; 0 where
  /// it was not looked for.
  stream_version version = 0;

  /// What is wrong, with the stream and the values; empty if nothing is.
  std::string problem;
};

/// A part of the log.
struct log_slice {
  /// The events asked for, in the order of their positions.
  std::vector<recorded_event> events;

  /// Everything up to here was looked at: where to read on.
  log_position read_to = log_start;

  /// Whether there was nothing more when it was read.
  bool at_head = false;
};

} // namespace projections
