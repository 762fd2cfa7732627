// Goal: a large object is patched as RFC 7396 has it, and a patch that is cut
// off either changes nothing or says so. Method: cases by hand, random patches
// against the merge of flat text, and every allocation made to fail.
#include "projections/folds/states/json_object.hpp"

#include "projections/messages/json/merge_patch.hpp"
#include "tests/folds/states/fail_each_allocation.hpp"
#include "tests/folds/states/written.hpp"
#include "tests/messages/events/random_event_data.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace projections;
using projections::test::fail_each_allocation;
using projections::test::random_json;
using projections::test::written;

namespace {

/// A string of `size` bytes, quotes included.
std::string text_of(size_t size) {
  return '"' + std::string(size - 2, 'x') + '"';
}

std::string merged(std::string_view target, std::string_view patch) {
  std::string result;
  append_merged(result, target, patch, spaced_style);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_object_test)

BOOST_AUTO_TEST_CASE(only_objects_beyond_the_bound_are_large) {
  auto object_of
    = [](size_t size) { return R"({"a": )" + text_of(size - 7) + "}"; };
  BOOST_TEST(object_of(json_object::flat_bytes_max).size()
             == json_object::flat_bytes_max);
  BOOST_TEST(!is_large_object(object_of(json_object::flat_bytes_max)));
  BOOST_TEST(is_large_object(object_of(json_object::flat_bytes_max + 1)));
  BOOST_TEST(!is_large_object(text_of(5000)));
  BOOST_TEST(!is_large_object("[" + text_of(5000) + "]"));
}

BOOST_AUTO_TEST_CASE(object_is_written_as_it_came) {
  for (std::string text :
       {R"({})", R"({"a": null, "b": {"c": null}, "d\"": [1, 2]})"}) {
    BOOST_TEST(written(json_object{text, spaced_style}) == text);
  }
  BOOST_TEST(written(json_object{R"({"a":1,"b":2})", compact_style})
             == R"({"a":1,"b":2})");
}

BOOST_AUTO_TEST_CASE(members_are_changed_added_and_removed) {
  json_object object{R"({"a": 1, "b": 2, "c": 3})", spaced_style};
  object.merge(R"({"b": "two", "a": null, "d": {"x": 1, "y": null}})");
  BOOST_TEST(written(object) == R"({"b": "two", "c": 3, "d": {"x": 1}})");
  object.merge(R"({"d": {"x": null, "z": 2}, "c": [null]})");
  BOOST_TEST(written(object) == R"({"b": "two", "c": [null], "d": {"z": 2}})");
  object.merge(R"({"b": null, "c": null, "d": null, "e": null})");
  BOOST_TEST(written(object) == "{}");
  object.merge(R"({"a": 1})");
  BOOST_TEST(written(object) == R"({"a": 1})");
}

BOOST_AUTO_TEST_CASE(value_is_found_by_its_key) {
  json_object object{R"({"id": "x", "a": {"id": "y"}})", spaced_style};
  BOOST_TEST(object.find("id") == R"("x")");
  BOOST_TEST(object.find("a") == R"({"id": "y"})");
  BOOST_TEST(object.find("b") == "");
  object.merge(R"({"id": 7, "b": {"t": )" + text_of(3000) + "}}");
  BOOST_TEST(object.find("id") == "7");
  // A large object has no text of its own to show.
  BOOST_TEST(object.find("b") == "");
}

BOOST_AUTO_TEST_CASE(large_members_are_patched_in_place) {
  auto text = R"({"a": {"t": )" + text_of(3000) + R"(, "n": 1}, "b": 2})";
  json_object object{text, spaced_style};
  for (auto patch : {R"({"a": {"n": 2}})", R"({"a": {"n": null, "m": {}}})",
                     R"({"a": {"t": "short"}})", R"({"a": {"u": {"v": 1}}})",
                     R"({"a": 5})", R"({"a": null})"}) {
    object.merge(patch);
    text = merged(text, patch);
    BOOST_TEST(written(object) == text);
  }
}

BOOST_AUTO_TEST_CASE(random_patches_agree_with_flat_text) {
  test::check_random_seeds(60, [](uint64_t seed) {
    random_json random{seed};
    auto style = random.below(2) == 0 ? compact_style : spaced_style;
    std::string text{"{}"};
    json_object object{text, style};
    for (int i = 0; i < 60; ++i) {
      auto patch = test::random_event_data(random, style);
      if (kind_of(patch) != json_kind::object)
        continue;
      std::string next;
      append_merged(next, text, patch, style);
      text = next;
      object.merge(patch);
      BOOST_REQUIRE_EQUAL(written(object), text);
      BOOST_REQUIRE(!object.torn());
    }
  });
}

BOOST_AUTO_TEST_CASE(cut_off_patch_has_changed_nothing_or_says_so) {
  const auto text = R"({"a": {"t": )" + text_of(3000)
                    + R"(, "n": 1}, "b": 2, "c": {"d": 1}})";
  auto make = [&] { return std::make_unique<json_object>(text, spaced_style); };
  int torn = 0;
  int whole = 0;
  for (const auto& patch :
       {R"({"b": )" + text_of(9000) + R"(, "new": {"x": )" + text_of(3000)
          + "}}",
        R"({"a": {"n": )" + text_of(500) + R"(, "m": 3}, "b": null})",
        R"({"c": {"e": )" + text_of(2500) + R"(}, "a": )" + text_of(100) + "}",
        R"({"a": {"z": {"t": )" + text_of(4000) + R"(}, "n": 2}})"})
    fail_each_allocation(
      make, [&](json_object& object) { object.merge(patch); },
      [&](json_object& object) {
        if (object.torn()) {
          ++torn;
          return;
        }
        ++whole;
        BOOST_REQUIRE_EQUAL(written(object), text);
        object.merge(patch);
        BOOST_REQUIRE_EQUAL(written(object), merged(text, patch));
      });
  BOOST_TEST(torn > 5);
  BOOST_TEST(whole > 5);
}

BOOST_AUTO_TEST_SUITE_END()
