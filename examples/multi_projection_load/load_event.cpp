#include "examples/multi_projection_load/load_event.hpp"

#include <charconv>

namespace load {

namespace {

/// Takes `text` off the front of `rest`.
void skip(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text))
    throw bad_payload{"the payload of an event has no " + std::string{text}
                      + " where it should be"};
  rest.remove_prefix(text.size());
}

template <class T>
T take_number(std::string_view& rest) {
  T result = 0;
  auto [end, error]
    = std::from_chars(rest.data(), rest.data() + rest.size(), result);
  if (error != std::errc{})
    throw bad_payload{"the payload of an event has no number where it should "
                      "be"};
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return result;
}

} // namespace

std::string encode(const load_event& event, size_t bytes) {
  std::string result;
  result.reserve(bytes);
  result += R"({"n":)";
  result += std::to_string(event.number);
  result += R"(,"at":)";
  result += std::to_string(event.scheduled_ns);
  result += R"(,"value":)";
  result += std::to_string(event.value);
  result += R"(,"rest":")";
  constexpr std::string_view end = R"("})";
  if (result.size() + end.size() < bytes)
    result.append(bytes - result.size() - end.size(), 'x');
  result += end;
  return result;
}

load_event decode(std::string_view payload) {
  load_event result;
  skip(payload, R"({"n":)");
  result.number = take_number<uint64_t>(payload);
  skip(payload, R"(,"at":)");
  result.scheduled_ns = take_number<int64_t>(payload);
  skip(payload, R"(,"value":)");
  result.value = take_number<uint64_t>(payload);
  skip(payload, R"(,"rest":")");
  return result;
}

} // namespace load
