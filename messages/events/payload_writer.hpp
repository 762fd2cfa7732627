// Writes the payload of an event, value by value, as Python's `eventsourcing`
// does. `encode_event` drives it by the fields of the event's type.
#pragma once

#include "projections/messages/events/event_time.hpp"
#include "projections/messages/events/payload_path.hpp"
#include "projections/messages/events/uuid.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace projections {

/// Appends compact JSON in UTF-8. Functions throw `event_format_error` for a
/// value that JSON cannot hold. Not thread-safe.
class payload_writer {
public:
  explicit payload_writer(const event_place& event) : path_(event) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  /// Appends punctuation or a word as it is.
  void write_mark(std::string_view mark) {
    text_ += mark;
  }

  void write_signed(int64_t x);
  void write_unsigned(uint64_t x);

  /// Appends the shortest number that reads back as `x`, which is finite.
  void write_double(double x);

  /// Appends a string; `x` is UTF-8.
  void write_text(std::string_view x);

  void write_uuid(const uuid& x);

  /// Appends a time of the years 1 to 9999.
  void write_time(event_time x);

  /// Appends `x`, which is JSON.
  void write_raw(std::string_view x);

  /// Returns what was written.
  [[nodiscard]] std::string take() {
    return std::move(text_);
  }

  /// Where the writer is, for those who write members and elements.
  [[nodiscard]] payload_path& path() {
    return path_;
  }

private:
  payload_path path_;
  std::string text_;
};

} // namespace projections
