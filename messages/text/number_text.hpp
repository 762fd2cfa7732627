// Numbers as text, without a locale. Used by payloads and reducers.
#pragma once

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace projections {

/// Returns the number that all of `text` is, if it is one that a `T` can hold.
template <class T>
[[nodiscard]] std::optional<T> parsed_number(std::string_view text) {
  T result{};
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return result;
}

/// Appends the shortest text of `x` from which the same number is parsed.
template <class T>
void append_number(std::string& out, T x) {
  // No integer of 64 bits and no double has a longer one.
  std::array<char, 32> digits;
  out.append(
    digits.data(),
    std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr);
}

} // namespace projections
