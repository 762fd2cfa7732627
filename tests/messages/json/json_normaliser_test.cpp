// Goal: text from files and embedders is normalised by the rules of requests,
// and what is no JSON is refused in words. Method: values by hand, random
// values against an independent reader and writer, and exact error texts.
#include "projections/messages/json/json_normaliser.hpp"

#include "tests/end_to_end/simple_json.hpp"
#include "tests/random_json.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace projections;
using namespace std::string_literals;
using projections::test::random_json;

namespace {

/// What the plain reader and writer of the end-to-end tests make of `text`.
std::string rewritten(const std::string& text, bool compact) {
  test::json value;
  size_t used = 0;
  auto how = test::read_json(text + "\n", value, used);
  BOOST_REQUIRE((how == test::reading::complete));
  return test::write_json(value, compact);
}

/// Returns what is said about `text`; empty if it is accepted.
std::string problem_of(std::string_view text) {
  try {
    static_cast<void>(normalise(text, spaced_style));
    return {};
  } catch (const malformed_json& e) {
    return e.what();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_normaliser_test)

BOOST_AUTO_TEST_CASE(spaces_follow_the_style) {
  constexpr auto text = " {\"a\":[1 ,\t2,{ } ],\n\"b\" : { \"c\":\"d\" } }\r\n";
  BOOST_TEST(normalise(text, spaced_style)
             == R"({"a": [1, 2, {}], "b": {"c": "d"}})");
  BOOST_TEST(normalise(text, compact_style)
             == R"({"a":[1,2,{}],"b":{"c":"d"}})");
}

BOOST_AUTO_TEST_CASE(numbers_stay_digit_for_digit) {
  for (auto number :
       {"0", "-0", "1.10", "3.000", "1E5", "1e+05", "-2.5e-3", "1e-400",
        "123456789012345678901234567890", "1.7976931348623157e308"})
    BOOST_TEST(normalise(number, compact_style) == number);
}

BOOST_AUTO_TEST_CASE(strings_keep_their_meaning_and_not_their_escapes) {
  BOOST_TEST(normalise(R"("\u0041\/\u00e9\ud83d\ude00")", spaced_style)
             == R"("A/é😀")");
  BOOST_TEST(normalise(R"("\u0022\u005c\u000a\u001F\u007f")", spaced_style)
             == "\"\\\"\\\\\\n\\u001f\x7f\"");
  BOOST_TEST(normalise(R"({"\u0069d": "\u0000"})", spaced_style)
             == R"({"id": "\u0000"})");
}

BOOST_AUTO_TEST_CASE(text_of_any_length_is_read_within_its_bounds) {
  // The parser looks ahead in blocks of 16 bytes; AddressSanitizer watches.
  for (size_t spaces = 0; spaces < 40; ++spaces)
    BOOST_TEST(normalise("[1]" + std::string(spaces, ' '), spaced_style)
               == "[1]");
}

BOOST_AUTO_TEST_CASE(random_values_agree_with_the_plain_reader) {
  test::check_random_seeds(300, [](uint64_t seed) {
    random_json random{seed};
    auto text = random.value(5);
    for (auto compact : {false, true}) {
      auto style = compact ? compact_style : spaced_style;
      auto result = normalise(text, style);
      BOOST_REQUIRE_EQUAL(result, rewritten(text, compact));
      BOOST_REQUIRE_LE(result.size(), 2 * text.size());
      BOOST_REQUIRE_EQUAL(normalise(result, style), result);
    }
  });
}

BOOST_AUTO_TEST_CASE(error_names_the_byte_and_what_is_wrong_there) {
  struct row {
    std::string text;
    std::string problem;
  };
  for (auto& [text, problem] : {
         row{"", "byte 0: unexpected end of the request"},
         row{"[1, 2", "byte 5: unexpected end of the request"},
         row{"[1] x", "byte 4: unexpected text behind the value"},
         row{"[1]\0x"s, "byte 3: unexpected text behind the value"},
         row{"[1]\0"s, "byte 3: unexpected text behind the value"},
         row{"[\0]"s, "byte 1: a NUL byte"},
         row{"{a: 1}", "byte 1: expected a key in quotes"},
         row{R"({"a" 1})", "byte 5: expected a colon behind the key"},
         row{R"({"a": 1 "b"})",
             "byte 8: expected a comma or } behind the member"},
         row{"[1 2]", "byte 3: expected a comma or ] behind the element"},
         row{"[tru]", "byte 4: expected a value"},
         row{"\"\\x\"", "byte 1: an unknown escape in a string"},
         row{"\"\t\"", "byte 1: a control character in a string"},
         row{"\"a\nb\"", "byte 2: unexpected end of the line"},
         row{R"("\u00g0")", "byte 1: \\u needs four hexadecimal digits"},
         row{R"("\uD800")", "byte 1: a lone surrogate"},
         row{R"("\uDC00")", "byte 8: a lone surrogate"},
         row{"\"\xff\"", "byte 1: invalid UTF-8"},
         row{"\"\xed\xa0\x80\"", "byte 1: invalid UTF-8"},
         row{"1e400", "byte 0: a number beyond the range of a double"},
         row{"[1.8e308]", "byte 1: a number beyond the range of a double"},
         row{"1.x", "byte 2: expected a digit behind the decimal point"},
         row{"1ex", "byte 2: expected a digit in the exponent"},
       })
    BOOST_TEST(problem_of(text) == "malformed JSON at " + problem);
}

BOOST_AUTO_TEST_CASE(nesting_is_limited) {
  auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  BOOST_TEST(normalise(nested(1024), spaced_style) == nested(1024));
  BOOST_TEST(
    problem_of(nested(1025))
    == "malformed JSON at byte 1024: nesting deeper than 1024 brackets");
  BOOST_TEST(!problem_of(std::string(100'000, '[')).empty());
}

BOOST_AUTO_TEST_CASE(number_of_too_many_digits_is_refused) {
  BOOST_TEST(problem_of(std::string(308, '9')).empty());
  BOOST_TEST(!problem_of(std::string(310, '9')).empty());
  BOOST_TEST(problem_of("0." + std::string(1000, '9')).empty());
}

BOOST_AUTO_TEST_SUITE_END()
