// Goal: an event without an id gets the one that the protocol says, and its
// redelivery the same. Method: identities derived against a real set of ids.
#include "projections/folds/deliveries/event_identity.hpp"

#include "projections/messages/json/json_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;

namespace {

/// A projector's memory of events, without read models.
struct memory {
  event_identity identities;
  processed_ids ids{0};

  derived_identity derive(std::string_view event_type,
                          std::string_view payload) {
    return identities.derive(event_type, payload, [this](std::string_view id) {
      return ids.find(id);
    });
  }

  /// Processes an event without an id and returns the one it got, with a mark
  /// if it was known already.
  std::string process(std::string_view event_type, std::string_view payload) {
    auto identity = derive(event_type, payload);
    auto id = std::string{identity.id};
    if (identity.known)
      return id + " again";
    BOOST_TEST(ids.insert_derived(id, identity.content));
    return id;
  }
};

/// Returns the id of an event that is the first of all.
std::string first_id(std::string_view event_type, std::string_view payload) {
  return memory{}.process(event_type, payload);
}

/// Returns `depth` arrays or objects in each other around `inner`.
std::string nested(size_t depth, std::string_view begin, std::string_view inner,
                   std::string_view end) {
  std::string result;
  for (size_t i = 0; i < depth; ++i)
    result += begin;
  result += inner;
  for (size_t i = 0; i < depth; ++i)
    result += end;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_identity_test)

// -- the id itself ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(id_follows_the_last_dash_of_the_payload_id) {
  BOOST_TEST(first_id("UserCreated", R"({"id": "user-123"})") == "evt-123");
  BOOST_TEST(first_id("UserCreated", R"({"id": "a-b-c"})") == "evt-c");
  BOOST_TEST(first_id("UserCreated", R"({"id": "plain"})") == "evt-plain");
  BOOST_TEST(first_id("UserCreated", R"({"id": "x-a\"b"})") == R"(evt-a\"b)");
}

