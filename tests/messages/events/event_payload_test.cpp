// Goal: no payload does harm, and what is no JSON is told as such. Method:
// payloads with one mistake each and the text of its error, and payloads that
// are cut, changed and nested at every place.
#include "tests/messages/events/codec_events.hpp"
#include "tests/random_json.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(event_payload_suite)

BOOST_AUTO_TEST_CASE(payload_that_is_not_json_is_told_as_such) {
  auto not_json = [](std::string_view problem) {
    return "the payload is not JSON: " + std::string{problem};
  };
  BOOST_TEST(error_of<named>("") == "the payload is empty");
  BOOST_TEST(error_of<named>(R"({"name":"a")")
             == not_json("expected a comma or } behind the member at byte 11"));
  BOOST_TEST(error_of<named>(R"({"name":"a",})")
             == not_json("expected a key in quotes at byte 12"));
  BOOST_TEST(error_of<named>(R"({"name" "a"})")
             == not_json("expected a colon behind the key at byte 8"));
  BOOST_TEST(error_of<named>(R"({"name":"a"}x)")
             == not_json("expected nothing behind the value at byte 12"));
  BOOST_TEST(error_of<named>(R"({"name":nul})")
             == not_json("expected a value at byte 8"));
  BOOST_TEST(error_of<measured>(R"({"ratio":NaN})")
             == not_json("expected a value at byte 9"));
  BOOST_TEST(error_of<measured>(R"({"ratio":01})")
             == not_json("expected a comma or } behind the member at byte 10"));
  BOOST_TEST(error_of<measured>(R"({"ratio":1.})")
             == not_json("expected a digit behind the decimal point at byte "
                         "11"));
  BOOST_TEST(error_of<measured>(R"({"ratio":1e})")
             == not_json("expected a digit in the exponent at byte 11"));
  BOOST_TEST(error_of<measured>(R"({"ratio":-})")
             == not_json("expected a value at byte 10"));
  BOOST_TEST(error_of<named>("{\"name\":\"a\nb\"}")
             == not_json("a control character in a string at byte 10"));
  BOOST_TEST(error_of<named>(R"({"name":"\x"})")
             == not_json("an unknown escape in a string at byte 10"));
  BOOST_TEST(error_of<named>(R"({"name":"\u12g4"})")
             == not_json("\\u needs four hexadecimal digits at byte 13"));
  BOOST_TEST(error_of<named>(R"({"name":"abc)")
             == not_json("a string without a closing quote at byte 12"));
  BOOST_TEST(error_of<nothing>(R"({"a":[1 2]})")
             == not_json("expected a comma or ] behind the element at byte 8"));
}

BOOST_AUTO_TEST_CASE(lone_surrogates_are_refused) {
  for (auto text : {R"(\ud800)", R"(\udc00)", R"(\ud800\ud800)", R"(\ud800x)",
                    R"(\udc00\ud800)", R"(\ud83d\n)", R"(\ud83d\u0041)"}) {
    auto error = error_of<named>("{\"name\":\"" + std::string{text} + "\"}");
    BOOST_TEST(error.starts_with("the payload is not JSON: a lone surrogate"),
               error);
  }
  // As bytes: U+D800 in the form of UTF-8.
  BOOST_TEST(error_of<named>("{\"name\":\"\xED\xA0\x80\"}")
             == "the payload is not JSON: invalid UTF-8 at byte 9; payloads "
                "that are compressed or encrypted cannot be read");
}

BOOST_AUTO_TEST_CASE(compressed_or_encrypted_payload_is_recognised) {
  // The front of what zlib makes, and bytes of any value.
  for (auto payload : {"x\x9C\xABVJ\xCE"s, "\x00\xFF"s, "{\x91\x02"s, "PK"s})
    BOOST_TEST(error_of<named>(payload).ends_with(
                 "; payloads that are compressed or encrypted cannot be read"),
               error_of<named>(payload));
}

BOOST_AUTO_TEST_CASE(nesting_has_a_limit) {
  auto nested = [](size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']')
           + "}";
  };
  BOOST_TEST(error_of<nothing>(nested(512)) == "no error");
  BOOST_TEST(error_of<nothing>(nested(513))
             == "the payload is not JSON: nesting deeper than 512 brackets at "
                "byte 516");
  BOOST_TEST(
    error_of<free_form>("{\"value\":" + std::string(1'000'000, '[') + "}")
    == "the payload is not JSON: nesting deeper than 512 brackets at "
       "byte 520");
  std::string children;
  for (auto i = 0; i < 100'000; ++i)
    children += R"({"children":[)";
  BOOST_TEST(error_of<node>(children)
             == "the payload is not JSON: nesting deeper than 512 brackets at "
                "byte 3328");
}

BOOST_AUTO_TEST_CASE(cut_payload_is_refused_wherever_it_is_cut) {
  for (size_t i = 0; i < example_payload.size(); ++i)
    BOOST_CHECK_THROW(decoded<all_types>(example_payload.substr(0, i)),
                      event_format_error);
}

BOOST_AUTO_TEST_CASE(changed_byte_is_refused_or_read) {
  // Whatever a byte becomes, the outcome is an event or this one error.
  for (size_t i = 0; i < example_payload.size(); ++i)
    for (char c : "\"\\{}[],:-0e.tn\x1F\x7F\x80\xED\xF4\xFF"s) {
      std::string payload{example_payload};
      payload[i] = c;
      try {
        decoded<all_types>(payload);
      } catch (const event_format_error&) {
        continue;
      }
    }
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(random_json_is_passed_over) {
  auto seed = std::random_device{}();
  test::random_json json{seed};
  for (auto i = 0; i < 2'000; ++i) {
    auto payload = "{\"a\":" + json.value(6) + ",\"name\":\"x\"}";
    BOOST_TEST_REQUIRE(decoded<named>(payload).name == "x",
                       "seed " << seed << ": " << payload);
  }
}

BOOST_AUTO_TEST_SUITE_END()
