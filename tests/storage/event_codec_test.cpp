// Goal: payloads are those of the Python library, an event comes back as it
// was, and no payload does harm or is misread. Method: exact texts in both
// directions, the text of every error, payloads that are cut, changed and
// nested at every place, and random round trips whose seed is printed.
#include "messages/event_codec.hpp"

#include "messages/utf8.hpp"
#include "tests/random_json.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <cstring>
#include <random>

using namespace projections;
using namespace std::string_literals;

namespace {

struct address {
  std::string city;
  std::optional<std::string> street;

  bool operator==(const address&) const = default;
};

struct moved {
  address to;
  std::vector<address> before;

  bool operator==(const moved&) const = default;
};

struct all_types {
  bool flag = false;
  int8_t small = 0;
  uint8_t byte = 0;
  int32_t medium = 0;
  int64_t large = 0;
  uint64_t huge = 0;
  double ratio = 0;
  std::string name;
  uuid id{};
  event_time at;
  std::optional<int> maybe;
  std::vector<std::string> tags;
  raw_json extra;

  bool operator==(const all_types&) const = default;
};

struct nothing {};

struct named {
  std::string name;
};

struct counted {
  int8_t small = 0;
  uint32_t medium = 0;
};

struct measured {
  double ratio = 0;
};

struct identified {
  uuid id{};
};

struct timed {
  event_time timestamp;
};

struct free_form {
  raw_json value;
};

struct node {
  std::vector<node> children;
};

} // namespace

template <>
struct projections::event_type<address> {
  static constexpr auto fields = std::tuple{field("city", &address::city),
                                            field("street", &address::street)};
};

template <>
struct projections::event_type<moved> {
  static constexpr std::string_view topic = "test:Moved";
  static constexpr auto fields
    = std::tuple{field("to", &moved::to), field("before", &moved::before)};
};

template <>
struct projections::event_type<all_types> {
  static constexpr std::string_view topic = "test:AllTypes";
  static constexpr auto fields = std::tuple{
    field("flag", &all_types::flag),   field("small", &all_types::small),
    field("byte", &all_types::byte),   field("medium", &all_types::medium),
    field("large", &all_types::large), field("huge", &all_types::huge),
    field("ratio", &all_types::ratio), field("name", &all_types::name),
    field("id", &all_types::id),       field("at", &all_types::at),
    field("maybe", &all_types::maybe), field("tags", &all_types::tags),
    field("extra", &all_types::extra),
  };
};

