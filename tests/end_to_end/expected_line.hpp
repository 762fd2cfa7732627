// Compares replies with expected ones in which a few places are left open.
// Used wherever an end-to-end test compares lines.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// Compares lines byte for byte but for these places of the expected line:
/// - a `text` that ends in `*` allows any non-empty rest of that text, since
///   the protocol fixes the wording of few errors;
/// - `<hex16 NAME>` and `<hex8 NAME>` stand for 16 and 8 lower-case hex digits.
///   Equal names stand for equal digits and different names for different
///   ones, as long as the matcher lives.
class line_matcher {
public:
  /// Returns whether `actual` is what `expected` describes.
  bool matches(std::string_view expected, std::string_view actual);

private:
  bool take_digits(std::string_view place, std::string_view& actual);

  // From a place to its digits, and back.
  std::map<std::string, std::string, std::less<>> digits_of_;
  std::map<std::string, std::string, std::less<>> place_of_;
};

/// Returns an empty string if `actual` matches `expected` line by line, else a
/// description of the first difference.
std::string first_difference(const std::vector<std::string>& expected,
                             const std::vector<std::string>& actual);

} // namespace projections::test
