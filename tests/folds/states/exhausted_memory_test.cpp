// Goal: what promises that an exception changes nothing keeps it when memory
// runs out. Method: after LevelDB's fault tests, every allocation in turn is
// made to fail, and the object is compared with one that was never asked.
#include "projections/folds/deliveries/processed_ids.hpp"
#include "projections/folds/deliveries/subscriptions.hpp"
#include "projections/folds/read_models/read_model_file.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "tests/folds/states/fail_each_allocation.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>

using namespace projections;
using namespace projections::test;

namespace {

std::string rows_of(const read_model& model) {
  std::string result(model.text_bytes(), ' ');
  model.write_rows(result.data());
  return result;
}

std::string found(const read_model& model, std::string_view key) {
  std::string result;
  auto is_found = model.find(key, result);
  return is_found ? result : "nothing";
}

/// Applies the event number `step` of a sequence in which all rules take turns
/// and rows change their lengths. Rows share few keys at first, and then get
/// one each, so that groups become more without new rows.
void apply_step(read_model& model, int step) {
  const char* types[] = {"Set", "Put", "Hit", "Del"};
  auto team = std::to_string(step < 40 ? step % 2 : step);
  model.apply(types[step % 7 % 4],
              R"({"id": ")" + std::to_string(step % 40) + R"(", "team": )"
                + team + R"(, "text": ")"
                + std::string(static_cast<size_t>(step * 37 % 900), 'x')
                + "\"}");
}

void insert_step(processed_ids& ids, size_t step) {
  auto id = "evt-" + std::to_string(step);
  if (step % 2 == 0)
    ids.insert(id);
  else
    ids.insert_derived(id, {step, step});
}

} // namespace

BOOST_AUTO_TEST_SUITE(exhausted_memory_test)

BOOST_AUTO_TEST_CASE(read_model_is_as_before_when_memory_runs_out) {
  // With a field to find by and a hidden entity, all that a read model keeps
  // takes part.
  auto config = parse_read_models(
    R"({"read_models": [{"name": "m", "entity": "id", "find_by": "team",
        "fields": ["team", "text"],
        "on": {"Set": "merge", "Put": "replace", "Del": "remove",
               "Hit": {"hits": "count", "team": {"last": "team"}}}}]})");
  int failures = 0;
  for (int step = 0; step < 150; ++step) {
    auto make = [&] {
      auto model
        = std::make_unique<row_read_model>(config.front(), spaced_style);
      for (int i = 0; i < step; ++i)
        apply_step(*model, i);
      return model;
    };
    auto before = make();
    failures += fail_each_allocation(
      make, [step](read_model& model) { apply_step(model, step); },
      [&](read_model& model) {
        BOOST_REQUIRE_EQUAL(model.version(), before->version());
        BOOST_REQUIRE_EQUAL(rows_of(model), rows_of(*before));
        for (auto key : {"0", "1", "40"})
          BOOST_REQUIRE_EQUAL(found(model, key), found(*before, key));
        // And it can be applied afterwards.
        apply_step(model, step);
        apply_step(*before, step);
        BOOST_REQUIRE_EQUAL(rows_of(model), rows_of(*before));
        before = make();
      });
  }
  BOOST_TEST(failures > 150);
}

BOOST_AUTO_TEST_CASE(processed_ids_are_as_before_when_memory_runs_out) {
  int failures = 0;
  for (size_t step = 0; step < 400; ++step) {
    auto make = [step] {
      auto ids = std::make_unique<processed_ids>(size_t{100});
      for (size_t i = 0; i < step; ++i)
        insert_step(*ids, i);
      return ids;
    };
    failures += fail_each_allocation(
      make, [step](processed_ids& ids) { insert_step(ids, step); },
      [&](processed_ids& ids) {
        BOOST_REQUIRE_EQUAL(ids.size(), std::min<size_t>(step, 100));
        BOOST_REQUIRE(!ids.contains("evt-" + std::to_string(step)));
        // Every id leaves the window in its turn all the same.
        for (auto i = step; i < step + 200; ++i) {
          insert_step(ids, i);
          BOOST_REQUIRE((ids.find("evt-" + std::to_string(i | 1)).content
                         == (i % 2 == 1 ? hash_128{i, i} : hash_128{})));
        }
        BOOST_REQUIRE_EQUAL(ids.size(), 100);
      });
  }
  BOOST_TEST(failures > 100);
}

BOOST_AUTO_TEST_CASE(subscriptions_are_as_before_when_memory_runs_out) {
  auto failures = fail_each_allocation(
    [] { return std::make_unique<subscriptions>(); },
    [](subscriptions& types) {
      types.subscribe(R"(["a type of some length", "another of them"])");
    },
    [](subscriptions& types) { BOOST_REQUIRE(types.take("any")); });
  BOOST_TEST(failures > 1);
  failures = fail_each_allocation(
    [] {
      auto types = std::make_unique<subscriptions>();
      types->subscribe(R"(["the one that is there"])");
      return types;
    },
    [](subscriptions& types) {
      types.subscribe(R"(["one of the new types", "and one more of them"])");
    },
    [](subscriptions& types) {
      BOOST_REQUIRE(!types.take("one of the new types"));
      BOOST_REQUIRE(!types.take("and one more of them"));
      BOOST_REQUIRE(types.take("the one that is there"));
    });
  BOOST_TEST(failures > 1);
}

BOOST_AUTO_TEST_SUITE_END()
