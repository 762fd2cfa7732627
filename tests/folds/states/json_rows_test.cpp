// Goal: events find the row they belong to by its id as it is written, and
// leave all others alone. Method: cases by hand with small and large rows, and
// every allocation made to fail.
#include "projections/folds/states/json_rows.hpp"

#include "projections/folds/states/json_object.hpp"
#include "tests/folds/states/fail_each_allocation.hpp"
#include "tests/folds/states/written.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace projections;
using projections::test::fail_each_allocation;
using projections::test::written;

namespace {

void fold_in(json_rows& rows, std::string_view data) {
  rows.apply(data, identity_of(data));
}

/// Returns what `text` becomes by `data`.
std::string applied(std::string_view text, std::string_view data) {
  json_rows rows{text, spaced_style};
  fold_in(rows, data);
  return written(rows);
}

/// A row that is kept as an object.
std::string large_row(const std::string& id, const std::string& more = {}) {
  return R"({"id": )" + id + R"(, "text": ")"
         + std::string(json_object::flat_bytes_max, 'x') + '"' + more + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_rows_test)

BOOST_AUTO_TEST_CASE(rows_are_written_as_they_came) {
  for (std::string text :
       {"[]", "[1]", R"([{"id": 1, "a": null}, [], "x", {"id": 1}, null])"})
    BOOST_TEST(written(json_rows{text, spaced_style}) == text);
  BOOST_TEST(written(json_rows{"[1,[2,3]]", compact_style}) == "[1,[2,3]]");
}

BOOST_AUTO_TEST_CASE(data_is_merged_into_the_row_of_its_id) {
  BOOST_TEST(applied(R"([{"id": 1, "a": 1}, {"id": 2, "a": 2}])",
                     R"({"id": 2, "a": null, "b": 3})")
             == R"([{"id": 1, "a": 1}, {"id": 2, "b": 3}])");
}

BOOST_AUTO_TEST_CASE(data_of_a_new_id_is_appended_as_it_came) {
  BOOST_TEST(applied(R"([{"id": 1}])", R"({"id": 2, "a": null})")
             == R"([{"id": 1}, {"id": 2, "a": null}])");
}

BOOST_AUTO_TEST_CASE(data_without_an_id_is_appended) {
  for (std::string data : {"null", "5", R"("x")", "[1]", "{}", R"({"a": null})",
                           R"({"id": null})", R"({"id": [1]})"})
    BOOST_TEST(applied(R"([{"id": null}])", data)
               == R"([{"id": null}, )" + data + "]");
}

BOOST_AUTO_TEST_CASE(ids_are_compared_as_written) {
  constexpr auto rows = R"([{"id": 1}, {"id": "1"}, {"id": 1.0}])";
  BOOST_TEST(applied(rows, R"({"id": "1", "a": 0})")
             == R"([{"id": 1}, {"id": "1", "a": 0}, {"id": 1.0}])");
  BOOST_TEST(applied(rows, R"({"id": 1.0, "a": 0})")
             == R"([{"id": 1}, {"id": "1"}, {"id": 1.0, "a": 0}])");
  BOOST_TEST(applied(rows, R"({"id": 1e0})")
             == R"([{"id": 1}, {"id": "1"}, {"id": 1.0}, {"id": 1e0}])");
}

BOOST_AUTO_TEST_CASE(place_of_the_id_within_a_row_does_not_matter) {
  BOOST_TEST(applied(R"([{"a": {"id": 2}, "id": 1}])", R"({"b": 1, "id": 1})")
             == R"([{"a": {"id": 2}, "id": 1, "b": 1}])");
  // An id that begins with the one looked for is another one.
  BOOST_TEST(applied(R"([{"id": 12}])", R"({"id": 1})")
             == R"([{"id": 12}, {"id": 1}])");
  BOOST_TEST(applied(R"([{"id": "a"}])", R"({"id": "ab"})")
             == R"([{"id": "a"}, {"id": "ab"}])");
}

BOOST_AUTO_TEST_CASE(first_of_several_rows_with_one_id_takes_the_data) {
  json_rows rows{R"([{"id": 1, "n": 1}, {"id": 1, "n": 2}])", spaced_style};
  fold_in(rows, R"({"id": 1, "n": 3})");
  fold_in(rows, R"({"id": 1, "m": 4})");
  BOOST_TEST(written(rows)
             == R"([{"id": 1, "n": 3, "m": 4}, {"id": 1, "n": 2}])");
}

