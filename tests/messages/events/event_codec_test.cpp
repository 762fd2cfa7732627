// Goal: payloads are those of the Python library, an event comes back as it
// was, and a payload is never misread. Method: exact texts in both directions,
// the text of every error, and random round trips whose seed is printed.
#include "projections/messages/events/event_codec.hpp"

#include "projections/messages/text/utf8.hpp"
#include "tests/messages/events/codec_events.hpp"
#include "tests/random_json.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstring>
#include <random>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

namespace {

/// Returns what is wrong with encoding `x`.
template <event E>
std::string encode_error_of(const E& x) {
  try {
    return encode_event(x);
  } catch (const event_format_error& e) {
    return e.what();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_codec_suite)

// -- encoding -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(event_is_written_as_python_does) {
  BOOST_TEST(encode_event(example()) == example_payload);
  BOOST_TEST(encode_event(nothing{}) == "{}");
}

BOOST_AUTO_TEST_CASE(timestamp_follows_the_fields) {
  BOOST_TEST(encode_event(named{"Fido"}, time_at(0))
             == R"({"name":"Fido","timestamp":{"_type_":"datetime_iso",)"
                R"("_data_":"1970-01-01T00:00:00+00:00"}})");
  BOOST_TEST(encode_event(nothing{}, time_at(0))
             == R"({"timestamp":{"_type_":"datetime_iso",)"
                R"("_data_":"1970-01-01T00:00:00+00:00"}})");
}

BOOST_AUTO_TEST_CASE(field_called_timestamp_goes_before_the_time_of_the_event) {
  BOOST_TEST(encode_event(timed{time_at(1)}, time_at(0))
             == R"({"timestamp":{"_type_":"datetime_iso",)"
                R"("_data_":"1970-01-01T00:00:00.000001+00:00"}})");
}

BOOST_AUTO_TEST_CASE(double_stays_a_double_in_python) {
  auto written = [](double x) { return encode_event(measured{x}); };
  BOOST_TEST(written(1) == R"({"ratio":1.0})");
  BOOST_TEST(written(-0.0) == R"({"ratio":-0.0})");
  BOOST_TEST(written(1e300) == R"({"ratio":1e+300})");
  BOOST_TEST(written(5e-324) == R"({"ratio":5e-324})");
}

BOOST_AUTO_TEST_CASE(value_that_json_cannot_hold_is_refused) {
  BOOST_TEST(encode_error_of(measured{NAN})
             == "new event \"test:Measured\": member \"ratio\": JSON has no "
                "number for nan");
  BOOST_TEST(encode_error_of(measured{INFINITY})
             == "new event \"test:Measured\": member \"ratio\": JSON has no "
                "number for inf");
  BOOST_TEST(encode_error_of(named{"\xFF"})
             == "new event \"test:Named\": member \"name\": the string is not "
                "UTF-8");
  BOOST_TEST(encode_error_of(free_form{{"{"}})
             == "new event \"test:FreeForm\": member \"value\": the text is "
                "not JSON: expected a key in quotes at byte 1");
  BOOST_TEST(encode_error_of(free_form{{"1,\"x\":2"}})
             == "new event \"test:FreeForm\": member \"value\": the text is "
                "not JSON: expected nothing behind the value at byte 1");
  BOOST_TEST(encode_error_of(timed{event_time::max()})
             == "new event \"test:Timed\": member \"timestamp\": the time "
                "9223372036854775807 us after the epoch is outside of the "
                "years 1 to 9999");
  BOOST_TEST(encode_error_of(moved{{}, {{"a", {}}, {"\xC0\x80", {}}}})
             == "new event \"test:Moved\": member \"before[1].city\": the "
                "string is not UTF-8");
}

// -- decoding -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(event_is_read_as_it_was_written) {
  BOOST_TEST((decoded<all_types>(example_payload) == example()));
}

BOOST_AUTO_TEST_CASE(members_come_in_any_order_with_any_space) {
  auto x = decoded<counted>("\t{ \"medium\" :\n2 , \"small\":1\r} ");
  BOOST_TEST(x.small == 1);
  BOOST_TEST(x.medium == 2u);
}

