#include "tests/end_to_end/random_requests.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace projections::test {

namespace {

using choices = std::vector<std::string_view>;

const choices names{"user-listing", "p", "naïve", "a\"b\\c\n", "😀", "P",
                    "\x01"};
const choices event_type_names{"UserCreated", "UserUpdated", "UserDeleted",
                               "CommitMade",  "AuthorSeen",  "AuthorLeft",
                               "Other",       "Ünlisted"};
const choices entities{"user-1", "user-2", "a-b-3", "plain", "user-", "1", "é"};
const choices event_ids{"e1", "e2",    "e3",    "e4",        "e5",
                        "e6", "evt-1", "evt-2", "evt-plain", "ü\t"};
const choices keys{"id", "name", "email", "tags", "n", "", "é", "a\"b"};
const choices texts{"",      "Ada",        "x y",      "é",       "😀",
                    "\"\\/", "\n\t\b\f\r", "\x1f\x7f", ": , [ {", "user-1"};
const choices numbers{"0",     "-0",
                      "1",     "1.0",
                      "1.10",  "1E5",
                      "1e+5",  "-7",
                      "0.000", "5e-3",
                      "1e308", "-0.0e0",
                      "10",    "123456789012345678901234567890"};
const choices bad_lines{"}",
                        "]",
                        ":",
                        "x",
                        "\"text\"",
                        "17",
                        "nul",
                        "\xff",
                        "{\"type\": \"\xc0\x80\"}",
                        "{\"type\": \"list\", \"x\": \"\xed\xa0\x80\"}",
                        "{\"type\": \"list\", \"x\": \"\\uDC00\"}",
                        "{\"type\": \"list\", \"x\": 1e400}",
                        "{\"type\": \"list\", \"x\": 01}",
                        "{\"type\": \"list\",}",
                        "{\"type\" \"list\"}",
                        "{\"type\": \"list\", \"x\": \"\t\"}",
                        "{\"type\": \"list\", \"x\": [1}}",
                        "{type: \"list\"}",
                        "{\"type\": \"list\", \"x\": \"\\q\"}",
                        "// comment"};

} // namespace

random_requests::random_requests(uint64_t seed, bool envelopes, bool waiting)
  : random_(seed), envelopes_(envelopes), waiting_(waiting) {
  // nop
}

size_t random_requests::below(size_t end) {
  return static_cast<size_t>(random_() % end);
}

bool random_requests::once_in(size_t times) {
  return below(times) == 0;
}

std::string_view
random_requests::one_of(const std::vector<std::string_view>& from) {
  return from[below(from.size())];
}

// -- whole requests -----------------------------------------------------------

std::string random_requests::next() {
  if (once_in(30))
    return std::string{one_of({"\n", "\r\n", "  \t\n", "\n\n"})};
  if (once_in(15))
    return malformed();
  return well_formed() + std::string{one_of({"\n", "\n", "\r\n", "  \n"})};
}

std::string random_requests::well_formed() {
  one_line_ = !once_in(4);
  auto text = body();
  if (envelopes_ ? !once_in(30) : once_in(3))
    text = in_envelope(text);
  return text;
}

// What follows a malformed place must be malformed as well or lie on the same
// line, so these requests have no line break but where they are cut.
std::string random_requests::malformed() {
  if (once_in(3))
    return std::string{one_of(bad_lines)} + '\n';
  one_line_ = true;
  auto text = body();
  if (once_in(2))
    return text + std::string{one_of({" x", ", 1", "}", "{}", " {\"type\":1}"})}
           + '\n';
  // The next line opens a request and drops the one that was cut. A cut at the
  // very start would leave nothing to drop.
  return text.substr(0, 1 + below(text.size() - 1)) + '\n'
         + "{\"type\":\"list\"}" + '\n';
}

