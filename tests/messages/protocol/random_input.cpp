#include "tests/messages/protocol/random_input.hpp"

#include <iterator>
#include <string_view>
#include <vector>

namespace projections::test {

namespace {

using namespace std::string_view_literals;

template <size_t N>
std::string one_of(random_json& random, const std::string_view (&texts)[N]) {
  return std::string{texts[random.below(N)]};
}

/// Returns `usual` mostly, and any value otherwise.
std::string mostly(random_json& random, std::string usual) {
  return random.below(6) == 0 ? random.value(2) : usual;
}

std::string random_event(random_json& random) {
  if (random.below(8) == 0)
    return random.value(2);
  std::string result{"{"};
  auto field = [&](std::string_view name, const std::string& value) {
    if (result.size() > 1)
      result += ", ";
    result += '"';
    result += name;
    result += "\": " + value;
  };
  if (random.below(8) != 0)
    field(one_of(random, {"event_type"sv, "type"sv, "eventType"sv}),
          mostly(random, "\"T\""));
  if (random.below(8) != 0)
    field(one_of(random, {"event_data"sv, "payload"sv}), random.value(3));
  if (random.below(3) == 0)
    field(one_of(random, {"event_id"sv, "id"sv}), mostly(random, "\"e-1\""));
  if (random.below(4) == 0)
    field("event_data", random.value(2));
  return result + "}";
}

std::string random_events(random_json& random) {
  std::string result{"["};
  for (auto left = random.below(4); left > 0; --left)
    result += random_event(random) + (left > 1 ? "," : "");
  return result + "]";
}

} // namespace

std::string random_request(random_json& random) {
  auto type
    = one_of(random, {"create"sv, "update"sv, "rebuild"sv, "query"sv, "list"sv,
                      "delete"sv, "subscribe"sv, "unsubscribe"sv, "event"sv,
                      "read_model"sv, "init"sv, "other"sv});
  auto result = R"({ "type": )" + mostly(random, '"' + type + '"');
  auto field = [&](std::string_view name, const std::string& value) {
    // Mostly present, and twice now and then.
    for (auto times = random.below(8) == 0 ? random.below(3) : 1; times > 0;
         --times) {
      result += ", \"";
      result += name;
      result += "\": " + value;
    }
  };
  field("msg_id", mostly(random, random.number()));
  field("name", mostly(random, "\"n\""));
  field("projection", mostly(random, "\"p\""));
  field("event", random_event(random));
  if (random.below(2) == 0)
    field("events", mostly(random, random_events(random)));
  if (random.below(3) == 0)
    field("initial_state", random.value(3));
  if (random.below(3) == 0)
    field("key", random.value(2));
  if (random.below(3) == 0)
    field("event_types", mostly(random, R"(["T", "U"])"));
  if (random.below(3) == 0)
    field("min_version", mostly(random, "2"));
  if (random.below(3) == 0)
    field("timeout_ms", mostly(random, "50"));
  if (random.below(3) == 0)
    field("include_state", mostly(random, "false"));
  if (random.below(3) == 0)
    field("unknown", random.value(3));
  if (random.below(12) == 0)
    field("in_reply_to", "3");
  result += "}";
  if (random.below(3) == 0)
    result = R"({ "src": "c1", "dest": )" + mostly(random, "\"n1\"")
             + R"(, "body": )" + mostly(random, result) + "}";
  return result;
}

std::string damaged(std::string text, random_json& random) {
  for (auto left = 1 + random.below(2); left > 0 && text.size() > 3; --left) {
    auto place = 2 + random.below(text.size() - 2);
    switch (random.below(4)) {
      case 0:
        text[place] = static_cast<char>(' ' + random.below(95));
        break;
      case 1:
        text.erase(place, 1 + random.below(3));
        break;
      case 2:
        text.insert(place, text.substr(place / 2, random.below(5)));
        break;
      default:
        text.resize(place);
    }
  }
  return text;
}

std::string random_input(random_json& random) {
  static constexpr std::string_view odds[]
    = {"\n",
       "\r\n",
       " ",
       "\t\n ",
       "{",
       "}",
       "[",
       "]",
       "\"",
       ":",
       ",",
       "\n{",
       "1",
       "-",
       "tru",
       "true",
       "\\",
       "\\u00",
       "\"\xE4",
       "\xF0\x9F",
       "\"\xF0\"\n",
       "\"\\uD800\"",
       "1e400",
       "[[[[",
       R"({"a")",
       R"(: 1)",
       "\xC3\xA9",
       R"({"type": "list"})",
       "\"\\\n",
       R"({"type": "list", "msg_id": 1})",
       std::string_view{"\0", 1}};
  std::string result;
  for (auto left = 1 + random.below(12); left > 0; --left) {
    switch (random.below(6)) {
      case 0:
        result += random_request(random);
        break;
      case 1:
        result += damaged(random_request(random), random);
        break;
      case 2:
        result += random.value(3);
        break;
      default:
        result += odds[random.below(std::size(odds))];
        continue;
    }
    if (random.below(4) != 0)
      result += '\n';
  }
  return result;
}

} // namespace projections::test
