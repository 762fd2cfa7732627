#include "projections/messages/events/uuid.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <cstddef>
#include <cstdint>

namespace projections {

namespace {

/// Digits of a UUID.
constexpr size_t digits_count = 32;

/// Digits and dashes of a UUID.
constexpr size_t dashed_length = 36;

/// Returns the value of the hexadecimal digit `c`, a small letter if it is one;
/// -1 if it is none.
int lower_hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

uuid random_uuid() {
  return boost::uuids::random_generator{}();
}

std::string hex_of(const uuid& x) {
  std::string result(digits_count, '0');
  boost::algorithm::hex_lower(x.begin(), x.end(), result.begin());
  return result;
}

std::optional<uuid> uuid_of(std::string_view text) {
  uuid result{};
  if (text.size() != digits_count)
    return std::nullopt;
  try {
    boost::algorithm::unhex(text.begin(), text.end(), result.begin());
  } catch (const boost::algorithm::hex_decode_error&) {
    return std::nullopt;
  }
  return result;
}

std::optional<uuid> uuid_of_dashed(std::string_view text) {
  // The key of every emission goes through here; Boost's string_generator takes
  // four times as long.
  if (text.size() != dashed_length)
    return std::nullopt;
  uuid result{};
  auto next = text.begin();
  for (size_t i = 0; i < result.size(); ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && *next++ != '-')
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
  return boost::uuids::to_string(x);
}

} // namespace projections
