#include "projections/messages/events/uuid.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <cstddef>
#include <stdexcept>

namespace projections {

namespace {

/// Digits of a UUID.
constexpr size_t digits_count = 32;

/// Digits and dashes of a UUID.
constexpr size_t dashed_length = 36;

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
  // The exception for a wrong digit takes longer than parsing does, so most
  // texts that are no UUID end here.
  if (text.size() != dashed_length || text[8] != '-')
    return std::nullopt;
  try {
    auto result = boost::uuids::string_generator{}(text.begin(), text.end());
    // Boost reads capital letters, too.
    if (dashed(result) == text)
      return result;
  } catch (const std::runtime_error&) {
    // It is none.
  }
  return std::nullopt;
}

std::string dashed(const uuid& x) {
  return boost::uuids::to_string(x);
}

} // namespace projections
