// Reads replies that a `reply_encoder` has written. Used by the front actor,
// which makes typed answers of them.
#pragma once

#include "projections/messages/json/json_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Takes the fields of a reply in the order in which the protocol has them, so
/// that nothing is searched and a state at the end is not even looked at. A
/// field that is not next is as if absent, and stays for later. Checks nothing.
class reply_reader {
public:
  /// `reply` is an object in normalised text, with the line break at its end or
  /// without; it must outlive the reader.
  explicit reply_reader(std::string_view reply);

  // -- modifiers ---------------------------------------------------------------

  /// Takes the field `key` and returns its text; empty if it is absent.
  std::string_view take(std::string_view key);

  /// The same for a field that is the last one, however long it is.
  std::string_view take_last(std::string_view key);

  /// Takes a string and returns what it means; empty if it is absent.
  std::string take_string(std::string_view key);

  /// Takes an array of strings.
  std::vector<std::string> take_strings(std::string_view key);

  /// Takes a number; 0 if it is absent.
  uint64_t take_number(std::string_view key);

private:
  bool take_key(std::string_view key);

  /// What is left between the brackets.
  std::string_view rest_;
};

} // namespace projections
