// Goal: of a repeated key the last value stays in the place of the first, at
// any size and depth, within twice the bytes of the source. Method: cases by
// hand through the parser, and the builder alone with its output walled in.
#include "projections/messages/json/json_builder.hpp"

#include "projections/messages/json/json_normaliser.hpp"
#include "tests/random_json.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace projections;
using projections::test::random_json;

namespace {

std::string spaced(std::string_view text) {
  return normalise(text, spaced_style);
}

std::string member(int key, int value) {
  return "\"k" + std::to_string(key) + "\": " + std::to_string(value);
}

/// Returns an object with `count` keys, all of them twice.
std::string doubled(int count) {
  std::string result{"{"};
  for (int i = 0; i < 2 * count; ++i)
    result += (i > 0 ? ", " : "") + member(i % count, i);
  return result + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_builder_test)

BOOST_AUTO_TEST_CASE(repeated_key_keeps_the_last_value_in_the_first_place) {
  BOOST_TEST(spaced(R"({"a": 1, "b": 2, "a": 3})") == R"({"a": 3, "b": 2})");
  BOOST_TEST(spaced(R"({"a": 1, "a": 2, "a": 3})") == R"({"a": 3})");
  BOOST_TEST(spaced(R"({"a": [1, 2, 3], "b": 1, "a": {}, "b": "longer"})")
             == R"({"a": {}, "b": "longer"})");
  BOOST_TEST(normalise(R"({"a": 1, "b": 2, "a": 3})", compact_style)
             == R"({"a":3,"b":2})");
}

BOOST_AUTO_TEST_CASE(keys_are_compared_by_their_meaning) {
  BOOST_TEST(spaced(R"({"a": 1, "\u0061": 2})") == R"({"a": 2})");
  BOOST_TEST(spaced(R"({"\n": 1, "\u000A": 2})") == R"({"\n": 2})");
  BOOST_TEST(spaced(R"({"": 1, "": 2})") == R"({"": 2})");
  BOOST_TEST(spaced(R"({"a": 1, "A": 2})") == R"({"a": 1, "A": 2})");
}

BOOST_AUTO_TEST_CASE(keys_repeat_within_one_object_only) {
  constexpr auto text = R"({"a": {"a": {"a": 1}}, "b": [{"a": 2}, {"a": 3}]})";
  BOOST_TEST(spaced(text) == text);
}

BOOST_AUTO_TEST_CASE(nested_repeats_are_dropped_at_every_level) {
  BOOST_TEST(
    spaced(R"({"a": 0, "b": {"x": 1, "y": 2, "x": [{"z": 1, "z": 2}]},)"
           R"( "a": {"p": 1, "p": {"q": 1, "q": 2}}, "c": 3})")
    == R"({"a": {"p": {"q": 2}}, "b": {"x": [{"z": 2}], "y": 2}, "c": 3})");
}

BOOST_AUTO_TEST_CASE(many_members_are_told_apart) {
  // From 16 members on, keys are looked up in a set.
  for (auto count : {1, 7, 8, 9, 15, 16, 17, 18, 100}) {
    std::string expected{"{"};
    for (int i = 0; i < count; ++i)
      expected += (i > 0 ? ", " : "") + member(i, count + i);
    BOOST_TEST(spaced(doubled(count)) == expected + "}");
  }
}

BOOST_AUTO_TEST_CASE(large_object_keeps_its_other_members_after_a_nested_one) {
  // The nested object is rewritten while the keys of the outer one are known
  // by where they stand.
  auto nested = R"("n": {"x": 1, "x": 2}, )";
  auto text = "{" + std::string{nested} + doubled(20).substr(1);
  BOOST_TEST(spaced(text)
             == R"({"n": {"x": 2}, )" + spaced(doubled(20)).substr(1));
}

BOOST_AUTO_TEST_CASE(identity_is_that_of_the_whole_text) {
  test::check_random_seeds(300, [](uint64_t seed) {
    random_json random{seed};
    auto text = normalise(random.object(3), spaced_style);
    // A builder that is told the parts of the members by hand, all twice.
    std::string room(3 * text.size() + 16, '\0');
    json_builder builder{spaced_style};
    builder.begin(room.data());
    builder.start_object();
    for (int round = 0; round < 2; ++round)
      for (member_cursor i{text}; i.next();) {
        builder.key(unescaped(i.key()), false);
        if (kind_of(i.value()) == json_kind::string) {
          builder.string(unescaped(unquoted(i.value())), false);
        } else if (kind_of(i.value()) == json_kind::array) {
          builder.start_array();
          builder.end_array();
        } else if (kind_of(i.value()) == json_kind::object) {
          builder.start_object();
          builder.end_object();
        } else {
          builder.literal(i.value());
        }
      }
    BOOST_REQUIRE(!builder.done());
    builder.end_object();
    BOOST_REQUIRE(builder.done());
    BOOST_REQUIRE_EQUAL(builder.identity(), identity_of(builder.text()));
    BOOST_REQUIRE_EQUAL(builder.identity(), identity_of(text));
    // It is a part of the text, and not of what was dropped of it.
    if (auto identity = builder.identity(); !identity.empty())
      BOOST_REQUIRE(identity.data() + identity.size()
                    <= builder.text().data() + builder.text().size());
  });
}

BOOST_AUTO_TEST_CASE(identity_of_the_last_id_counts) {
  auto identity = [](std::initializer_list<std::string_view> ids) {
    std::string room(200, '\0');
    json_builder builder{spaced_style};
    builder.begin(room.data());
    builder.start_object();
    for (auto id : ids) {
      builder.key("id", true);
      builder.literal(id);
      builder.key("other", true);
      builder.literal("0");
    }
    builder.end_object();
    return std::string{builder.identity()};
  };
  BOOST_TEST(identity({"1"}) == "1");
  BOOST_TEST(identity({"1", "2"}) == "2");
  BOOST_TEST(identity({"1", "null"}) == "");
  BOOST_TEST(identity({"null", "1"}) == "1");
}

BOOST_AUTO_TEST_CASE(values_within_an_id_identify_nothing) {
  std::string room(200, '\0');
  json_builder builder{spaced_style};
  builder.begin(room.data());
  builder.start_object();
  builder.key("id", true);
  builder.start_array();
  builder.literal("1");
  builder.end_array();
  builder.key("a", true);
  builder.literal("2");
  builder.end_object();
  BOOST_TEST(builder.text() == R"({"id": [1], "a": 2})");
  BOOST_TEST(builder.identity().empty());
}

BOOST_AUTO_TEST_CASE(builder_begins_anew) {
  std::string room(100, '\0');
  json_builder builder{compact_style};
  builder.begin(room.data());
  builder.start_object();
  builder.key("id", true);
  builder.literal("1");
  // A value that is never finished leaves nothing behind.
  builder.begin(room.data());
  builder.start_array();
  builder.literal("1");
  builder.string("a\nb", false);
  builder.end_array();
  BOOST_TEST(builder.text() == R"([1,"a\nb"])");
  BOOST_TEST(builder.identity().empty());
}

BOOST_AUTO_TEST_CASE(never_more_than_twice_the_bytes_of_the_source) {
  // What grows most: separators between the shortest of values.
  std::string text{"[[]"};
  for (int i = 0; i < 1000; ++i)
    text += ",1";
  text += ",{\"\":0";
  for (int i = 0; i < 1000; ++i)
    text += ",\"\":0";
  text += "}]";
  auto result = spaced(text);
  BOOST_TEST(result.size() <= 2 * text.size());
  // Repeats are written before they are dropped: the room is used up to there.
  test::check_random_seeds(200, [](uint64_t seed) {
    random_json random{seed};
    auto source = random.value(4);
    BOOST_REQUIRE_LE(spaced(source).size(), 2 * source.size());
  });
}

BOOST_AUTO_TEST_SUITE_END()
