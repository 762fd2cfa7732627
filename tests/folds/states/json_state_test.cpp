// Goal: a state takes event data by the rules of docs/protocol.md, whatever it
// is kept as. Method: cases by hand, random events against flat text that is
// merged anew each time, and against plain values.
#include "projections/folds/states/json_state.hpp"

#include "projections/messages/json/merge_patch.hpp"
#include "tests/end_to_end/simple_json.hpp"
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

void fold_in(json_state& state, std::string_view data) {
  state.apply(data, identity_of(data));
}

std::string applied(std::string_view initial, std::string_view data) {
  json_state state{initial, spaced_style};
  fold_in(state, data);
  return state.text();
}

/// What `text` becomes by `data`, from the rules and `append_merged` alone.
std::string flat_merge(std::string_view text, std::string_view data,
                       json_style style) {
  std::string result;
  if (kind_of(text) != json_kind::array) {
    append_merged(result, text, data, style);
    return result;
  }
  auto identity = identity_of(data);
  auto is_merged = false;
  auto add = [&](std::string_view row) {
    result += result.empty() ? std::string_view{"["} : style.comma;
    result += row;
  };
  for (element_cursor i{text}; i.next();) {
    if (is_merged || identity.empty() || identity_of(i.value()) != identity) {
      add(i.value());
      continue;
    }
    is_merged = true;
    std::string row;
    append_merged(row, i.value(), data, style);
    add(row);
  }
  if (!is_merged)
    add(data);
  return result + "]";
}

/// The same for plain values.
void plain_merge(test::json& state, const test::json& data) {
  using kind = test::json::kind;
  if (!state.is(kind::array))
    return test::merge_patch(state, data);
  auto id = data.find("id");
  if (id != nullptr && (id->is(kind::string) || id->is(kind::number)))
    for (auto& row : state.items)
      if (auto its = row.find("id");
          its != nullptr && its->type == id->type && its->text == id->text)
        return test::merge_patch(row, data);
  state.items.push_back(data);
}

test::json read(const std::string& text) {
  test::json result;
  size_t used = 0;
  auto how = test::read_json(text + "\n", result, used);
  BOOST_REQUIRE((how == test::reading::complete));
  return result;
}

const std::string large(json_object::flat_bytes_max + 1, 'x');

} // namespace

BOOST_AUTO_TEST_SUITE(json_state_test)

BOOST_AUTO_TEST_CASE(state_begins_as_it_is_given) {
  for (std::string text :
       {"[]", "{}", "null", "-1.50", R"("x")", "[1, {}]", R"({"a": null})"}) {
    json_state state{text, spaced_style};
    BOOST_TEST(state.text() == text);
    BOOST_TEST(written(state) == text);
    BOOST_TEST(!state.torn());
  }
  auto text = R"({"a": ")" + large + R"(", "b": null})";
  BOOST_TEST(json_state(text, spaced_style).text() == text);
}

BOOST_AUTO_TEST_CASE(array_takes_rows) {
  BOOST_TEST(applied("[]", R"({"id": 1, "a": null})")
             == R"([{"id": 1, "a": null}])");
  BOOST_TEST(applied("[]", "5") == "[5]");
  BOOST_TEST(applied("[]", "[]") == "[[]]");
  BOOST_TEST(applied(R"([{"id": 1}])", R"({"id": 1, "a": 2})")
             == R"([{"id": 1, "a": 2}])");
}

BOOST_AUTO_TEST_CASE(anything_else_is_patched) {
  BOOST_TEST(applied("{}", R"({"id": 1, "a": null})") == R"({"id": 1})");
  BOOST_TEST(applied(R"({"id": 1})", R"({"id": 2})") == R"({"id": 2})");
  BOOST_TEST(applied("null", R"({"a": {"b": null}})") == R"({"a": {}})");
  BOOST_TEST(applied("7", "8") == "8");
  BOOST_TEST(applied(R"("x")", "null") == "null");
  BOOST_TEST(applied("{}", "[1, null]") == "[1, null]");
}

