#include "projections/folds/emissions/event_origin.hpp"

#include "projections/folds/emissions/event_id.hpp"
#include "projections/messages/json/json_scanner.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/number_text.hpp"

#include <cstdint>

namespace projections {

namespace {

event_origin read(std::string_view metadata) {
  event_origin result;
  json_scanner from{metadata};
  if (from.peek() != '{')
    return result;
  from.enter();
  std::string_view key;
  while (from.next_member(key)) {
    std::string name{key};
    auto is_string = from.peek() == '"';
    if (name == "causation_id" && is_string)
      result.causation_id = from.take_string();
    else if (name == "correlation_id" && is_string)
      result.correlation_id = from.take_string();
    else if (name == "depth")
      result.depth = parsed_number<uint64_t>(from.take_any()).value_or(0);
    else
      from.take_any();
  }
  from.finish();
  return result;
}

} // namespace

event_origin origin_of(const recorded_event& x) {
  if (x.metadata.empty())
    return {};
  try {
    return read(x.metadata);
  } catch (const json_syntax_error&) {
    // Whoever wrote it meant something else.
    return {};
  }
}

event_origin origin_behind(const recorded_event& cause,
                           std::string_view application) {
  auto result = origin_of(cause);
  result.causation_id = event_id(application, cause.stream, cause.version);
  if (result.correlation_id.empty())
    result.correlation_id = result.causation_id;
  // What others have written there may be the greatest number.
  if (result.depth < UINT64_MAX)
    ++result.depth;
  return result;
}

std::string metadata_of(const event_origin& x) {
  return R"({"causation_id":")" + escaped(x.causation_id)
         + R"(","correlation_id":")" + escaped(x.correlation_id)
         + R"(","depth":)" + std::to_string(x.depth) + '}';
}

} // namespace projections
