#include "projections/messages/events/uuid.hpp"

#include <boost/uuid/random_generator.hpp>

#include <cstddef>
#include <cstdint>

namespace projections {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Returns the value of the hexadecimal digit `c`, a small letter if it is one;
/// -1 if it is none.
int lower_hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Returns the value of the hexadecimal digit `c`; -1 if it is none.
int hex_value(char c) {
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : lower_hex_value(c);
}

/// Where RFC 9562 has dashes, in bytes that come before.
constexpr bool has_dash_before(size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

} // namespace

uuid random_uuid() {
  return boost::uuids::random_generator{}();
}

std::string hex_of(const uuid& x) {
  std::string result;
  result.reserve(2 * x.size());
  for (uint8_t byte : x) {
    result += hex_digits[byte >> 4];
    result += hex_digits[byte & 15];
  }
  return result;
}

std::optional<uuid> uuid_of(std::string_view text) {
  uuid result{};
  if (text.size() != 2 * result.size())
    return std::nullopt;
  auto digit = text.begin();
  for (auto& byte : result) {
    auto high = hex_value(*digit++);
    auto low = hex_value(*digit++);
    if (high < 0 || low < 0)
      return std::nullopt;
    byte = static_cast<uint8_t>(high * 16 + low);
  }
  return result;
}

std::optional<uuid> uuid_of_dashed(std::string_view text) {
  uuid result{};
  if (text.size() != 36)
    return std::nullopt;
  auto next = text.begin();
  for (size_t i = 0; i < result.size(); ++i) {
    if (has_dash_before(i) && *next++ != '-')
      return std::nullopt;
    auto high = lower_hex_value(*next++);
    auto low = lower_hex_value(*next++);
    if (high < 0 || low < 0)
      return std::nullopt;
    result.data[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return result;
}

std::string dashed(const uuid& x) {
  std::string result;
  result.reserve(36);
  for (size_t i = 0; i < x.size(); ++i) {
    if (has_dash_before(i))
      result += '-';
    result += hex_digits[x.data[i] >> 4];
    result += hex_digits[x.data[i] & 15];
  }
  return result;
}

} // namespace projections
