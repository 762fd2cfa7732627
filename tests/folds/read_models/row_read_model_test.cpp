// Goal: declared read models fold events into rows as the protocol has it, and
// find rows by key. Method: small cases by hand; then random events against a
// model of plain lists, for rows that come, go and change their key.
#include "projections/folds/read_models/row_read_model.hpp"

#include "projections/folds/read_models/read_model_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace projections;

namespace {

/// Returns the only read model of a file, besides its name.
row_read_model make_model(const std::string& declaration) {
  auto models = parse_read_models(R"({"read_models": [{"name": "m", )"
                                  + declaration + "}]}");
  return {models.front(), spaced_style};
}

std::string rows_of(const read_model& model) {
  std::string result(model.text_bytes(), ' ');
  auto end = model.write_rows(result.data());
  BOOST_TEST(end - result.data() == static_cast<std::ptrdiff_t>(result.size()));
  return result;
}

/// Returns the rows found by `key`, or nothing.
std::string found(const read_model& model, std::string_view key) {
  std::string result;
  auto is_found = model.find(key, result);
  BOOST_TEST(is_found == !result.empty());
  return result;
}

const std::string users = R"("on": {"Set": "merge", "Del": "remove"})";

} // namespace

BOOST_AUTO_TEST_SUITE(row_read_model_test)

// -- what is taken ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(new_read_model_is_empty) {
  auto model = make_model(users);
  BOOST_TEST(model.name() == "m");
  BOOST_TEST(model.version() == 0);
  BOOST_TEST(rows_of(model) == "[]");
  BOOST_TEST(found(model, R"("1")") == "");
}

BOOST_AUTO_TEST_CASE(only_declared_types_are_taken) {
  auto model = make_model(users);
  BOOST_TEST(model.concerns("Set"));
  BOOST_TEST(!model.concerns("Other"));
  BOOST_TEST(!model.apply("Other", R"({"id": "1"})"));
  BOOST_TEST(model.version() == 0);
  BOOST_TEST(rows_of(model) == "[]");
}

BOOST_AUTO_TEST_CASE(payload_without_an_entity_is_not_taken) {
  auto model = make_model(users);
  for (auto payload : {R"({"name": "x"})", R"({"id": null})", R"({"id": true})",
                       R"({"id": ["1"]})", R"({"id": {}})", R"(["id"])", "1"})
    BOOST_TEST(!model.apply("Set", payload));
  BOOST_TEST(model.version() == 0);
  BOOST_TEST(rows_of(model) == "[]");
}

BOOST_AUTO_TEST_CASE(entities_are_told_apart_as_they_are_written) {
  auto model = make_model(users);
  for (auto payload : {R"({"id": "1"})", R"({"id": 1})", R"({"id": 1.0})"})
    BOOST_TEST(model.apply("Set", payload));
  BOOST_TEST(rows_of(model) == R"([{"id": "1"}, {"id": 1}, {"id": 1.0}])");
}

// -- merge, replace, remove ---------------------------------------------------

BOOST_AUTO_TEST_CASE(merge_patches_the_row_of_the_entity) {
  auto model = make_model(users);
  model.apply("Set", R"({"id": "1", "n": {"a": 1, "b": null}, "x": null})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "n": {"a": 1}}])");
  model.apply("Set", R"({"id": "2"})");
  model.apply("Set", R"({"m": 3, "n": {"b": 2}, "id": "1"})");
  BOOST_TEST(rows_of(model)
             == R"([{"id": "1", "n": {"a": 1, "b": 2}, "m": 3}, {"id": "2"}])");
  BOOST_TEST(model.version() == 3);
}

BOOST_AUTO_TEST_CASE(merge_that_changes_nothing_counts) {
  auto model = make_model(users);
  model.apply("Set", R"({"id": "1", "a": 1, "b": 2, "c": 3})");
  for (auto payload :
       {R"({"id": "1", "a": 1, "b": 2, "c": 3})", R"({"id": "1", "b": 2})",
        R"({"b": 2, "id": "1"})", R"({"id": "1", "d": null})"})
    BOOST_TEST(model.apply("Set", payload));
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "a": 1, "b": 2, "c": 3}])");
  BOOST_TEST(model.version() == 5);
}

