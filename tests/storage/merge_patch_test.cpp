// Goal: merging is RFC 7396 on normalised text, key order included. Method: the
// examples of its appendix A in both styles, cases by hand, and random values
// against a merge of plain values that follows the RFC word for word.
#include "storage/merge_patch.hpp"

#include "messages/json_reader.hpp"
#include "tests/end_to_end/simple_json.hpp"
#include "tests/random_json.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace projections;
using projections::test::random_json;

namespace {

std::string merged(std::string_view target, std::string_view patch,
                   json_style style = spaced_style) {
  std::string result;
  append_merged(result, target.empty() ? target : normalise(target, style),
                normalise(patch, style), style);
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

BOOST_AUTO_TEST_SUITE_END()
