// Random event data for states: objects with ids that meet again, patches that
// add, change and remove members, and some that make an object large.
#pragma once

#include "projections/messages/json/json_normaliser.hpp"
#include "tests/random_json.hpp"

#include <string>

namespace projections::test {

/// Returns the normalised text of one event's data.
[[nodiscard]] inline std::string random_event_data(random_json& random,
                                                   json_style style) {
  if (random.below(8) == 0)
    return normalise(random.value(3), style);
  std::string result{"{"};
  auto add = [&result](const std::string& member) {
    result += (result.size() > 1 ? ", " : "") + member;
  };
  if (random.below(4) != 0)
    add(R"("id": )" + std::to_string(random.below(6)));
  for (auto left = random.below(5); left > 0; --left)
    add(random.member(2));
  if (random.below(10) == 0)
    add(R"("text": ")" + std::string(3000, 'x') + '"');
  if (random.below(10) == 0)
    add(R"("inner": {"text": ")" + std::string(2500, 'y') + R"(", "n": )"
        + random.value(1) + "}");
  if (random.below(10) == 0)
    add(R"("inner": {)" + random.member(1) + "}");
  if (random.below(20) == 0)
    add(R"("inner": null)");
  return normalise(result + "}", style);
}

} // namespace projections::test
