// Reads the payload of an event, value by value, in the types that fields have.
// `decode_event` drives it by the fields of the event's type.
#pragma once

#include "projections/messages/events/event_time.hpp"
#include "projections/messages/events/payload_path.hpp"
#include "projections/messages/events/uuid.hpp"
#include "projections/messages/json/json_scanner.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// Walks once through a payload. Functions throw `event_format_error` for a
/// value of another type or range than asked for, and `json_syntax_error` for
/// text that is not JSON, which `fail_syntax` puts into words. Not thread-safe;
/// the payload must outlive it.
class payload_reader {
public:
  payload_reader(const event_place& event, std::string_view payload)
    : path_(event), json_(payload), payload_(payload) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  bool read_bool();

  /// Takes an integer from `min` to `max`, written without fraction and
  /// exponent.
  int64_t read_signed(int64_t min, int64_t max);

  /// Takes an integer from 0 to `max`.
  uint64_t read_unsigned(uint64_t max);

  /// Takes a number and returns the nearest double.
  double read_double();

  /// Takes a string; what is returned is valid until the next call.
  std::string_view read_text();

  /// Takes `{"_type_":"uuid_hex","_data_":"<32 digits>"}`.
  uuid read_uuid();

  /// Takes `{"_type_":"datetime_iso","_data_":"<date and time>"}`.
  event_time read_time();

  /// Takes any value and returns its text in the payload.
  std::string_view read_any() {
    return json_.take_any();
  }

  /// Takes `null` if it is next. Returns whether it was.
  bool read_null();

  /// Enters the object that is next; `next_member` walks through it.
  void enter_object();

  /// As in `json_scanner`.
  bool next_member(std::string_view& key, std::string_view likely = {}) {
    return json_.next_member(key, likely);
  }

  /// Enters the array that is next; `next_element` walks through it.
  void enter_array();

  bool next_element() {
    return json_.next_element();
  }

  /// Checks that nothing follows the value.
  void finish() {
    json_.finish();
  }

  /// Where the reader is, for those who read members and elements.
  [[nodiscard]] payload_path& path() {
    return path_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Throws an `event_format_error` that says why the payload is not JSON.
  [[noreturn]] void fail_syntax(const json_syntax_error& why) const;

private:
  template <class T>
  T read_integer(T min, T max);
  [[noreturn]] void fail_expected(std::string_view expected);
  [[noreturn]] void fail_found(std::string_view expected,
                               std::string_view found) const;
  std::string_view read_tagged(std::string_view type, std::string_view meaning);

  payload_path path_;
  json_scanner json_;
  std::string_view payload_;

  /// What `read_tagged` returns where it cannot return a part of the payload.
  std::string tagged_;
};

} // namespace projections
