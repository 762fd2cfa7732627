#include "bench/load/load_payload.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace load {

namespace {

/// Takes `text` off the front of `rest`.
void skip(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text))
    throw bad_payload{"the payload of an event has no " + std::string{text}
                      + " where it should be"};
  rest.remove_prefix(text.size());
}

int64_t take_number(std::string_view& rest) {
  int64_t result = 0;
  auto [end, error]
    = std::from_chars(rest.data(), rest.data() + rest.size(), result);
  if (error != std::errc{})
    throw bad_payload{"the payload of an event has no number where it should "
                      "be"};
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return result;
}

} // namespace

std::string encode_payload(const load_event& event, size_t bytes) {
  constexpr std::string_view end = R"("})";
  std::string result;
  result.reserve(bytes);
  result += R"({"n":)";
  result += std::to_string(event.number);
  result += R"(,"at":)";
  result += std::to_string(event.due_ns);
  result += R"(,"value":)";
  result += std::to_string(event.value);
  result += R"(,"rest":")";
  result.resize(bytes - end.size(), 'x');
  result += end;
  return result;
}

load_event decode_front(std::string_view payload) {
  load_event result;
  skip(payload, R"({"n":)");
  result.number = take_number(payload);
  skip(payload, R"(,"at":)");
  result.due_ns = take_number(payload);
  skip(payload, R"(,"value":)");
  result.value = take_number(payload);
  skip(payload, R"(,"rest":")");
  return result;
}

} // namespace load