BOOST_AUTO_TEST_CASE(equal_text_with_a_null_is_still_a_patch) {
  auto model = make_model(R"("on": {"Put": "replace", "Set": "merge"})");
  model.apply("Put", R"({"id": "1", "a": null, "b": {"c": null}})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "a": null, "b": {"c": null}}])");
  model.apply("Set", R"({"id": "1", "b": {"c": null}})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "a": null, "b": {}}])");
  model.apply("Set", R"({"id": "1", "a": null})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "b": {}}])");
}

BOOST_AUTO_TEST_CASE(replace_keeps_the_place_of_the_row) {
  auto model = make_model(R"("on": {"Put": "replace"})");
  model.apply("Put", R"({"id": "1", "a": 1})");
  model.apply("Put", R"({"id": "2"})");
  model.apply("Put", R"({"b": null, "id": "1"})");
  BOOST_TEST(rows_of(model) == R"([{"b": null, "id": "1"}, {"id": "2"}])");
}

BOOST_AUTO_TEST_CASE(removing_a_row_that_is_not_there_is_taking_the_event) {
  auto model = make_model(users);
  BOOST_TEST(model.apply("Del", R"({"id": "1"})"));
  BOOST_TEST(model.version() == 1);
}

BOOST_AUTO_TEST_CASE(removed_row_comes_back_at_the_end_and_without_its_past) {
  auto model = make_model(users);
  model.apply("Set", R"({"id": "1", "old": true})");
  model.apply("Set", R"({"id": "2"})");
  model.apply("Del", R"({"id": "1"})");
  BOOST_TEST(rows_of(model) == R"([{"id": "2"}])");
  model.apply("Set", R"({"id": "1"})");
  BOOST_TEST(rows_of(model) == R"([{"id": "2"}, {"id": "1"}])");
}

BOOST_AUTO_TEST_CASE(only_declared_fields_are_kept) {
  auto model = make_model(
    R"("fields": ["email", "id"], "on": {"Set": "merge", "Put": "replace"})");
  model.apply("Set", R"({"name": "A", "id": "1", "email": "a@x"})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1", "email": "a@x"}])");
  model.apply("Set", R"({"id": "1", "email": null, "name": "B"})");
  BOOST_TEST(rows_of(model) == R"([{"id": "1"}])");
  model.apply("Put", R"({"email": "b@x", "age": 1, "id": "1"})");
  BOOST_TEST(rows_of(model) == R"([{"email": "b@x", "id": "1"}])");
}

BOOST_AUTO_TEST_CASE(entity_may_be_left_out_of_the_rows) {
  auto model
    = make_model(R"("fields": ["n"], "on": {"Set": "merge", "Del": "remove"})");
  model.apply("Set", R"({"id": "1", "n": 1})");
  model.apply("Set", R"({"id": "2", "n": 2})");
  model.apply("Set", R"({"id": "1", "n": 3})");
  BOOST_TEST(rows_of(model) == R"([{"n": 3}, {"n": 2}])");
  BOOST_TEST(found(model, R"("2")") == R"([{"n": 2}])");
  model.apply("Del", R"({"id": "1"})");
  model.apply("Set", R"({"id": "3", "n": 4})");
  BOOST_TEST(rows_of(model) == R"([{"n": 2}, {"n": 4}])");
  BOOST_TEST(found(model, R"("1")") == "");
  BOOST_TEST(found(model, R"("3")") == R"([{"n": 4}])");
}

BOOST_AUTO_TEST_CASE(compact_rows_have_no_spaces) {
  auto config = default_read_models().front();
  row_read_model model{config, compact_style};
  model.apply("UserCreated", R"({"id":"1","n":{"a":1}})");
  model.apply("UserUpdated", R"({"id":"1","n":{"b":2}})");
  model.apply("UserCreated", R"({"id":"2"})");
  BOOST_TEST(rows_of(model) == R"([{"id":"1","n":{"a":1,"b":2}},{"id":"2"}])");
}

