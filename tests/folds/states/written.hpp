// The text of a text source, as the tests compare it.
#pragma once

#include "projections/messages/text/text_sequence.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace projections::test {

/// Returns what `source` writes, which must be as long as it says.
[[nodiscard]] inline std::string written(const text_source& source) {
  std::string result(source.bytes(), '\0');
  auto end = source.write(result.data());
  BOOST_REQUIRE_EQUAL(end - result.data(), source.bytes());
  return result;
}

} // namespace projections::test