template <>
struct projections::event_type<nothing> {
  static constexpr std::string_view topic = "test:Nothing";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<named> {
  static constexpr std::string_view topic = "test:Named";
  static constexpr auto fields = std::tuple{field("name", &named::name)};
};

template <>
struct projections::event_type<counted> {
  static constexpr std::string_view topic = "test:Counted";
  static constexpr auto fields = std::tuple{field("small", &counted::small),
                                            field("medium", &counted::medium)};
};

template <>
struct projections::event_type<measured> {
  static constexpr std::string_view topic = "test:Measured";
  static constexpr auto fields = std::tuple{field("ratio", &measured::ratio)};
};

template <>
struct projections::event_type<identified> {
  static constexpr std::string_view topic = "test:Identified";
  static constexpr auto fields = std::tuple{field("id", &identified::id)};
};

template <>
struct projections::event_type<timed> {
  static constexpr std::string_view topic = "test:Timed";
  static constexpr auto fields
    = std::tuple{field("timestamp", &timed::timestamp)};
};

template <>
struct projections::event_type<free_form> {
  static constexpr std::string_view topic = "test:FreeForm";
  static constexpr auto fields = std::tuple{field("value", &free_form::value)};
};

template <>
struct projections::event_type<node> {
  static constexpr std::string_view topic = "test:Node";
  static constexpr auto fields = std::tuple{field("children", &node::children)};
};

namespace {

template <event E>
E decoded(std::string_view payload) {
  return decode_event<E>({event_type<E>::topic, "s", 2, 7}, payload);
}

/// Returns what the error says behind the name of the event.
template <event E>
std::string error_of(std::string_view payload) {
  try {
    decoded<E>(payload);
  } catch (const event_format_error& e) {
    std::string text = e.what();
    auto front = "event \"" + std::string{event_type<E>::topic}
                 + "\" at position 7 (version 2 of stream \"s\"): ";
    BOOST_TEST(text.starts_with(front), text);
    return text.substr(front.size());
  }
  return "no error";
}

/// Returns what is wrong with encoding `x`.
template <event E>
std::string encode_error_of(const E& x) {
  try {
    return encode_event(x);
  } catch (const event_format_error& e) {
    return e.what();
  }
}

event_time time_at(int64_t microseconds) {
  return event_time{std::chrono::microseconds{microseconds}};
}

/// 2026-01-02T03:04:05.000006+00:00 in microseconds since the epoch, as
/// `date -u -d 2026-01-02T03:04:05 +%s` has its seconds.
constexpr int64_t example_time = 1'767'323'045'000'006;

all_types example() {
  all_types x;
  x.flag = true;
  x.small = -128;
  x.byte = 255;
  x.medium = -1;
  x.large = INT64_MIN;
  x.huge = UINT64_MAX;
  x.ratio = 0.1;
  x.name = "Fido \"ü\"\n\x01";
  x.id = *uuid_of("0123456789abcdef0123456789ABCDEF");
  x.at = time_at(example_time);
  x.tags = {"a", ""};
  x.extra.text = R"({"k": [1, 2.50]})";
  return x;
}

constexpr std::string_view example_payload
  = R"({"flag":true,"small":-128,"byte":255,"medium":-1,)"
    R"("large":-9223372036854775808,"huge":18446744073709551615,)"
    R"("ratio":0.1,"name":"Fido \"ü\"\n\u0001",)"
    R"("id":{"_type_":"uuid_hex",)"
    R"("_data_":"0123456789abcdef0123456789abcdef"},)"
    R"("at":{"_type_":"datetime_iso",)"
    R"("_data_":"2026-01-02T03:04:05.000006+00:00"},)"
    R"("maybe":null,"tags":["a",""],"extra":{"k": [1, 2.50]}})";

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

// -- times --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(times_are_read_in_the_forms_of_iso_8601) {
  auto at = time_at(example_time);
  for (auto text :
       {"2026-01-02T03:04:05.000006+00:00", "2026-01-02 03:04:05.000006Z",
        "2026-01-02T05:34:05.000006+02:30", "2026-01-01T23:04:05.000006-04:00",
        "2026-01-02T03:04:06.000006+00:00:01"})
    BOOST_TEST((time_of(text) == at), text);
  auto tenth = time_at(100'000);
  for (auto text : {"1970-01-01T00:00:00.1Z", "1970-01-01T00:00:00.100Z"})
    BOOST_TEST((time_of(text) == tenth), text);
  // The 29th of February of a leap year is day 59 after the 1st of January.
  BOOST_TEST((time_of("1972-02-29T00:00:00Z")
              == time_at((730 + 59) * int64_t{86'400'000'000})));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_times) {
  for (auto text : {"",
                    "2026",
                    "2026-01-02",
                    "2026-01-02T03:04:05",
                    "2026-01-02T03:04Z",
                    "2026-13-02T03:04:05Z",
                    "2026-02-29T03:04:05Z",
                    "2026-01-00T00:00:00Z",
                    "2026-01-02T24:00:00Z",
                    "2026-01-02T03:60:05Z",
                    "2026-01-02T03:04:60Z",
                    "2026-01-02T03:04:05.Z",
                    "2026-01-02T03:04:05.0000001Z",
                    "2026-01-02T03:04:05+1:00",
                    "2026-01-02T03:04:05+24:00",
                    "2026-01-02T03:04:05Z ",
                    " 2026-01-02T03:04:05Z",
                    "0000-01-01T00:00:00Z",
                    "-026-01-02T03:04:05Z",
                    "20260102T030405Z",
                    "2026-01-02T03:04:05.000006+00:00:00.0000001"})
    BOOST_TEST(!time_of(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(times_have_a_form_in_the_years_1_to_9999_only) {
  auto first = time_of("0001-01-01T00:00:00Z");
  auto last = time_of("9999-12-31T23:59:59.999999Z");
  BOOST_TEST((iso_of(*first) == "0001-01-01T00:00:00+00:00"));
  BOOST_TEST((iso_of(*last) == "9999-12-31T23:59:59.999999+00:00"));
  auto tick = std::chrono::microseconds{1};
  BOOST_TEST(!iso_of(*first - tick).has_value());
  BOOST_TEST(!iso_of(*last + tick).has_value());
  BOOST_TEST((iso_of(time_at(-1)) == "1969-12-31T23:59:59.999999+00:00"));
}

// -- payloads that are not JSON -----------------------------------------------

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
