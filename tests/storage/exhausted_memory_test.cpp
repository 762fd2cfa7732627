// Goal: what promises that an exception changes nothing keeps it when memory
// runs out. Method: after LevelDB's fault tests, every allocation in turn is
// made to fail, and the object is compared with one that was never asked.
#include "storage/processed_ids.hpp"
#include "storage/read_model_file.hpp"
#include "storage/row_read_model.hpp"
#include "storage/subscriptions.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <new>
#include <string>

using namespace projections;

namespace {

/// How many allocations succeed before one fails; negative for all.
thread_local int allocations_left = -1;

} // namespace

// Not inlined, because GCC 12 then takes `malloc` with `delete` for a mismatch.

[[gnu::noinline]] void* operator new(size_t size) {
  if (allocations_left == 0)
    throw std::bad_alloc{};
  if (allocations_left > 0)
    --allocations_left;
  if (auto result = std::malloc(size > 0 ? size : 1))
    return result;
  throw std::bad_alloc{};
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace {

/// Runs `change` with ever more memory until it succeeds, and `check_unchanged`
/// after every failure. Returns how often it failed.
template <class Change, class Check>
int fail_until_done(Change change, Check check_unchanged) {
  for (int failures = 0;; ++failures) {
    allocations_left = failures;
    try {
      change();
      allocations_left = -1;
      return failures;
    } catch (const std::bad_alloc&) {
      allocations_left = -1;
      check_unchanged();
    }
  }
}

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

std::string row(int id, const std::string& team, size_t length) {
  return R"({"id": ")" + std::to_string(id) + R"(", "team": ")" + team
         + R"(", "text": ")" + std::string(length, 'x') + "\"}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(exhausted_memory_test)

BOOST_AUTO_TEST_CASE(read_model_is_as_before_when_memory_runs_out) {
  // With a field to find by, a hidden entity, and rows of such lengths that
  // pieces of text are split, all that a read model keeps takes part.
  auto config = parse_read_models(
    R"({"read_models": [{"name": "m", "entity": "id", "find_by": "team",
        "fields": ["team", "text"],
        "on": {"Set": "merge", "Put": "replace", "Del": "remove",
               "Hit": {"hits": "count", "team": {"last": "team"}}}}]})");
  row_read_model model{config.front(), spaced_style};
  int failures = 0;
  uint64_t version = 0;
  for (int step = 0; step < 400; ++step) {
    const char* types[] = {"Set", "Put", "Hit", "Del"};
    auto type = std::string{types[step % 7 % 4]};
    auto payload = row(step % 40, std::string(1, "abc"[step % 3]),
                       static_cast<size_t>(step * 37 % 900));
    auto rows = rows_of(model);
    auto in_a = found(model, R"("a")");
    auto in_b = found(model, R"("b")");
    failures
      += fail_until_done([&] { model.apply(type, payload); },
                         [&] {
                           BOOST_REQUIRE_EQUAL(rows_of(model), rows);
                           BOOST_REQUIRE_EQUAL(found(model, R"("a")"), in_a);
                           BOOST_REQUIRE_EQUAL(found(model, R"("b")"), in_b);
                           BOOST_REQUIRE_EQUAL(model.version(), version);
                         });
    BOOST_REQUIRE_EQUAL(model.version(), ++version);
  }
  BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(processed_ids_are_as_before_when_memory_runs_out) {
  processed_ids ids{1000};
  int failures = 0;
  for (size_t i = 0; i < 20'000; ++i) {
    auto id = "evt-" + std::to_string(i);
    auto before = ids.size();
    failures += fail_until_done(
      [&] {
        if (i % 2 == 0)
          ids.insert(id);
        else
          ids.insert_derived(id, {i, i});
      },
      [&] {
        BOOST_REQUIRE(!ids.contains(id));
        BOOST_REQUIRE_EQUAL(ids.size(), before);
      });
    BOOST_REQUIRE(ids.contains(id));
    if (i > 0 && i % 2 == 0)
      BOOST_REQUIRE((ids.find("evt-" + std::to_string(i - 1)).content
                     == hash_128{i - 1, i - 1}));
  }
  BOOST_TEST(failures > 500);
}

BOOST_AUTO_TEST_CASE(subscriptions_are_as_before_when_memory_runs_out) {
  subscriptions types;
  auto failures = fail_until_done(
    [&] { types.subscribe(R"(["a type of some length", "another of them"])"); },
    [&] { BOOST_REQUIRE(types.take("any")); });
  BOOST_TEST(failures > 1);
  BOOST_TEST(types.take("another of them"));
  failures = fail_until_done(
    [&] {
      types.subscribe(R"(["one that is not there yet", "and one more"])");
    },
    [&] {
      BOOST_REQUIRE(!types.take("one that is not there yet"));
      BOOST_REQUIRE(!types.take("and one more"));
      BOOST_REQUIRE(types.take("another of them"));
    });
  BOOST_TEST(failures > 1);
}

BOOST_AUTO_TEST_SUITE_END()
