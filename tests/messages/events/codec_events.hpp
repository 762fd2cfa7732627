// Events of all kinds of fields, for tests of the codec, and what is wrong with
// their payloads.
#pragma once

#include "projections/messages/events/event_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace projections::test {

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

} // namespace projections::test

template <>
struct projections::event_type<projections::test::address> {
  static constexpr auto fields
    = std::tuple{field("city", &test::address::city),
                 field("street", &test::address::street)};
};

template <>
struct projections::event_type<projections::test::moved> {
  static constexpr std::string_view topic = "test:Moved";
  static constexpr auto fields = std::tuple{
    field("to", &test::moved::to), field("before", &test::moved::before)};
};

template <>
struct projections::event_type<projections::test::all_types> {
  static constexpr std::string_view topic = "test:AllTypes";
  static constexpr auto fields = std::tuple{
    field("flag", &test::all_types::flag),
    field("small", &test::all_types::small),
    field("byte", &test::all_types::byte),
    field("medium", &test::all_types::medium),
    field("large", &test::all_types::large),
    field("huge", &test::all_types::huge),
    field("ratio", &test::all_types::ratio),
    field("name", &test::all_types::name),
    field("id", &test::all_types::id),
    field("at", &test::all_types::at),
    field("maybe", &test::all_types::maybe),
    field("tags", &test::all_types::tags),
    field("extra", &test::all_types::extra),
  };
};

template <>
struct projections::event_type<projections::test::nothing> {
  static constexpr std::string_view topic = "test:Nothing";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<projections::test::named> {
  static constexpr std::string_view topic = "test:Named";
  static constexpr auto fields = std::tuple{field("name", &test::named::name)};
};

template <>
struct projections::event_type<projections::test::counted> {
  static constexpr std::string_view topic = "test:Counted";
  static constexpr auto fields
    = std::tuple{field("small", &test::counted::small),
                 field("medium", &test::counted::medium)};
};

template <>
struct projections::event_type<projections::test::measured> {
  static constexpr std::string_view topic = "test:Measured";
  static constexpr auto fields
    = std::tuple{field("ratio", &test::measured::ratio)};
};

template <>
struct projections::event_type<projections::test::identified> {
  static constexpr std::string_view topic = "test:Identified";
  static constexpr auto fields = std::tuple{field("id", &test::identified::id)};
};

template <>
struct projections::event_type<projections::test::timed> {
  static constexpr std::string_view topic = "test:Timed";
  static constexpr auto fields
    = std::tuple{field("timestamp", &test::timed::timestamp)};
};

template <>
struct projections::event_type<projections::test::free_form> {
  static constexpr std::string_view topic = "test:FreeForm";
  static constexpr auto fields
    = std::tuple{field("value", &test::free_form::value)};
};

template <>
struct projections::event_type<projections::test::node> {
  static constexpr std::string_view topic = "test:Node";
  static constexpr auto fields
    = std::tuple{field("children", &test::node::children)};
};

namespace projections::test {

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

inline event_time time_at(int64_t microseconds) {
  return event_time{std::chrono::microseconds{microseconds}};
}

/// 2026-01-02T03:04:05.000006+00:00 in microseconds since the epoch, as
/// `date -u -d 2026-01-02T03:04:05 +%s` has its seconds.
inline constexpr int64_t example_time = 1'767'323'045'000'006;

inline all_types example() {
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

inline constexpr std::string_view example_payload
  = R"({"flag":true,"small":-128,"byte":255,"medium":-1,)"
    R"("large":-9223372036854775808,"huge":18446744073709551615,)"
    R"("ratio":0.1,"name":"Fido \"ü\"\n\u0001",)"
    R"("id":{"_type_":"uuid_hex",)"
    R"("_data_":"0123456789abcdef0123456789abcdef"},)"
    R"("at":{"_type_":"datetime_iso",)"
    R"("_data_":"2026-01-02T03:04:05.000006+00:00"},)"
    R"("maybe":null,"tags":["a",""],"extra":{"k": [1, 2.50]}})";

} // namespace projections::test