BOOST_AUTO_TEST_CASE(first_row_stays_the_first_among_thousands) {
  // The index grows many times; where its places lie differs from id to id.
  for (int round = 0; round < 10; ++round) {
    auto begin_of_row = [round](int i) {
      return R"({"id": )" + std::to_string(10 * round + i % 10);
    };
    std::string text{"["};
    for (int i = 0; i < 2000; ++i)
      text += (i > 0 ? ", " : "") + begin_of_row(i) + "}";
    json_rows rows{text + "]", spaced_style};
    for (int i = 0; i < 10; ++i) {
      auto begin = begin_of_row(i);
      fold_in(rows, begin + R"(, "n": 1})");
      text.replace(text.find(begin + "}"), begin.size(), begin + R"(, "n": 1)");
    }
    BOOST_TEST((written(rows) == text + "]"));
  }
}

BOOST_AUTO_TEST_CASE(row_that_has_the_data_already_is_left_alone) {
  constexpr auto rows = R"([{"id": 1, "a": "b"}])";
  BOOST_TEST(applied(rows, R"({"id": 1, "a": "b"})") == rows);
  // Not so where the data removes what it names.
  BOOST_TEST(applied(R"([{"id": 1, "a": null}])", R"({"id": 1, "a": null})")
             == R"([{"id": 1}])");
  BOOST_TEST(applied(R"([{"id": 1, "a": "null"}])", R"({"id": 1, "a": "null"})")
             == R"([{"id": 1, "a": "null"}])");
}

BOOST_AUTO_TEST_CASE(large_rows_are_found_and_patched) {
  json_rows rows{"[" + large_row("1") + R"(, {"id": 2}])", spaced_style};
  fold_in(rows, R"({"id": 1, "a": 5})");
  fold_in(rows, R"({"id": 2, "a": 6})");
  fold_in(rows, R"({"id": 1, "a": null, "b": 7})");
  BOOST_TEST(written(rows)
             == "[" + large_row("1", R"(, "b": 7)")
                  + R"(, {"id": 2, "a": 6}])");
  // What is appended may be large at once, and a row may become so.
  fold_in(rows, large_row("3"));
  fold_in(rows, R"({"id": 3, "c": 8})");
  fold_in(rows, R"({"id": 2, "text": ")" + std::string(3000, 'y') + "\"}");
  fold_in(rows, R"({"id": 2, "d": 9})");
  BOOST_TEST(written(rows)
             == "[" + large_row("1", R"(, "b": 7)")
                  + R"(, {"id": 2, "a": 6, "text": ")" + std::string(3000, 'y')
                  + R"(", "d": 9}, )" + large_row("3", R"(, "c": 8)") + "]");
}

BOOST_AUTO_TEST_CASE(many_rows_are_told_apart) {
  json_rows rows{"[]", compact_style};
  std::string expected;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 5000; ++i) {
      auto id = "{\"id\":\"row-" + std::to_string(i) + "\"";
      fold_in(rows, id + (round == 0 ? "}" : ",\"n\":1}"));
      if (round == 1)
        expected += (i > 0 ? "," : "") + id + ",\"n\":1}";
    }
  BOOST_TEST((written(rows) == "[" + expected + "]"));
}

BOOST_AUTO_TEST_CASE(rows_are_as_before_or_torn_when_memory_runs_out) {
  // One row more makes the index grow.
  const auto text = R"([{"id": 1, "a": "b"}, )" + large_row("2")
                    + R"(, {"id": 5}, {"id": 6}, {"id": 7}, {"id": 8}])";
  auto make = [&] { return std::make_unique<json_rows>(text, spaced_style); };
  int failures = 0;
  int torn = 0;
  for (const auto& data :
       {std::string{R"({"id": 1, "a": "a longer text than that"})"},
        std::string{R"({"id": 3})"}, large_row("3"),
        R"({"id": 1, "t": ")" + std::string(3000, 'x') + "\"}",
        R"({"id": 2, "a": {"b": 1}, "t": ")" + std::string(3000, 'x') + "\"}"})
    failures += fail_each_allocation(
      make, [&](json_rows& rows) { fold_in(rows, data); },
      [&](json_rows& rows) {
        if (rows.torn()) {
          ++torn;
          return;
        }
        BOOST_REQUIRE_EQUAL(written(rows), text);
        fold_in(rows, data);
        BOOST_REQUIRE_EQUAL(written(rows), applied(text, data));
      });
  BOOST_TEST(failures > 20);
  BOOST_TEST(torn > 0);
  BOOST_TEST(torn < failures);
}

BOOST_AUTO_TEST_SUITE_END()
