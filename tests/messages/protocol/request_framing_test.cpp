// Goal: requests begin and end where the protocol says, and a malformed one
// costs nothing but its own lines. Method: whole inputs by hand; each request
// shows as its msg_id or as the text of its error.
#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace projections;
using projections::test::decode;

namespace {

using outcomes = std::vector<std::string>;

outcomes outcomes_of(std::string_view text) {
  outcomes result;
  auto in = decode(text);
  for (auto& x : in->requests)
    result.emplace_back(x.kind == request_kind::refused
                          ? unescaped(x.name)
                          : std::string{x.msg_id});
  return result;
}

std::string list(int msg_id) {
  return R"({"type": "list", "msg_id": )" + std::to_string(msg_id) + "}";
}

#define CHECK_OUTCOMES(text, ...)                                              \
  BOOST_TEST(outcomes_of(text) == (outcomes{__VA_ARGS__}),                     \
             boost::test_tools::per_element())

} // namespace

BOOST_AUTO_TEST_SUITE(request_framing_test)

BOOST_AUTO_TEST_CASE(every_line_is_a_request) {
  CHECK_OUTCOMES(list(1) + "\n" + list(2) + "\n", "1", "2");
  CHECK_OUTCOMES(list(1) + "\r\n" + list(2) + "\r\n", "1", "2");
}

BOOST_AUTO_TEST_CASE(last_line_needs_no_end) {
  CHECK_OUTCOMES(list(1), "1");
  CHECK_OUTCOMES(list(1) + "\n" + list(2), "1", "2");
}

BOOST_AUTO_TEST_CASE(blank_lines_are_no_requests) {
  BOOST_TEST(outcomes_of("").empty());
  BOOST_TEST(outcomes_of(" \t\r\n\n").empty());
  CHECK_OUTCOMES("\n\n  \n" + list(1) + "\n \r\n\t\n" + list(2) + "\n\n", "1",
                 "2");
}

BOOST_AUTO_TEST_CASE(space_around_a_request_is_ignored) {
  CHECK_OUTCOMES("  " + list(1) + " \t \n\t" + list(2) + "   ", "1", "2");
}

BOOST_AUTO_TEST_CASE(request_may_take_several_lines) {
  CHECK_OUTCOMES("{\n\"type\":\n\"list\"\n,\n\n \"msg_id\": 1\n}\n" + list(2),
                 "1", "2");
  // A brace that is not the first byte of its line begins nothing.
  CHECK_OUTCOMES(
    "{\"type\": \"list\", \"x\":\n {\"y\":\n\t{}},\n\"msg_id\": 1}", "1");
}

BOOST_AUTO_TEST_CASE(brace_at_the_start_of_a_line_begins_a_request) {
  CHECK_OUTCOMES("{\"type\": \"list\",\n" + list(1) + "\n",
                 "malformed JSON at byte 17: unexpected end of the request",
                 "1");
  CHECK_OUTCOMES("{\n{\n" + list(1),
                 "malformed JSON at byte 2: unexpected end of the request",
                 "malformed JSON at byte 2: unexpected end of the request",
                 "1");
  CHECK_OUTCOMES("[1,\n{}]\n" + list(1),
                 "malformed JSON at byte 4: unexpected end of the request",
                 "malformed JSON at byte 2: unexpected text behind the request",
                 "1");
}

BOOST_AUTO_TEST_CASE(rest_of_a_malformed_line_is_dropped) {
  CHECK_OUTCOMES("{x} " + list(1) + "\n" + list(2),
                 "malformed JSON at byte 1: expected a key in quotes", "2");
  CHECK_OUTCOMES(
    list(1) + list(2) + "\n" + list(3),
    "malformed JSON at byte 29: unexpected text behind the request", "3");
  CHECK_OUTCOMES(
    list(1) + " ,\n" + list(3),
    "malformed JSON at byte 30: unexpected text behind the request", "3");
}

BOOST_AUTO_TEST_CASE(line_break_in_a_string_is_malformed_at_once) {
  CHECK_OUTCOMES("{\"type\": \"li\nst\", \"msg_id\": 1}\n" + list(2),
                 "malformed JSON at byte 12: unexpected end of the line",
                 "malformed JSON at byte 0: expected a value", "2");
  CHECK_OUTCOMES("\"\\\n" + list(2),
                 "malformed JSON at byte 1: an unknown escape in a string",
                 "2");
}

BOOST_AUTO_TEST_CASE(broken_character_does_not_swallow_the_line_break) {
  CHECK_OUTCOMES("[\"\xF0\n" + list(1),
                 "malformed JSON at byte 2: invalid UTF-8", "1");
  CHECK_OUTCOMES("\"\xE4\"\n" + list(1),
                 "malformed JSON at byte 1: invalid UTF-8", "1");
}

BOOST_AUTO_TEST_CASE(mistake_on_a_later_line_ends_the_request_there) {
  CHECK_OUTCOMES("[1,\n2,\n3 4]\n5]\n" + list(1),
                 "malformed JSON at byte 9: expected a comma or ] behind the "
                 "element",
                 "malformed JSON at byte 1: unexpected text behind the request",
                 "1");
}

BOOST_AUTO_TEST_CASE(values_other_than_objects_are_no_requests) {
  const std::string refusal{"malformed request: it must be an object"};
  CHECK_OUTCOMES("1\n\"x\"\nnull\n[]\n[\n" + std::string{"1]\n"} + list(1),
                 refusal, refusal, refusal, refusal, refusal, "1");
}

BOOST_AUTO_TEST_CASE(zero_byte_is_no_end) {
  using namespace std::string_literals;
  CHECK_OUTCOMES("{\0}\n"s + list(1), "malformed JSON at byte 1: a NUL byte",
                 "1");
  CHECK_OUTCOMES(
    list(1) + "\0\n"s + list(2),
    "malformed JSON at byte 29: unexpected text behind the request", "2");
  CHECK_OUTCOMES("\0\n"s + list(2), "malformed JSON at byte 0: a NUL byte",
                 "2");
}

BOOST_AUTO_TEST_CASE(many_unfinished_requests_take_linear_time) {
  // 200,000 lines; with quadratic work this would take minutes.
  std::string braces;
  std::string brackets;
  for (int i = 0; i < 200'000; ++i) {
    braces += "{\n";
    brackets += "[\n";
  }
  auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(decode(braces)->requests.size() == 200'000);
  BOOST_TEST(decode(brackets)->requests.size() > 0);
  BOOST_TEST(
    (std::chrono::steady_clock::now() - begin < std::chrono::seconds{20}));
}

BOOST_AUTO_TEST_SUITE_END()