std::string random_requests::in_envelope(const std::string& body) {
  std::vector<std::string> members{
    spelled("src") + space() + ':' + space() + spelled(one_of({"c1", "ç2"})),
    spelled("dest") + space() + ':' + space() + spelled(one_of({"n1", "n2"})),
    spelled("body") + space() + ':' + space() + body};
  if (once_in(5))
    members.push_back("\"id\": 5");
  return object_of(std::move(members));
}

std::string random_requests::body() {
  std::vector<std::string> members;
  auto add = [&](std::string_view key, const std::string& spelled_value) {
    members.push_back(member(key, spelled_value));
  };
  auto type = one_of(
    {"create", "create", "create", "delete",     "delete",      "update",
     "update", "update", "update", "update",     "rebuild",     "query",
     "query",  "query",  "list",   "subscribe",  "unsubscribe", "event",
     "event",  "event",  "event",  "read_model", "read_model",  "unheard_of"});
  if (type == "create") {
    add("name", spelled(one_of(names)));
    if (!once_in(3))
      members.push_back("\"initial_state\":" + (once_in(2) ? "[]" : value(3)));
  } else if (type == "update") {
    add("projection", spelled(one_of(names)));
    add("event", event());
    if (once_in(3))
      members.push_back(once_in(2) ? "\"include_state\":false"
                                   : "\"include_state\":true");
  } else if (type == "rebuild") {
    add("projection", spelled(one_of(names)));
    std::string events;
    for (auto count = below(5); count > 0; --count)
      events += space() + event() + (count > 1 ? "," : "");
    add("events", '[' + events + space() + ']');
  } else if (type == "query") {
    add("projection", spelled(one_of(names)));
    if (waiting_ && once_in(3)) {
      // Never answered by time; what stays open is answered at the end.
      members.push_back("\"min_version\":" + std::to_string(below(12)));
      members.emplace_back("\"timeout_ms\":3600000");
    }
  } else if (type == "delete") {
    add("projection", spelled(one_of(names)));
  } else if (type == "subscribe" || type == "unsubscribe") {
    add("event_types", event_types());
  } else if (type == "event") {
    add("event", event());
    if (once_in(8))
      add("event_id", spelled(one_of(event_ids)));
  } else if (type == "read_model") {
    add("name", spelled(one_of({"user_listing", "user_by_email", "authors",
                                "profiles", "unknown"})));
    if (once_in(2))
      members.push_back("\"key\":" + spelled(one_of(entities)));
  }
  if (once_in(100))
    members.push_back("\"in_reply_to\":1");
  else if (!once_in(10))
    // Which error an unknown type with a bad msg_id gets is left open.
    members.push_back(spelled("msg_id") + ':'
                      + (type == "unheard_of" ? "1" : integer()));
  if (once_in(10))
    members.push_back("\"unknown\":" + value(2));
  auto type_name = type == "unheard_of" || !once_in(50) ? spelled(type) : "7";
  members.push_back(spelled("type") + space() + ':' + type_name);
  return object_of(std::move(members));
}

// -- parts of requests --------------------------------------------------------

std::string random_requests::object_of(std::vector<std::string> members) {
  std::shuffle(members.begin(), members.end(), random_);
  std::string text = "{";
  std::string_view separator;
  for (auto& each : members) {
    text += separator;
    text += space() + each + space();
    separator = ",";
  }
  return text + '}';
}

std::string random_requests::member(std::string_view key,
                                    const std::string& spelled_value) {
  auto begin = spelled(key) + space() + ':' + space();
  if (once_in(60))
    return begin + std::string{one_of({"\"\"", "5", "null", "{}", "true"})};
  if (once_in(60))
    return "\"left_out\":0";
  // Of a repeated key the last one counts.
  auto before = once_in(40) ? begin + value(1) + ',' : std::string{};
  return before + begin + spelled_value;
}