// -- reducers -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(reduced_row_begins_with_its_entity) {
  auto model = make_model(
    R"("entity": "author", "on": {"Made": {"commits": "count",
       "first": {"min": "time"}, "last": {"max": "time"},
       "lines": {"sum": "added"}}})");
  model.apply("Made", R"({"time": 5, "author": "A", "added": 10})");
  BOOST_TEST(
    rows_of(model)
    == R"([{"author": "A", "commits": 1, "first": 5, "last": 5, "lines": 10}])");
  model.apply("Made", R"({"author": "A", "added": 7, "time": 3})");
  model.apply("Made", R"({"author": "B"})");
  BOOST_TEST(
    rows_of(model)
    == R"([{"author": "A", "commits": 2, "first": 3, "last": 5, "lines": 17}, )"
       R"({"author": "B", "commits": 1}])");
}

BOOST_AUTO_TEST_CASE(fields_that_come_later_follow_in_declared_order) {
  auto model = make_model(
    R"("on": {"T": {"a": {"last": "x"}, "b": {"last": "y"},
                    "c": {"first": "y"}}})");
  model.apply("T", R"({"id": 1, "y": {"k": null}})");
  BOOST_TEST(rows_of(model)
             == R"([{"id": 1, "b": {"k": null}, "c": {"k": null}}])");
  model.apply("T", R"({"id": 1, "x": 2, "y": 3})");
  BOOST_TEST(rows_of(model)
             == R"([{"id": 1, "b": 3, "c": {"k": null}, "a": 2}])");
}

BOOST_AUTO_TEST_CASE(one_source_may_feed_several_fields) {
  auto model
    = make_model(R"("on": {"T": {"low": {"min": "x"}, "high": {"max": "x"}}})");
  for (auto payload :
       {R"({"id": 1, "x": 5})", R"({"id": 1, "x": 9})", R"({"id": 1, "x": 2})"})
    model.apply("T", payload);
  BOOST_TEST(rows_of(model) == R"([{"id": 1, "low": 2, "high": 9}])");
}

BOOST_AUTO_TEST_CASE(reducers_leave_merged_fields_alone) {
  auto model
    = make_model(R"("on": {"Set": "merge", "Hit": {"hits": "count"}})");
  model.apply("Set", R"({"id": 1, "name": "x"})");
  model.apply("Hit", R"({"id": 1})");
  model.apply("Set", R"({"id": 1, "name": "y"})");
  model.apply("Hit", R"({"id": 1})");
  BOOST_TEST(rows_of(model) == R"([{"id": 1, "name": "y", "hits": 2}])");
}

// -- queries by key -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(row_is_found_by_its_entity) {
  auto model = make_model(users);
  model.apply("Set", R"({"id": "1"})");
  model.apply("Set", R"({"id": 2})");
  BOOST_TEST(found(model, R"("1")") == R"([{"id": "1"}])");
  BOOST_TEST(found(model, "2") == R"([{"id": 2}])");
  BOOST_TEST(found(model, R"("2")") == "");
  BOOST_TEST(found(model, R"({"id": 2})") == "");
}

BOOST_AUTO_TEST_CASE(rows_of_equal_key_are_found_in_row_order) {
  auto model = make_model(R"("find_by": "team", )" + users);
  model.apply("Set", R"({"id": 1, "team": "a"})");
  model.apply("Set", R"({"id": 2, "team": "b"})");
  model.apply("Set", R"({"id": 3, "team": "a"})");
  model.apply("Set", R"({"id": 2, "team": "a"})");
  model.apply("Set", R"({"id": 4})");
  BOOST_TEST(found(model, R"("a")")
             == R"([{"id": 1, "team": "a"}, {"id": 2, "team": "a"}, )"
                R"({"id": 3, "team": "a"}])");
  BOOST_TEST(found(model, R"("b")") == "");
  model.apply("Del", R"({"id": 1})");
  model.apply("Set", R"({"id": 3, "team": null})");
  BOOST_TEST(found(model, R"("a")") == R"([{"id": 2, "team": "a"}])");
}

