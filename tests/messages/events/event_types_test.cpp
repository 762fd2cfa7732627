// Goal: a recorded event finds its type by its topic, whatever topics there
// are, and no other event passes for one. Method: sets of types of this file,
// and tables over many topics.
#include "projections/messages/events/event_types.hpp"

#include "tests/folds/aggregates/dogs_and_cats.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace projections::test;

namespace {

using dog_events = event_types<dog_registered, trick_added>;

recorded_event recorded(std::string topic, std::string payload) {
  return {7, "s", 2, std::move(topic), std::move(payload)};
}

/// Says which function was called with what.
struct listener {
  std::string heard;

  void operator()(const dog_registered& x) {
    heard = "registered " + x.name;
  }

  void operator()(const trick_added& x) {
    heard = "trick " + x.trick;
  }
};

/// Returns the topics `T0`, `T1` and so on, and some that differ in their
/// middle only.
template <size_t... Is>
constexpr auto many_topics(std::index_sequence<Is...>) {
  return std::array<std::array<char, 12>, sizeof...(Is)>{std::array<char, 12>{
    't', 'o', 'p', static_cast<char>('A' + Is / 20), 'i',
    static_cast<char>('a' + Is % 20), 'c', 's', ':', 'X', 'Y', 'Z'}...};
}

constexpr auto many = many_topics(std::make_index_sequence<400>{});

constexpr auto many_views = [] {
  std::array<std::string_view, many.size()> result;
  for (size_t i = 0; i < many.size(); ++i)
    result[i] = std::string_view{many[i].data(), many[i].size()};
  return result;
}();

} // namespace

BOOST_AUTO_TEST_SUITE(event_types_suite)

BOOST_AUTO_TEST_CASE(event_is_dispatched_by_its_topic) {
  listener x;
  BOOST_TEST(dog_events::dispatch(
    recorded("dogschool:Dog.Registered", R"({"name":"Fido"})"), x));
  BOOST_TEST(x.heard == "registered Fido");
  BOOST_TEST(dog_events::dispatch(
    recorded("dogschool:Dog.TrickAdded", R"({"trick":"sit"})"), x));
  BOOST_TEST(x.heard == "trick sit");
}

BOOST_AUTO_TEST_CASE(unknown_topic_calls_nothing) {
  listener x;
  for (auto topic : {"", "dogschool:Dog.Registere", "dogschool:Dog.registered",
                     "dogschool:Dog.Registered2", "garden:Cat.Seen"})
    BOOST_TEST(!dog_events::dispatch(recorded(topic, "no JSON"), x));
  BOOST_TEST(x.heard.empty());
  BOOST_TEST(!event_types<>::dispatch(recorded("a", "{}"), [](auto&) {}));
}

BOOST_AUTO_TEST_CASE(unknown_topic_is_named_where_it_is_an_error) {
  auto is_named = [](const unknown_topic& e) {
    return e.topic() == "garden:Cat.Seen"
           && std::string{e.what()}
                == "unknown topic: event \"garden:Cat.Seen\" at position 7 "
                   "(version 2 of stream \"s\")";
  };
  BOOST_CHECK_EXCEPTION(
    dog_events::visit(recorded("garden:Cat.Seen", "{}"), listener{}),
    unknown_topic, is_named);
}

BOOST_AUTO_TEST_CASE(one_event_is_decoded_as_the_type_asked_for) {
  auto x = decode<trick_added>(recorded("other", R"({"trick":"sit"})"));
  BOOST_TEST(x.trick == "sit");
  auto names_event = [](const event_format_error& e) {
    return std::string{e.what()}
           == "event \"other\" at position 7 (version 2 of stream \"s\"): "
              "member \"trick\" is missing";
  };
  BOOST_CHECK_EXCEPTION(decode<trick_added>(recorded("other", "{}")),
                        event_format_error, names_event);
}

BOOST_AUTO_TEST_CASE(topics_are_known_in_order) {
  auto topics = dog_events::topics();
  BOOST_REQUIRE_EQUAL(topics.size(), 2u);
  BOOST_TEST(topics[0] == "dogschool:Dog.Registered");
  BOOST_TEST(topics[1] == "dogschool:Dog.TrickAdded");
  BOOST_TEST(dog_events::knows("dogschool:Dog.TrickAdded"));
  BOOST_TEST(!dog_events::knows("garden:Cat.Seen"));
}

BOOST_AUTO_TEST_CASE(sets_are_joined_without_repetition) {
  using joined = joined_event_types<dog_events, event_types<>,
                                    event_types<cat_seen, trick_added>>;
  static_assert(
    std::same_as<joined, event_types<dog_registered, trick_added, cat_seen>>);
  static_assert(std::same_as<joined_event_types<>, event_types<>>);
  BOOST_TEST(joined::count == 3u);
}

BOOST_AUTO_TEST_CASE(every_topic_of_many_is_found) {
  constexpr topic_table<many.size()> table{many_views};
  for (size_t i = 0; i < many.size(); ++i)
    BOOST_TEST(table.find(many_views[i]) == i);
  BOOST_TEST(table.find("topAiacs:XY") == many.size());
}

BOOST_AUTO_TEST_CASE(equal_and_empty_topics_are_no_set) {
  using two = std::array<std::string_view, 2>;
  BOOST_TEST(are_topics(two{"a", "b"}));
  BOOST_TEST(!are_topics(two{"a", "a"}));
  BOOST_TEST(!are_topics(two{"a", ""}));
}

BOOST_AUTO_TEST_SUITE_END()
