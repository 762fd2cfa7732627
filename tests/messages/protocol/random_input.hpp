// Random input of the node for property tests: requests of all types, with
// fields that are wrong or missing, damaged here and there.
#pragma once

#include "tests/random_json.hpp"

#include <string>

namespace projections::test {

/// Returns an object that is a request, more or less. It begins with `{ `.
[[nodiscard]] std::string random_request(random_json& random);

/// Returns `text` with a few bytes changed, taken out or doubled, though none
/// of the first two.
[[nodiscard]] std::string damaged(std::string text, random_json& random);

/// Returns lines of requests, damaged ones, and all that confuses framing.
[[nodiscard]] std::string random_input(random_json& random);

} // namespace projections::test