BOOST_AUTO_TEST_CASE(id_is_made_of_digits_where_the_payload_has_none) {
  for (auto payload :
       {R"({"id": "user-"})", R"({"id": ""})", R"({"id": 7})",
        R"({"name": "John"})", R"([{"id": "user-1"}])", "null"}) {
    auto id = first_id("UserCreated", payload);
    BOOST_TEST(id.substr(0, 4) == "evt-");
    BOOST_TEST(id.size() == 20);
    BOOST_TEST(id.find_first_not_of("0123456789abcdef", 4)
               == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(digits_are_the_same_everywhere) {
  // Written down once: another value would make redelivered events new ones
  // after a restart or on another machine.
  BOOST_TEST(first_id("UserCreated", R"({"name": "John"})")
             == "evt-21d202dd89e10545");
  BOOST_TEST(first_id("T", R"({"a": [1, {"b": {}}, []], "c": null})")
             == "evt-26021fe3903a6440");
}

BOOST_AUTO_TEST_CASE(digits_ignore_key_order_and_separators) {
  auto id = first_id("T", R"({"a": 1, "b": {"c": [1, {"d": 2, "e": 3}]}})");
  BOOST_TEST(first_id("T", R"({"b":{"c":[1,{"e":3,"d":2}]},"a":1})") == id);
}

BOOST_AUTO_TEST_CASE(digits_tell_different_events_apart) {
  const std::string_view payloads[] = {"1",
                                       "1.0",
                                       "[1]",
                                       "[[1]]",
                                       "[1, 2]",
                                       "[2, 1]",
                                       "[]",
                                       "[[]]",
                                       "{}",
                                       "[{}]",
                                       R"("1")",
                                       R"({"a": 1})",
                                       R"({"b": 1})",
                                       R"({"a": "1"})",
                                       "[null]",
                                       R"([[1], 2])",
                                       R"([[1, 2]])",
                                       R"([{"a": 1}])",
                                       R"({"a": {}})",
                                       R"({"a": []})",
                                       R"({"a": 1, "b": 1})",
                                       R"({"a": {"b": 1}})"};
  memory events;
  for (auto payload : payloads)
    BOOST_TEST(events.process("T", payload).find(" again")
               == std::string::npos);
  BOOST_TEST(events.ids.size() == std::size(payloads));
  BOOST_TEST(first_id("T", "1") != first_id("U", "1"));
}

BOOST_AUTO_TEST_CASE(deep_and_wide_payloads_are_taken) {
  // Far deeper than requests may be; a form per level would take minutes.
  constexpr size_t depth = 200'000;
  auto arrays = nested(depth, "[", "1", "]");
  BOOST_TEST(first_id("T", arrays) == first_id("T", arrays));
  BOOST_TEST(first_id("T", arrays)
             != first_id("T", nested(depth, "[", "2", "]")));
  BOOST_TEST(first_id("T", nested(depth, R"({"b":1,"a":)", "1", "}"))
             == first_id("T", nested(depth, R"({"a":)", "1", R"(,"b":1})")));
  std::string wide = "{";
  for (int i = 0; i < 100'000; ++i)
    wide += '"' + std::to_string(i) + "\":" + std::to_string(i) + ',';
  wide.back() = '}';
  BOOST_TEST(first_id("T", wide) == first_id("T", wide));
}

// -- redelivery ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(equal_events_without_ids_are_one) {
  memory events;
  BOOST_TEST(events.process("T", R"({"id": "u-1", "n": 1})") == "evt-1");
  BOOST_TEST(events.process("T", R"({"n": 1, "id": "u-1"})") == "evt-1 again");
}

BOOST_AUTO_TEST_CASE(own_id_equal_to_a_derived_one_is_its_redelivery) {
  memory events;
  events.process("UserCreated", R"({"id": "user-123"})");
  BOOST_TEST(events.ids.contains("evt-123"));
}

BOOST_AUTO_TEST_CASE(derived_id_of_another_event_gets_a_suffix) {
  memory events;
  events.process("T", R"({"id": "u-1", "n": 1})");
  auto id = events.process("T", R"({"id": "u-1", "n": 2})");
  BOOST_TEST(id.substr(0, 6) == "evt-1-");
  BOOST_TEST(id.size() == 14);
  BOOST_TEST(events.process("T", R"({"id": "u-1", "n": 2})") == id + " again");
  BOOST_TEST(events.process("U", R"({"id": "u-1", "n": 1})") != id);
}

BOOST_AUTO_TEST_CASE(own_id_of_another_event_gives_a_suffix) {
  memory events;
  events.ids.insert("evt-1");
  auto id = events.process("T", R"({"id": "u-1"})");
  BOOST_TEST(id.size() == 14);
  BOOST_TEST(events.process("T", R"({"id": "u-1"})") == id + " again");
}

BOOST_AUTO_TEST_CASE(suffix_is_the_beginning_of_the_digits) {
  memory events;
  auto digits = events.process("T", R"({"n": 1})");
  memory others;
  others.ids.insert(digits);
  BOOST_TEST(others.process("T", R"({"n": 1})")
             == digits + "-" + digits.substr(4, 8));
}

BOOST_AUTO_TEST_CASE(suffix_is_repeated_until_the_id_is_free) {
  memory events;
  events.ids.insert("evt-1");
  auto once = std::string{events.derive("T", R"({"id": "u-1"})").id};
  events.ids.insert(once);
  auto twice = events.process("T", R"({"id": "u-1"})");
  BOOST_TEST(twice == once + once.substr(5));
  BOOST_TEST(events.process("T", R"({"id": "u-1"})") == twice + " again");
}

BOOST_AUTO_TEST_CASE(
  suffixed_event_is_known_when_the_shorter_id_is_free_again) {
  memory events;
  events.ids = processed_ids{2};
  events.process("T", R"({"id": "u-1", "n": 1})");
  auto id = events.process("T", R"({"id": "u-1", "n": 2})");
  events.ids.insert("another event");
  BOOST_TEST(!events.ids.contains("evt-1"));
  BOOST_TEST(events.process("T", R"({"id": "u-1", "n": 2})") == id + " again");
  BOOST_TEST(events.process("T", R"({"id": "u-1", "n": 1})") == "evt-1");
}

BOOST_AUTO_TEST_SUITE_END()