std::string random_requests::event() {
  std::vector<std::string> members{
    member(one_of({"event_type", "type", "eventType"}),
           spelled(one_of(event_type_names))),
    member(one_of({"event_data", "payload"}), payload())};
  if (once_in(3))
    members.push_back(spelled(one_of({"event_id", "id"})) + ':'
                      + (once_in(8) ? "null" : spelled(one_of(event_ids))));
  return object_of(std::move(members));
}

std::string random_requests::event_types() {
  std::string types;
  for (auto count = 1 + below(3); count > 0; --count)
    types
      += space() + spelled(one_of(event_type_names)) + (count > 1 ? "," : "");
  if (once_in(30))
    types = std::string{one_of({"", "\"\"", "5", "\"Other\", null"})};
  return '[' + types + space() + ']';
}

std::string random_requests::payload() {
  if (once_in(8))
    return value(3);
  std::vector<std::string> members;
  if (!once_in(8))
    members.push_back(spelled("id") + ':'
                      + (once_in(4) ? number() : spelled(one_of(entities))));
  for (auto count = below(4); count > 0; --count)
    members.push_back(spelled(one_of(keys)) + space() + ':' + value(2));
  // What the reducers of the random test's read models work on.
  if (once_in(2)) {
    members.push_back("\"author\":" + spelled(one_of(entities)));
    members.push_back("\"time\":"
                      + std::string{one_of({"\"a\"", "\"b\"", "\"é\"", "7",
                                            "-12", "900000000000001"})});
    members.push_back(
      "\"added\":"
      + (once_in(4) ? spelled(one_of(texts)) : std::to_string(below(1000))));
  }
  return object_of(std::move(members));
}

std::string random_requests::value(size_t depth) {
  switch (below(depth > 0 ? 8 : 5)) {
    case 0:
      return std::string{one_of({"true", "false"})};
    case 1:
      return "null";
    case 2:
      return number();
    case 3:
    case 4:
      return spelled(one_of(texts));
    case 5: {
      std::string items;
      for (auto count = below(4); count > 0; --count)
        items += space() + value(depth - 1) + space() + (count > 1 ? "," : "");
      return '[' + items + ']';
    }
    default: {
      std::vector<std::string> members;
      for (auto count = below(4); count > 0; --count)
        members.push_back(spelled(one_of(keys)) + space() + ':' + space()
                          + value(depth - 1));
      return object_of(std::move(members));
    }
  }
}

std::string random_requests::integer() {
  if (once_in(40))
    return std::string{one_of({"1.5", "\"1\"", "null", "[1]"})};
  return std::string{one_of({"0", "1", "2", "-3", "18446744073709551616"})};
}

std::string random_requests::number() {
  return std::string{one_of(numbers)};
}

std::string random_requests::spelled(std::string_view content) {
  constexpr std::string_view short_escaped = "\"\\/\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\/bfnrt";
  bool escapes = once_in(6);
  std::string text = "\"";
  for (auto byte : content) {
    auto code = static_cast<unsigned char>(byte);
    auto index = short_escaped.find(byte);
    bool must_escape = code < 0x20 || byte == '"' || byte == '\\';
    if (must_escape || (escapes && code < 0x80 && once_in(3))) {
      if (index != std::string_view::npos && once_in(2)) {
        text += '\\';
        text += letters[index];
      } else {
        std::array<char, 8> escape{};
        std::snprintf(escape.data(), escape.size(),
                      once_in(2) ? "\\u%04x" : "\\u%04X", code);
        text += escape.data();
      }
    } else {
      text += byte;
    }
  }
  return text + '"';
}

std::string random_requests::space() {
  if (!once_in(4))
    return {};
  if (one_line_)
    return std::string{one_of({" ", "  ", "\t", " \t "})};
  // Space behind the line break keeps a bracket away from the line's start,
  // where it would begin a new request.
  return std::string{one_of({" ", "\n ", "\n\n\t", "\r\n  ", "\n  \n "})};
}

} // namespace projections::test
