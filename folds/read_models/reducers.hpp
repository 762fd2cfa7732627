// How a field of a row follows from the values that events bring for it. Used
// by the rows of read models.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// What is made of the values of a field.
enum class reducer : uint8_t {
  /// The number of events, whatever they bring.
  count,
  /// The value of the first event that had one.
  first,
  /// The value of the last event that had one.
  last,
  /// The smallest number, or the string that comes first by its bytes.
  min,
  /// The largest number, or the string that comes last by its bytes.
  max,
  /// The sum of the numbers.
  sum,
};

/// Appends to `out` what becomes of a field that holds `held` (empty: nothing
/// yet) when an event brings `value` (empty: nothing) for it. Returns false,
/// and appends nothing, if the field stays without a value. All are normalised
/// text.
///
/// Numbers that are written as integers are exact at any length. Any other is a
/// double, and so is what it is compared with or added to; a sum that leaves
/// their range stays at the largest one. `min` and `max` compare numbers with
/// numbers and strings with strings, and ignore what is of another kind than
/// the field; of equal values the earlier spelling stays. `count` and `sum`
/// leave a field alone that holds no number.
bool append_reduced(std::string& out, reducer how, std::string_view held,
                    std::string_view value);

} // namespace projections
