// Goal: merging is RFC 7396 on normalised text, key order included, and what
// foresees a merge foresees what merging gives. Method: the examples of the
// RFC's appendix A in both styles, cases by hand, random values against a merge
// of plain values that follows the RFC word for word, and random patches made
// of what they are merged into. Every merge is done in all ways.
#include "projections/messages/json/merge_patch.hpp"

#include "projections/messages/json/json_normaliser.hpp"
#include "tests/end_to_end/simple_json.hpp"
#include "tests/random_json.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace projections;
using projections::test::random_json;

namespace {

bool is_object(std::string_view text) {
  return !text.empty() && kind_of(text) == json_kind::object;
}

bool is_merged(std::string_view target, std::string_view patch) {
  return projections::is_merged(target, patch,
                                [](std::string_view) { return true; });
}

/// Checks all that is said of merging `patch` into `target` without writing it
/// against `result`, which was written.
void check_foreseen(std::string_view target, std::string_view patch,
                    json_style style, std::string_view result) {
  std::string room{"of an earlier merge"};
  auto found = projections::merged(target, patch, style, room);
  BOOST_TEST(found == result);
  BOOST_TEST((found.data() == target.data() || found.data() == patch.data()
              || found.data() == room.data()));
  if (merges_into_itself(patch)) {
    std::string again;
    append_merged(again, patch, patch, style);
    BOOST_TEST(again == patch);
  }
  if (is_object(target) && is_object(patch) && is_merged(target, patch))
    BOOST_TEST(result == target);
}

std::string merged(std::string_view target, std::string_view patch,
                   json_style style = spaced_style) {
  auto old = target.empty() ? std::string{} : normalise(target, style);
  auto change = normalise(patch, style);
  std::string result;
  append_merged(result, old, change, style);
  check_foreseen(old, change, style, result);
  return result;
}

/// What the result of a merge is, told by where its text stands.
std::string origin_of_merged(std::string_view target, std::string_view patch) {
  std::string room;
  auto found = projections::merged(target, patch, spaced_style, room);
  return found.data() == target.data()  ? "target"
         : found.data() == patch.data() ? "patch"
                                        : "room";
}

/// The members of an object: few keys, so that they meet again, and as long as
/// the ways to compare them ask for.
using member_list = std::vector<std::pair<std::string, std::string>>;

const std::string keys[]
  = {"", "a", "b", "name", "email", "identity", "a key of 17 bytes"};

std::string text_of(const member_list& members) {
  std::string result{"{"};
  for (auto& [key, value] : members)
    result += (result.size() > 1 ? ", \"" : "\"") + key + "\": " + value;
  return result + "}";
}

std::string random_value(random_json& random, size_t depth_max);

member_list random_members(random_json& random, size_t depth_max) {
  member_list result;
  for (auto& key : keys)
    if (random.below(2) == 0)
      result.emplace_back(key, random_value(random, depth_max));
  return result;
}

std::string random_value(random_json& random, size_t depth_max) {
  if (depth_max > 0 && random.below(3) == 0)
    return text_of(random_members(random, depth_max - 1));
  const char* const values[] = {"1",    "2",  "\"x\"",  "\"null\"",
                                "null", "[]", "[null]", "[{\"a\": null}]"};
  return values[random.below(std::size(values))];
}

/// Returns a patch that says again what `target` has, but for a few changes:
/// none, or members that are removed, left out, set, added or moved.
member_list random_patch(random_json& random, const member_list& target) {
  member_list result;
  auto change_chance = 2 + random.below(20);
  for (auto& [key, value] : target)
    switch (random.below(change_chance)) {
      case 0:
        result.emplace_back(key, random_value(random, 2));
        break;
      case 1:
        break;
      default:
        result.emplace_back(key, value);
    }
  for (auto& key : keys) {
    auto is_known = [&](auto& x) { return x.first == key; };
    if (random.below(change_chance) == 0
        && std::none_of(target.begin(), target.end(), is_known))
      result.insert(
        result.begin()
          + static_cast<std::ptrdiff_t>(random.below(result.size() + 1)),
        {key, random_value(random, 2)});
  }
  if (!result.empty() && random.below(change_chance) == 0)
    std::swap(result[random.below(result.size())], result.back());
  return result;
}

test::json read(const std::string& text) {
  test::json result;
  size_t used = 0;
  auto how = test::read_json(text + "\n", result, used);
  BOOST_REQUIRE((how == test::reading::complete));
  return result;
}

std::string object_of(int first, int end, const std::string& value) {
  std::string result{"{"};
  for (int i = first; i < end; ++i)
    result
      += (i > first ? ", \"k" : "\"k") + std::to_string(i) + "\": " + value;
  return result + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(merge_patch_test)

BOOST_AUTO_TEST_CASE(examples_of_the_rfc_hold_in_both_styles) {
  struct row {
    const char* target;
    const char* patch;
    const char* result;
  };
  for (auto& [target, patch, result] :
       {row{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        row{R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        row{R"({"a":"b"})", R"({"a":null})", R"({})"},
        row{R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        row{R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        row{R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        row{R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})",
            R"({"a":{"b":"d"}})"},
        row{R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        row{R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
        row{R"({"a":"b"})", R"(["c"])", R"(["c"])"},
        row{R"({"a":"foo"})", "null", "null"},
        row{R"({"a":"foo"})", R"("bar")", R"("bar")"},
        row{R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        row{"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
        row{"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}}) {
    BOOST_TEST(merged(target, patch, compact_style) == result);
    BOOST_TEST(merged(target, patch, spaced_style)
               == normalise(result, spaced_style));
  }
}

BOOST_AUTO_TEST_CASE(result_is_appended) {
  std::string out{"x"};
  append_merged(out, "{}", R"({"a": 1})", spaced_style);
  BOOST_TEST(out == R"(x{"a": 1})");
}

BOOST_AUTO_TEST_CASE(target_may_be_absent) {
  BOOST_TEST(merged("", R"({"a": null, "b": {"c": null}})") == R"({"b": {}})");
  BOOST_TEST(merged("", "[null]") == "[null]");
}

BOOST_AUTO_TEST_CASE(keys_keep_the_order_of_their_first_appearance) {
  BOOST_TEST(
    merged(R"({"a": 1, "b": 2, "c": 3})", R"({"d": 4, "c": 5, "a": 6, "e": 7})")
    == R"({"a": 6, "b": 2, "c": 5, "d": 4, "e": 7})");
}

BOOST_AUTO_TEST_CASE(patch_of_the_same_keys_replaces_all_values) {
  BOOST_TEST(merged(R"({"a": 1, "b": 2})", R"({"a": 3, "b": [4]})")
             == R"({"a": 3, "b": [4]})");
  // Unless a value is removed or merged further.
  BOOST_TEST(merged(R"({"a": 1, "b": 2})", R"({"a": 3, "b": null})")
             == R"({"a": 3})");
  BOOST_TEST(merged(R"({"a": 1, "b": {"x": 1}})", R"({"a": 3, "b": {"y": 2}})")
             == R"({"a": 3, "b": {"x": 1, "y": 2}})");
  BOOST_TEST(merged(R"({"a": 1})", R"({"a": {"b": null}})") == R"({"a": {}})");
  // Or the patch has fewer keys, or more.
  BOOST_TEST(merged(R"({"a": 1, "b": 2})", R"({"a": 3})")
             == R"({"a": 3, "b": 2})");
  BOOST_TEST(merged(R"({"a": 1})", R"({"a": 3, "b": null})") == R"({"a": 3})");
}

BOOST_AUTO_TEST_CASE(many_members_are_merged_by_their_keys) {
  // From 13 members on, a patch is looked up in a table.
  for (auto count : {11, 12, 13, 14, 100}) {
    auto target = object_of(0, count, "1");
    BOOST_TEST(merged(target, object_of(0, count, "2"))
               == object_of(0, count, "2"));
    BOOST_TEST(merged(target, object_of(0, count, "null")) == "{}");
    BOOST_TEST(merged("{}", object_of(0, count, "null")) == "{}");
    BOOST_TEST(merged(object_of(0, 5, "1"), object_of(5, count, "1"))
               == target);
    // What the target does not have comes behind what it has.
    auto rest = object_of(5, count, "1");
    rest.back() = ',';
    BOOST_TEST(merged(object_of(5, count, "0"), target)
               == rest + " " + object_of(0, 5, "1").substr(1));
  }
}

BOOST_AUTO_TEST_CASE(deep_patches_are_no_crash) {
  std::string patch;
  for (int i = 0; i < 1000; ++i)
    patch += R"({"a": )";
  patch += "null" + std::string(1000, '}');
  auto result = merged("{}", patch);
  BOOST_TEST(merged(result, patch) == result);
}

BOOST_AUTO_TEST_CASE(random_merges_agree_with_the_plain_model) {
  test::check_random_seeds(500, [](uint64_t seed) {
    random_json random{seed};
    auto target = random.value(4);
    auto plain = read(target);
    for (int i = 0; i < 3; ++i) {
      auto patch = random.value(4);
      test::merge_patch(plain, read(patch));
      for (auto compact : {false, true})
        BOOST_REQUIRE_EQUAL(
          merged(target, patch, compact ? compact_style : spaced_style),
          test::write_json(plain, compact));
      target = merged(target, patch);
    }
  });
}

// -- merges that need not be written ------------------------------------------

BOOST_AUTO_TEST_CASE(merge_of_what_is_there_is_the_target_itself) {
  constexpr auto target
    = R"({"a": 1, "b": {"x": [null]}, "c": "null", "d": null})";
  for (auto patch :
       {"{}", R"({"a": 1})", R"({"a": 1, "c": "null"})", R"({"c": "null"})"})
    BOOST_TEST(origin_of_merged(target, patch) == "target", patch);
  for (std::string same : {R"({"a": 1, "b": {"x": {"y": 2}}})", "{}"})
    BOOST_TEST(origin_of_merged(same, std::string{same}) == "target", same);
}

BOOST_AUTO_TEST_CASE(merge_of_a_row_as_a_whole_is_the_patch_itself) {
  constexpr auto target = R"({"a": 1, "b": {"x": 2}, "c": null})";
  for (auto patch : {R"({"a": 2, "b": {"x": 2}, "c": [null]})",
                     R"({"a": 2, "b": 3, "c": "null"})",
                     R"({"a": 1, "b": {"x": 2}, "c": 0})"})
    BOOST_TEST(origin_of_merged(target, patch) == "patch", patch);
}

BOOST_AUTO_TEST_CASE(other_merges_are_written) {
  constexpr auto target = R"({"a": 1, "b": {"x": null}, "c": null})";
  for (auto patch :
       {R"({"a": 2})", R"({"b": 2, "c": 2})", R"({"a": null})",
        R"({"c": 2, "b": 2, "a": 2})", R"({"a": 2, "b": 2, "c": 2, "d": 2})",
        R"({"a": 2, "b": {"x": 2}, "c": 2})", R"({"a": 2, "b": 2, "c": null})",
        R"({"d": 1})", R"({"b": {"x": null}})", "null", "1", "[]"})
    BOOST_TEST(origin_of_merged(target, patch) == "room", patch);
  BOOST_TEST(origin_of_merged("", R"({"a": 1})") == "room");
  BOOST_TEST(origin_of_merged("[]", R"({"a": 1})") == "room");
}

BOOST_AUTO_TEST_CASE(value_without_a_null_merges_into_itself) {
  for (auto value : {"1", "true", R"("null")", "[null]", R"([{"a": null}])",
                     "{}", R"({"a": {"b": [1]}})"})
    BOOST_TEST(merges_into_itself(value), value);
  for (auto value : {"null", R"({"a": null})", R"({"a": {"b": null}})"})
    BOOST_TEST(!merges_into_itself(value), value);
}

BOOST_AUTO_TEST_CASE(members_in_the_same_order_are_known_to_be_merged) {
  constexpr auto target = R"({"a": 1, "b": {"x": 2}, "c": null, "d": [null]})";
  for (auto patch : {"{}", R"({"a": 1})", R"({"b": {"x": 2}, "d": [null]})"})
    BOOST_TEST(is_merged(target, patch), patch);
  for (auto patch : {R"({"a": 2})", R"({"d": [null], "a": 1})", R"({"e": 1})",
                     R"({"c": null})", R"({"e": null})", R"({"b": {}})"})
    BOOST_TEST(!is_merged(target, patch), patch);
  auto is_short = [](std::string_view key) { return key.size() == 1; };
  BOOST_TEST(is_merged(target, R"({"new": 1, "a": 1, "aa": null, "d": [null]})",
                       is_short));
  BOOST_TEST(!is_merged(target, R"({"new": 1, "a": 2})", is_short));
}

BOOST_AUTO_TEST_CASE(random_patches_merge_in_all_ways_alike) {
  test::check_random_seeds(5000, [](uint64_t seed) {
    random_json random{seed};
    auto target = random_members(random, 2);
    auto patch = random_patch(random, target);
    member_list counted;
    auto chosen = random.below(size_t{1} << std::size(keys));
    auto counts = [chosen](std::string_view key) {
      auto place = std::find(std::begin(keys), std::end(keys), key);
      return (chosen >> (place - std::begin(keys)) & 1) != 0;
    };
    for (auto& x : patch)
      if (counts(x.first))
        counted.push_back(x);
    for (auto style : {spaced_style, compact_style}) {
      BOOST_TEST_CONTEXT(text_of(target) << " and " << text_of(patch)) {
        merged(text_of(target), text_of(patch), style);
        auto old = normalise(text_of(target), style);
        if (is_merged(old, normalise(text_of(patch), style), counts))
          BOOST_TEST(merged(old, text_of(counted), style) == old);
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