BOOST_AUTO_TEST_CASE(key_may_be_any_value_in_any_key_order) {
  auto model = make_model(R"("find_by": "at", )" + users);
  model.apply("Set", R"({"id": 1, "at": {"x": 1, "y": [2]}})");
  model.apply("Set", R"({"id": 2, "at": {"y": [2], "x": 1}})");
  model.apply("Set", R"({"id": 3, "at": [1]})");
  model.apply("Set", R"({"id": 4, "at": false})");
  BOOST_TEST(found(model, R"({"y": [2], "x": 1})")
             == R"([{"id": 1, "at": {"x": 1, "y": [2]}}, )"
                R"({"id": 2, "at": {"y": [2], "x": 1}}])");
  BOOST_TEST(found(model, "[1]") == R"([{"id": 3, "at": [1]}])");
  BOOST_TEST(found(model, "false") == R"([{"id": 4, "at": false}])");
  BOOST_TEST(found(model, "null") == "");
}

BOOST_AUTO_TEST_CASE(many_rows_may_share_a_key) {
  // Quadratic behaviour at this size takes minutes.
  constexpr int count = 100'000;
  auto model = make_model(R"("find_by": "team", )" + users);
  auto payload = [](int i, const std::string& team) {
    return R"({"id": )" + std::to_string(i) + R"(, "team": ")" + team + "\"}";
  };
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i)
    model.apply("Set", payload(i, "a"));
  for (int i = 0; i < count; i += 2)
    model.apply("Set", payload(i, "b"));
  for (int i = count - 1; i > 1; --i)
    model.apply("Del", payload(i, ""));
  auto took = std::chrono::steady_clock::now() - begin;
  BOOST_TEST(found(model, R"("a")") == "[" + payload(1, "a") + "]");
  BOOST_TEST(found(model, R"("b")") == "[" + payload(0, "b") + "]");
  BOOST_TEST((took < std::chrono::seconds{20}));
}

// -- against a simple model ---------------------------------------------------

BOOST_AUTO_TEST_CASE(random_events_agree_with_plain_lists) {
  auto seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    std::mt19937 random{seed};
    auto model = make_model(
      R"("find_by": "k", "on": {"Put": "replace", "Del": "remove"})");
    // Entities with the texts of their rows, and with their keys.
    struct row {
      unsigned entity;
      std::string key;
      std::string text;
    };
    std::vector<row> rows;
    auto joined = [&rows](auto matches) {
      std::string result;
      for (auto& x : rows)
        if (matches(x))
          result += (result.empty() ? "[" : ", ") + x.text;
      return result.empty() ? result : result + "]";
    };
    for (uint64_t step = 1; step <= 30'000; ++step) {
      auto entity = static_cast<unsigned>(random() % 200);
      auto key = random() % 4 == 0 ? "" : std::to_string(random() % 5);
      auto text = R"({"id": )" + std::to_string(entity)
                  + (key.empty() ? "" : R"(, "k": )" + key) + R"(, "x": ")"
                  + std::string(random() % 300, 'x') + "\"}";
      auto known = std::find_if(rows.begin(), rows.end(),
                                [&](auto& x) { return x.entity == entity; });
      if (random() % 4 == 0) {
        BOOST_REQUIRE(model.apply("Del", text));
        if (known != rows.end())
          rows.erase(known);
      } else {
        BOOST_REQUIRE(model.apply("Put", text));
        if (known != rows.end())
          *known = {entity, key, text};
        else
          rows.push_back({entity, key, text});
      }
      BOOST_REQUIRE(model.version() == step);
      if (step % 50 != 0)
        continue;
      auto all = joined([](auto&) { return true; });
      BOOST_REQUIRE_EQUAL(rows_of(model), all.empty() ? "[]" : all);
      for (auto wanted : {"0", "1", "2", "3", "4", "5"})
        BOOST_REQUIRE_EQUAL(found(model, wanted), joined([wanted](auto& x) {
                              return x.key == wanted;
                            }));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
