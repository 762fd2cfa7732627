#include "tests/end_to_end/expected_line.hpp"

#include <algorithm>

namespace projections::test {

namespace {

bool is_hex_digit(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

// Returns where the `*` of a text left open is, or `npos`.
size_t open_text(std::string_view expected) {
  for (std::string_view key : {R"("text": ")", R"("text":")"}) {
    auto begin = expected.find(key);
    if (begin == std::string_view::npos)
      continue;
    auto end = expected.find('"', begin + key.size());
    if (end != std::string_view::npos && expected[end - 1] == '*')
      return end - 1;
  }
  return std::string_view::npos;
}

// Takes what is left of a JSON string from `actual`, but not its final quote.
bool take_text(std::string_view& actual) {
  size_t end = 0;
  while (end < actual.size() && actual[end] != '"')
    end += actual[end] == '\\' ? 2 : 1;
  if (end == 0 || end >= actual.size())
    return false;
  actual.remove_prefix(end);
  return true;
}

std::string shortened(const std::string& line) {
  constexpr size_t shown_max = 2000;
  if (line.size() <= shown_max)
    return line;
  return line.substr(0, shown_max) + "… (" + std::to_string(line.size())
         + " bytes)";
}

} // namespace

bool line_matcher::matches(std::string_view expected, std::string_view actual) {
  auto text = open_text(expected);
  for (size_t at = 0; at < expected.size();) {
    if (at == text) {
      if (!take_text(actual))
        return false;
      ++at;
    } else if (expected.substr(at).starts_with("<hex")) {
      auto end = expected.find('>', at);
      if (!take_digits(expected.substr(at, end - at), actual))
        return false;
      at = end + 1;
    } else if (!actual.empty() && actual.front() == expected[at]) {
      actual.remove_prefix(1);
      ++at;
    } else {
      return false;
    }
  }
  return actual.empty();
}

bool line_matcher::take_digits(std::string_view place,
                               std::string_view& actual) {
  size_t count = place.starts_with("<hex16 ") ? 16 : 8;
  auto digits = actual.substr(0, count);
  if (digits.size() != count || !std::ranges::all_of(digits, is_hex_digit))
    return false;
  actual.remove_prefix(count);
  auto [known, is_new] = digits_of_.try_emplace(std::string{place}, digits);
  auto [owner, is_free] = place_of_.try_emplace(std::string{digits}, place);
  return known->second == digits && owner->second == place;
}

std::string first_difference(const std::vector<std::string>& expected,
                             const std::vector<std::string>& actual) {
  line_matcher matcher;
  auto common = std::min(expected.size(), actual.size());
  for (size_t i = 0; i < common; ++i)
    if (!matcher.matches(expected[i], actual[i]))
      return "reply " + std::to_string(i + 1) + " differs\n  expected: "
             + shortened(expected[i]) + "\n  actual:   " + shortened(actual[i]);
  if (expected.size() > common)
    return "reply " + std::to_string(common + 1)
           + " is missing\n  expected: " + shortened(expected[common]);
  if (actual.size() > common)
    return "reply " + std::to_string(common + 1)
           + " is one too many\n  actual:   " + shortened(actual[common]);
  return {};
}

} // namespace projections::test
