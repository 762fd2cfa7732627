// What a load is to be like. The command line makes it, every other part reads
// it.
#pragma once

#include "projections/storage/names/store_name.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace load {

/// The end of the name of the file of views, beside that of the events, because
/// a file of SQLite has one writer at a time.
inline constexpr const char* views_suffix = "-views";

/// The options, and what they are without being given.
struct load_settings {
  size_t projections = 100;

  /// Streams of a projection from each of the two producers. Each is a row of
  /// its view.
  size_t streams = 2;

  /// Events to be appended; 0 for no limit.
  uint64_t events = 0;

  /// The bytes of a payload.
  size_t event_size = 256;

  /// Events a second, by a schedule; 0 for as many as the store takes.
  double rate = 0;

  /// The part of events that is appended twice.
  double duplicates = 0;

  /// The exponent of the law of Zipf by which streams are drawn; 0 for all
  /// alike.
  double skew = 0;

  /// Worker threads of the actor system.
  size_t threads = 2;

  /// Where the events are, and the views beside them.
  std::string backend = "memory:";

  /// How long events are appended, in seconds; 0 for no limit.
  double seconds = 0;

  /// Files for what every interval was like; empty for none.
  std::string csv;
  std::string plot;

  /// Whether every projection folds all events, and not its part of them.
  bool folds_all = false;
};

/// Fills in what depends on what was given: without events or seconds, 100,000
/// events or five seconds, whatever comes first.
void complete(load_settings& x);

/// Says which option has a value that it cannot have, and which values it can;
/// empty if none has.
[[nodiscard]] std::string problem_of(const load_settings& x);

/// Returns the options that shape the load, in one line.
[[nodiscard]] std::string description(const load_settings& x);

/// Returns `x` with as many digits as it needs, as `2.5` or `1000`.
[[nodiscard]] std::string short_number(double x);

} // namespace load
