#include "projections/messages/events/payload_reader.hpp"

#include "projections/messages/text/number_text.hpp"
#include "projections/messages/text/utf8.hpp"

namespace projections {

namespace {

/// So many bytes of what was found are shown at most.
constexpr size_t excerpt_bytes_max = 48;

/// Returns the beginning of `json`, cut between two characters.
std::string excerpt(std::string_view json) {
  std::string result;
  auto left = json;
  while (!left.empty()) {
    auto length = character_length(left);
    if (result.size() + length > excerpt_bytes_max)
      return result + "...";
    // What stands between values may break lines, which an error must not.
    auto is_space = static_cast<unsigned char>(left.front()) < 0x20;
    result += is_space ? std::string_view{" "} : left.substr(0, length);
    left.remove_prefix(length);
  }
  return result;
}

bool begins_number(char c) {
  return c == '-' || (c >= '0' && c <= '9');
}

} // namespace

bool payload_reader::read_bool() {
  switch (json_.peek()) {
    case 't':
      json_.take_word("true");
      return true;
    case 'f':
      json_.take_word("false");
      return false;
    default:
      fail_expected("true or false");
  }
}

int64_t payload_reader::read_signed(int64_t min, int64_t max) {
  return read_integer(min, max);
}

uint64_t payload_reader::read_unsigned(uint64_t max) {
  return read_integer(uint64_t{0}, max);
}

double payload_reader::read_double() {
  if (!begins_number(json_.peek()))
    fail_expected("a number");
  auto text = json_.take_number();
  auto result = parsed_number<double>(text);
  if (!result)
    fail_found("a number in the range of a double", text);
  return *result;
}

std::string_view payload_reader::read_text() {
  if (json_.peek() != '"')
    fail_expected("a string");
  return json_.take_string();
}

uuid payload_reader::read_uuid() {
  auto text = read_tagged("uuid_hex", "a UUID");
  auto result = uuid_of(text);
  if (!result)
    fail_found("a UUID of 32 hexadecimal digits", text);
  return *result;
}

event_time payload_reader::read_time() {
  auto text = read_tagged("datetime_iso", "a time");
  auto result = time_of(text);
  if (!result)
    fail_found("a time as in 2026-01-02T03:04:05.000006+00:00", text);
  return *result;
}

bool payload_reader::read_null() {
  if (json_.peek() != 'n')
    return false;
  json_.take_word("null");
  return true;
}

void payload_reader::enter_object() {
  if (json_.peek() != '{')
    fail_expected("an object");
  json_.enter();
}

void payload_reader::enter_array() {
  if (json_.peek() != '[')
    fail_expected("an array");
  json_.enter();
}

void payload_reader::fail_syntax(const json_syntax_error& why) const {
  if (payload_.empty())
    path_.fail_whole("the payload is empty");
  auto problem = "the payload is not JSON: " + std::string{why.what()};
  // Compressed and encrypted payloads are bytes of any value.
  auto first = payload_.find_first_not_of(" \t\r\n");
  if ((first != payload_.npos && payload_[first] != '{') || !is_utf8(payload_))
    problem += "; payloads that are compressed or encrypted cannot be read";
  path_.fail_whole(problem);
}

template <class T>
T payload_reader::read_integer(T min, T max) {
  auto expected = [&] {
    return "an integer from " + std::to_string(min) + " to "
           + std::to_string(max);
  };
  if (!begins_number(json_.peek()))
    fail_expected(expected());
  auto text = json_.take_number();
  auto result = parsed_number<T>(text);
  if (!result || *result < min || *result > max)
    fail_found(expected(), text);
  return *result;
}

/// Throws an error that says what is next instead of `expected`.
void payload_reader::fail_expected(std::string_view expected) {
  // What is not JSON at all is not shown but told as such.
  fail_found(expected, json_.take_any());
}

void payload_reader::fail_found(std::string_view expected,
                                std::string_view found) const {
  path_.fail("expected " + std::string{expected} + ", found " + excerpt(found));
}

/// Takes a value as Python's `eventsourcing` writes those that JSON has no form
/// for: an object with the name `type` and a string, which is returned.
/// `meaning` says in words what is expected.
std::string_view payload_reader::read_tagged(std::string_view type,
                                             std::string_view meaning) {
  if (json_.peek() != '{')
    fail_expected(meaning);
  // As both libraries write it; the rest is for other hands.
  if (auto content
      = json_.take_plain({R"({"_type_":")", type, R"(","_data_":")"}, R"("})"))
    return *content;
  json_.enter();
  std::string_view key;
  auto has_type = false;
  auto has_content = false;
  while (json_.next_member(key)) {
    if (key == "_type_") {
      auto found = read_text();
      if (found != type)
        path_.fail("expected " + std::string{meaning} + " with \"_type_\" \""
                   + std::string{type} + "\", found \"_type_\" \""
                   + excerpt(found) + '"');
      has_type = true;
    } else if (key == "_data_") {
      tagged_.assign(read_text());
      has_content = true;
    } else {
      json_.take_any();
    }
  }
  if (!has_type || !has_content)
    path_.fail("expected " + std::string{meaning}
               + ", found an object without \"_type_\" and \"_data_\"");
  return tagged_;
}

} // namespace projections
