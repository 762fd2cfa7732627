#include "projections/messages/events/event_error.hpp"

namespace projections {

namespace {

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

std::string unknown(const event_place& place, std::string_view hint) {
  auto result = "unknown topic: " + describe(place);
  if (!hint.empty())
    result.append("; ").append(hint);
  return result;
}

} // namespace

std::string describe(const event_place& place) {
  if (place.position == 0)
    return "new event " + quoted(place.topic);
  return "event " + quoted(place.topic) + " at position "
         + std::to_string(place.position) + " (version "
         + std::to_string(place.version) + " of stream " + quoted(place.stream)
         + ")";
}

unknown_topic::unknown_topic(const event_place& place, std::string_view hint)
  : std::runtime_error(unknown(place, hint)), topic_(place.topic) {
  // nop
}

} // namespace projections
