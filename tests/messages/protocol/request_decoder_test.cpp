// Goal: what is no JSON or exceeds a limit is refused with a text that says
// what and where; what is accepted is the same on the fast path for plain ASCII
// and on the one that checks. Method: exact texts by hand; random requests
// decoded in both ways.
#include "tests/messages/protocol/decoding.hpp"
#include "tests/messages/protocol/random_input.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace projections;
using namespace std::string_literals;
using projections::test::decode;
using projections::test::described;
using projections::test::error_text;
using projections::test::random_json;

namespace {

constexpr request_limits no_limits{};

/// Returns a `list` request of `bytes` bytes.
std::string list_of(size_t bytes) {
  std::string begin{R"({"type": "list", "pad": ")"};
  return begin + std::string(bytes - begin.size() - 2, 'x') + "\"}";
}

/// Returns a `rebuild` of events with the data 0, 1, 2, and so on.
std::string rebuild_of(uint32_t count) {
  std::string result{R"({"type": "rebuild", "projection": "p", "events": [)"};
  for (uint32_t i = 0; i < count; ++i)
    result += (i > 0 ? "," : "") + R"({"type": "T", "payload": )"s
              + std::to_string(i) + "}";
  return result + "]}";
}

std::string nested(size_t depth) {
  return R"({"type": "list", "x": )" + std::string(depth - 1, '[')
         + std::string(depth - 1, ']') + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_decoder_test)

BOOST_AUTO_TEST_CASE(malformed_request_says_what_and_where) {
  struct row {
    std::string text;
    std::string problem;
  };
  for (auto& [text, problem] : {
         row{"{", "1: unexpected end of the request"},
         row{"{\"type\": \"list\"", "15: unexpected end of the request"},
         row{"x", "0: expected a value"},
         row{R"({"type": lst})", "9: expected a value"},
         row{R"({type: 1})", "1: expected a key in quotes"},
         row{R"({"type": 1,})", "11: expected a key in quotes"},
         row{R"({"type" 1})", "8: expected a colon behind the key"},
         row{R"({"type": 1 2})", "11: expected a comma or } behind the member"},
         row{R"({"type": [1 2]})",
             "12: expected a comma or ] behind the element"},
         row{R"({"type": "\x"})", "10: an unknown escape in a string"},
         row{"{\"type\": \"\x01\"}", "10: a control character in a string"},
         row{"{\"type\": \"\0\"}"s, "10: a NUL byte"},
         row{R"({"type": "\u12"})", "10: \\u needs four hexadecimal digits"},
         row{R"({"type": "\uD800x"})", "10: a lone surrogate"},
         row{R"({"type": "\uD800\u0041"})", "10: a lone surrogate"},
         row{R"({"type": "\uDC00"})", "17: a lone surrogate"},
         row{"{\"type\": \"\xED\xA0\x80\"}", "10: invalid UTF-8"},
         row{R"({"\uDFFF": 1})", "9: a lone surrogate"},
         row{"{\"type\": \"\x80\"}", "10: invalid UTF-8"},
         row{"{\"type\": \"\xC0\xAF\"}", "10: invalid UTF-8"},
         row{"{\"type\": \"\xF4\x90\x80\x80\"}", "10: invalid UTF-8"},
         row{"\xEF\xBB\xBF{}", "0: expected a value"},
         row{R"({"type": 1.})",
             "11: expected a digit behind the decimal point"},
         row{R"({"type": 1e})", "11: expected a digit in the exponent"},
         row{R"({"type": 1e400})", "9: a number beyond the range of a double"},
         row{R"({"type": 01})", "10: expected a comma or } behind the member"},
         row{R"({"type": +1})", "9: expected a value"},
         row{R"({"type": "list"} {})",
             "17: unexpected text behind the request"},
       })
    BOOST_TEST(error_text(text) == "malformed JSON at byte " + problem, text);
}

BOOST_AUTO_TEST_CASE(places_count_from_the_first_byte_of_the_request) {
  auto in = decode("\n  {x}\n   {\"a\" 1}\n");
  BOOST_TEST(in->requests.at(0).name
             == "malformed JSON at byte 1: expected a key in quotes");
  BOOST_TEST(in->requests.at(1).name
             == "malformed JSON at byte 5: expected a colon behind the key");
}

BOOST_AUTO_TEST_CASE(request_within_the_limit_of_bytes_is_accepted) {
  const request_limits limits{.request_bytes_max = 60};
  for (auto end : {"", "\n", "\n\n", "\n{\"type\": \"list\"}\n"}) {
    auto in = decode(list_of(60) + end, limits);
    BOOST_TEST((in->requests.front().kind == request_kind::list_projections));
  }
}

BOOST_AUTO_TEST_CASE(request_beyond_the_limit_of_bytes_is_refused) {
  const request_limits limits{.request_bytes_max = 60};
  for (auto& text :
       {list_of(61), list_of(1000), list_of(61) + "\n", list_of(60) + "  ",
        list_of(58) + std::string(100, ' ') + "x\n",
        "{\"type\":\n" + std::string(60, ' ')})
    BOOST_TEST(error_text(text, limits) == "a request of more than 60 bytes");
}

BOOST_AUTO_TEST_CASE(mistake_within_the_limit_is_named_all_the_same) {
  const request_limits limits{.request_bytes_max = 60};
  BOOST_TEST(error_text("{x" + list_of(100), limits)
             == "malformed JSON at byte 1: expected a key in quotes");
  BOOST_TEST(
    error_text(list_of(50) + " x" + std::string(50, ' '), limits)
    == "malformed JSON at byte 51: unexpected text behind the request");
}

BOOST_AUTO_TEST_CASE(line_behind_a_long_request_is_read) {
  const request_limits limits{.request_bytes_max = 60};
  for (auto bytes : {60, 61, 62, 100}) {
    auto found = decode(list_of(static_cast<size_t>(bytes)) + "\n"
                          + R"({"type": "list", "msg_id": 2})",
                        limits);
    BOOST_REQUIRE_EQUAL(found->requests.size(), 2);
    BOOST_TEST(found->requests[1].msg_id == "2");
  }
}

BOOST_AUTO_TEST_CASE(character_cut_off_by_the_limit_costs_nothing_behind_it) {
  // The escape makes the parser move what follows; the line break must stay.
  const request_limits limits{.request_bytes_max = 3};
  auto found = decode("\"\\n\xF0\"\n 1\n", limits);
  BOOST_REQUIRE_EQUAL(found->requests.size(), 2);
  BOOST_TEST(found->requests[1].name
             == "malformed request: it must be an object");
}

BOOST_AUTO_TEST_CASE(character_cut_off_by_its_line_costs_nothing_behind_it) {
  // The escape makes the parser move what follows. As many bytes as a character
  // may have are cut off, and the next request begins within them.
  for (auto cut_off : {"\xF0", "\xF0\x90", "\xF0\x90\x80", "\xC3", "\xE2"}) {
    auto found = decode("{\"a\": \"\\n"s + cut_off + "\n"
                        + R"( {"type": "list", "msg_id": 2})" + "\n");
    BOOST_REQUIRE_EQUAL(found->requests.size(), 2);
    BOOST_TEST(found->requests[0].name
               == "malformed JSON at byte 9: invalid UTF-8");
    BOOST_TEST(found->requests[1].msg_id == "2");
  }
}

BOOST_AUTO_TEST_CASE(depth_is_limited_and_counted_from_the_outermost_bracket) {
  request_limits limits{.depth_max = 3};
  BOOST_TEST(error_text(nested(3), limits) == "");
  BOOST_TEST(error_text(nested(4), limits)
             == "malformed JSON at byte 24: nesting deeper than 3 brackets");
  BOOST_TEST(error_text(nested(1024)) == "");
  BOOST_TEST(error_text(nested(1025))
             == "malformed JSON at byte 1045: nesting deeper than 1024 "
                "brackets");
  // Brackets side by side are not deep, nor are those within strings.
  BOOST_TEST(error_text(R"({"type": "list", "x": [[], [], "[[[["]})", limits)
             == "");
}

BOOST_AUTO_TEST_CASE(deep_input_is_no_crash) {
  BOOST_TEST(error_text(std::string(1'000'000, '['))
             == "malformed JSON at byte 1024: nesting deeper than 1024 "
                "brackets");
}

BOOST_AUTO_TEST_CASE(numbers_stay_digit_for_digit) {
  for (auto number :
       {"0", "-0", "1.10", "3.000", "1E5", "1e+05", "-2.5e-3", "1e-400",
        "123456789012345678901234567890", "1.7976931348623157e308"}) {
    auto text
      = R"({"type": "create", "name": "p", "initial_state": )"s + number + "}";
    BOOST_TEST(decode(text)->requests.front().value == number);
    // The same where the text is not plain.
    text.insert(1, "\t");
    BOOST_TEST(decode(text)->requests.front().value == number);
  }
}

BOOST_AUTO_TEST_CASE(values_are_written_in_the_style_of_the_node) {
  constexpr auto text
    = R"({"type":"create","name":"p","initial_state":[1,{"a":2 , "b" :[]}]})";
  BOOST_TEST(decode(text, no_limits, spaced_style)->requests.front().value
             == R"([1, {"a": 2, "b": []}])");
  BOOST_TEST(decode(text, no_limits, compact_style)->requests.front().value
             == R"([1,{"a":2,"b":[]}])");
}

BOOST_AUTO_TEST_CASE(decoder_can_be_used_again) {
  request_decoder decoder{spaced_style, {}};
  auto first = test::chunk_of("{\"a\": [[[\n{\"type\": ");
  decoder.decode(*first);
  BOOST_TEST(first->requests.size() == 2);
  auto second = test::chunk_of(R"({"type": "list", "msg_id": 7})");
  decoder.decode(*second);
  BOOST_TEST(second->requests.size() == 1);
  BOOST_TEST(second->requests.front().msg_id == "7");
}

BOOST_AUTO_TEST_CASE(long_rebuild_is_shown_while_it_is_decoded) {
  constexpr auto step = long_rebuild::step;
  auto in = test::chunk_of(rebuild_of(2 * step + 5) + "\n" + rebuild_of(step));
  request_decoder decoder{spaced_style, {}};
  std::vector<std::pair<uint32_t, uint32_t>> shown;
  decoder.observe_long_rebuilds([&](chunk& part, long_rebuild x) {
    shown.emplace_back(x.first_event, x.decoded);
    auto& last = part.events.at(x.first_event + x.decoded - 1);
    BOOST_TEST(part.normalised_text(last.data_begin, last.data_length)
               == std::to_string(x.decoded - 1));
  });
  decoder.decode(*in);
  const decltype(shown) expected{
    {0, step}, {0, 2 * step}, {2 * step + 5, step}};
  BOOST_TEST((shown == expected));
  BOOST_TEST(in->requests.back().first_event == 2 * step + 5);
}

BOOST_AUTO_TEST_CASE(events_that_were_shown_outlive_their_refused_request) {
  constexpr auto step = long_rebuild::step;
  for (auto end : {" x\n", "\n", "{\n"}) {
    auto text = rebuild_of(step);
    // Malformed behind the events, with an unusable field, or cut off.
    if (end != " x\n"s)
      text.insert(1, R"("msg_id": "x", )");
    if (end == "{\n"s)
      text.pop_back();
    auto in = test::chunk_of(text + end + rebuild_of(10));
    request_decoder decoder{spaced_style, {}};
    std::vector<rebuild_event> shown;
    decoder.observe_long_rebuilds([&](chunk& part, long_rebuild x) {
      shown = part.events;
      part.ahead.push_back({x.first_event, nullptr});
    });
    decoder.decode(*in);
    BOOST_REQUIRE_EQUAL(shown.size(), step);
    for (uint32_t i = 0; i < step; ++i)
      BOOST_REQUIRE_EQUAL(
        in->normalised_text(shown[i].data_begin, shown[i].data_length),
        std::to_string(i));
    BOOST_REQUIRE_EQUAL(in->ahead.size(), 1);
    BOOST_TEST(in->ahead.front().first_event == chunk::ahead_of::nothing);
    BOOST_TEST(in->requests.back().first_event == 0);
    BOOST_TEST(in->requests.back().event_count == 10);
  }
}

BOOST_AUTO_TEST_CASE(fast_path_gives_what_the_checked_one_gives) {
  test::check_random_seeds(1000, [](uint64_t seed) {
    random_json random{seed, random_json::alphabet::plain};
    auto plain = test::random_request(random);
    if (random.below(2) == 0)
      plain = test::damaged(plain, random);
    // A tab instead of the space behind the first brace is all it takes.
    auto checked = plain;
    checked[1] = '\t';
    const request_limits limits{.request_bytes_max = 40 + random.below(1000),
                                .depth_max = 2 + random.below(5)};
    BOOST_TEST_CONTEXT(plain) {
      BOOST_TEST(described(plain, limits) == described(checked, limits),
                 boost::test_tools::per_element());
    }
  });
}

BOOST_AUTO_TEST_CASE(kept_text_is_normalised_and_at_most_doubled) {
  test::check_random_seeds(500, [](uint64_t seed) {
    random_json random{seed};
    auto text = test::random_request(random);
    auto in = decode(text);
    size_t kept = 0;
    for (auto& x : in->requests) {
      kept += x.value.size();
      if (x.value.empty())
        continue;
      BOOST_REQUIRE_EQUAL(
        identity_of(x.value) == x.identity || x.identity.empty(), true);
      auto again = decode(R"({"type": "create", "name": "p", "initial_state": )"
                          + std::string{x.value} + "}");
      BOOST_REQUIRE_EQUAL(again->requests.front().value, x.value);
    }
    BOOST_REQUIRE_LE(kept, 2 * text.size());
  });
}

BOOST_AUTO_TEST_SUITE_END()