BOOST_AUTO_TEST_CASE(patched_state_may_become_an_array_and_take_rows) {
  json_state state{"{}", spaced_style};
  fold_in(state, "[]");
  fold_in(state, R"({"id": 1})");
  fold_in(state, R"({"id": 1, "a": 2})");
  BOOST_TEST(state.text() == R"([{"id": 1, "a": 2}])");
  BOOST_TEST(written(state) == state.text());
}

BOOST_AUTO_TEST_CASE(large_object_stays_an_object_until_it_is_replaced) {
  json_state state{R"({"a": ")" + large + "\"}", spaced_style};
  fold_in(state, R"({"b": {"c": null}})");
  BOOST_TEST(state.text() == R"({"a": ")" + large + R"(", "b": {}})");
  fold_in(state, R"({"a": 1})");
  BOOST_TEST(state.text() == R"({"a": 1, "b": {}})");
  fold_in(state, "3");
  BOOST_TEST(state.text() == "3");
  fold_in(state, R"({"a": ")" + large + "\"}");
  fold_in(state, R"([{"id": 1}])");
  fold_in(state, R"({"id": 1, "x": 1})");
  BOOST_TEST(state.text() == R"([{"id": 1, "x": 1}])");
}

BOOST_AUTO_TEST_CASE(object_that_grows_becomes_large) {
  json_state state{"{}", compact_style};
  std::string expected{"{"};
  for (int i = 0; i < 1000; ++i) {
    auto member = "\"k" + std::to_string(i) + "\":" + std::to_string(i);
    fold_in(state, "{" + member + "}");
    expected += (i > 0 ? "," : "") + member;
  }
  BOOST_TEST((state.text() == expected + "}"));
}

BOOST_AUTO_TEST_CASE(random_events_agree_with_flat_text_and_plain_values) {
  test::check_random_seeds(40, [](uint64_t seed) {
    random_json random{seed};
    auto compact = random.below(2) == 0;
    auto style = compact ? compact_style : spaced_style;
    auto text = random.below(3) == 0 ? normalise(random.value(3), style)
                                     : std::string{"[]"};
    json_state state{text, style};
    auto plain = read(text);
    for (int i = 0; i < 60; ++i) {
      auto data = test::random_event_data(random, style);
      fold_in(state, data);
      text = flat_merge(text, data, style);
      plain_merge(plain, read(data));
      BOOST_REQUIRE_EQUAL(written(state), text);
      BOOST_REQUIRE_EQUAL(text, test::write_json(plain, compact));
      BOOST_REQUIRE_EQUAL(state.text(), text);
    }
    BOOST_REQUIRE(!state.torn());
    BOOST_REQUIRE_EQUAL(normalise(text, style), text);
  });
}

BOOST_AUTO_TEST_CASE(state_is_as_before_or_torn_when_memory_runs_out) {
  int failures = 0;
  for (const auto& initial :
       {std::string{"[]"}, std::string{"{}"}, std::string{"null"},
        R"([{"id": 1}, {"id": 2, "t": ")" + large + "\"}]",
        R"({"a": ")" + large + R"(", "b": {"t": ")" + large + "\"}}"})
    for (const auto& data :
         {std::string{"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]"},
          R"({"id": 2, "t": ")" + large + "\"}",
          R"({"b": {"t": null, "u": ")" + large + R"("}, "c": 1})"})
      failures += fail_each_allocation(
        [&] { return std::make_unique<json_state>(initial, spaced_style); },
        [&, identity = identity_of(data)](json_state& state) {
          state.apply(data, identity);
        },
        [&](json_state& state) {
          if (state.torn())
            return;
          BOOST_REQUIRE_EQUAL(state.text(), initial);
          fold_in(state, data);
          BOOST_REQUIRE_EQUAL(state.text(), applied(initial, data));
        });
  BOOST_TEST(failures > 30);
}

BOOST_AUTO_TEST_SUITE_END()