BOOST_AUTO_TEST_CASE(unknown_members_are_ignored) {
  auto x = decoded<named>(
    R"({"originator_topic":"dogschool:Dog","timestamp":{"_type_":)"
    R"("datetime_iso","_data_":"2026-01-02T03:04:05+00:00"},"name":"Fido",)"
    R"("more":[[],{},null,true,false,-1.5e3,"\ud83d\ude00",{"a":[{}]}]})");
  BOOST_TEST(x.name == "Fido");
  decoded<nothing>(R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(escapes_are_understood_in_names_and_strings) {
  auto x = decoded<named>(R"({"n\u0061me":"\"\\\/\b\f\n\r\t\u00fc\uD83D\uDE00)"
                          R"(\u0000 \u20aC"})");
  BOOST_TEST((x.name == "\"\\/\b\f\n\r\tü😀\0 €"s));
}

BOOST_AUTO_TEST_CASE(optional_member_may_be_null_or_missing) {
  auto x = decoded<moved>(R"({"to":{"city":"a"},"before":[{"city":"b",)"
                          R"("street":null},{"city":"c","street":"d"}]})");
  BOOST_TEST((x == moved{{"a", {}}, {{"b", {}}, {"c", "d"}}}));
}

BOOST_AUTO_TEST_CASE(last_of_repeated_members_counts) {
  BOOST_TEST(decoded<named>(R"({"name":"a","name":"b"})").name == "b");
  auto x = decoded<moved>(R"({"to":{"city":"a","street":"s"},"before":[)"
                          R"({"city":"b"}],"to":{"city":"c"},"before":[]})");
  BOOST_TEST((x == moved{{"c", {}}, {}}));
}

BOOST_AUTO_TEST_CASE(missing_member_is_named) {
  BOOST_TEST(error_of<named>("{}") == "member \"name\" is missing");
  BOOST_TEST(error_of<moved>(R"({"to":{"street":"s"},"before":[]})")
             == "member \"to.city\" is missing");
  BOOST_TEST(error_of<moved>(R"({"to":{"city":""},"before":[{}]})")
             == "member \"before[0].city\" is missing");
}

BOOST_AUTO_TEST_CASE(value_of_another_type_is_named_and_shown) {
  BOOST_TEST(error_of<named>(R"({"name":1})")
             == "member \"name\": expected a string, found 1");
  BOOST_TEST(error_of<named>(R"({"name":null})")
             == "member \"name\": expected a string, found null");
  BOOST_TEST(error_of<named>(R"([{"name":""}])")
             == "expected an object, found [{\"name\":\"\"}]");
  BOOST_TEST(error_of<measured>(R"({"ratio":"1"})")
             == "member \"ratio\": expected a number, found \"1\"");
  BOOST_TEST(error_of<moved>(R"({"to":[],"before":[]})")
             == "member \"to\": expected an object, found []");
  BOOST_TEST(error_of<moved>(R"({"to":{"city":""},"before":{}})")
             == "member \"before\": expected an array, found {}");
  BOOST_TEST(error_of<moved>(R"({"to":{"city":"","street":false}})")
             == "member \"to.street\": expected a string, found false");
  auto flag = R"({"flag":0})";
  BOOST_TEST(error_of<all_types>(flag)
             == "member \"flag\": expected true or false, found 0");
}

BOOST_AUTO_TEST_CASE(what_was_found_is_shown_on_one_line_and_cut) {
  // 48 bytes are shown, but no part of a character: the 24th `ü` would end at
  // the 49th byte behind the quote.
  std::string long_text;
  for (auto i = 0; i < 100; ++i)
    long_text += "ü";
  BOOST_TEST(error_of<measured>("{\"ratio\":\"" + long_text + "\"}")
             == "member \"ratio\": expected a number, found \""
                  + long_text.substr(0, 46) + "...");
  BOOST_TEST(error_of<measured>("{\"ratio\":[1,\n2]}")
             == "member \"ratio\": expected a number, found [1, 2]");
}

BOOST_AUTO_TEST_CASE(integers_are_checked_against_their_range) {
  auto small = [](std::string_view text) {
    return error_of<counted>("{\"small\":" + std::string{text}
                             + ",\"medium\":0}");
  };
  auto expected = "member \"small\": expected an integer from -128 to 127, "
                  "found "s;
  for (auto text : {"-128", "127", "0", "-0"})
    BOOST_TEST(small(text) == "no error");
  for (auto text : {"-129", "128", "1.0", "1e2", "99999999999999999999",
                    "\"1\"", "-9223372036854775809", "null", "true", "{}"})
    BOOST_TEST(small(text) == expected + text);
  auto medium = [](std::string_view text) {
    return error_of<counted>("{\"small\":0,\"medium\":" + std::string{text}
                             + "}");
  };
  for (auto text : {"0", "4294967295"})
    BOOST_TEST(medium(text) == "no error");
  for (auto text : {"-1", "4294967296", "18446744073709551616", "0.5", "[]"})
    BOOST_TEST(medium(text)
               == "member \"medium\": expected an integer from 0 to "
                  "4294967295, found "s
                    + text);
}

BOOST_AUTO_TEST_CASE(doubles_are_checked_against_their_range) {
  auto read = [](std::string_view text) {
    return decoded<measured>("{\"ratio\":" + std::string{text} + "}").ratio;
  };
  BOOST_TEST(read("3") == 3);
  BOOST_TEST(read("-0.25E+1") == -2.5);
  BOOST_TEST(read("1.7976931348623157e308") == 1.7976931348623157e308);
  BOOST_TEST(error_of<measured>(R"({"ratio":1e400})")
             == "member \"ratio\": expected a number in the range of a "
                "double, found 1e400");
  BOOST_TEST(error_of<measured>("{\"ratio\":" + std::string(400, '9') + "}")
             == "member \"ratio\": expected a number in the range of a "
                "double, found "
                  + std::string(48, '9') + "...");
}

BOOST_AUTO_TEST_CASE(tagged_values_are_checked) {
  auto error = [](std::string_view id) {
    return error_of<identified>("{\"id\":" + std::string{id} + "}");
  };
  BOOST_TEST(error(R"({"_data_":"00000000000000000000000000000001","x":1,)"
                   R"("_type_":"uuid_hex"})")
             == "no error");
  BOOST_TEST(error(R"({"_type_":"decimal_str","_data_":"3.14"})")
             == "member \"id\": expected a UUID with \"_type_\" \"uuid_hex\", "
                "found \"_type_\" \"decimal_str\"");
  BOOST_TEST(error(R"("00000000000000000000000000000001")")
             == "member \"id\": expected a UUID, found "
                "\"00000000000000000000000000000001\"");
  BOOST_TEST(error(R"({"_type_":"uuid_hex","_data_":"0001"})")
             == "member \"id\": expected a UUID of 32 hexadecimal digits, "
                "found 0001");
  BOOST_TEST(error(R"({"_type_":"uuid_hex","_data_":)"
                   R"("0000000000000000000000000000000g"})")
             == "member \"id\": expected a UUID of 32 hexadecimal digits, "
                "found 0000000000000000000000000000000g");
  BOOST_TEST(error(R"({"_type_":"uuid_hex","_data_":1})")
             == "member \"id\": expected a string, found 1");
  for (auto text : {"{}", R"({"_type_":"uuid_hex"})", R"({"_data_":""})"})
    BOOST_TEST(error(text)
               == "member \"id\": expected a UUID, found an object without "
                  "\"_type_\" and \"_data_\"");
  BOOST_TEST(error_of<timed>(R"({"timestamp":{"_type_":"uuid_hex",)"
                             R"("_data_":""}})")
             == "member \"timestamp\": expected a time with \"_type_\" "
                "\"datetime_iso\", found \"_type_\" \"uuid_hex\"");
  BOOST_TEST(error_of<timed>(R"({"timestamp":{"_type_":"datetime_iso",)"
                             R"("_data_":"today"}})")
             == "member \"timestamp\": expected a time as in "
                "2026-01-02T03:04:05.000006+00:00, found today");
}

// -- random events ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(random_events_come_back) {
  auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random{seed};
  test::random_json json{seed};
  auto text = [&] {
    std::string result;
    for (auto n = random() % 20; n > 0; --n)
      append_character(result, static_cast<uint32_t>(random() % 4 == 0
                                                       ? random() % 0xD800
                                                       : random() % 0x80));
    return result;
  };
  for (auto i = 0; i < 2'000; ++i) {
    all_types x;
    x.flag = random() % 2 == 0;
    x.small = static_cast<int8_t>(random());
    x.byte = static_cast<uint8_t>(random());
    x.medium = static_cast<int32_t>(random());
    x.large = static_cast<int64_t>(random());
    x.huge = random();
    do {
      auto bits = random();
      std::memcpy(&x.ratio, &bits, sizeof bits);
    } while (!std::isfinite(x.ratio));
    x.name = text();
    x.id = random_uuid();
    // From the year 1 to the year 9999.
    x.at = *time_of("0001-01-01T00:00:00Z")
           + std::chrono::microseconds{random() % 315'537'897'600'000'000};
    if (random() % 2 == 0)
      x.maybe = static_cast<int>(random());
    for (auto n = random() % 4; n > 0; --n)
      x.tags.push_back(text());
    x.extra.text = json.object(5);
    auto payload = encode_event(x, current_time());
    BOOST_TEST_REQUIRE((decoded<all_types>(payload) == x),
                       "seed " << seed << ": " << payload);
  }
}

BOOST_AUTO_TEST_SUITE_END()
