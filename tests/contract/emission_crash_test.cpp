// Goal: whatever fails in between, all emissions are there in the end, and
// once. Method: all points are gone through at which a small run can be cut
// off, and stores fail by a seeded schedule.
#include "projections/storage/log/failing_event_store.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/memory/memory_event_store.hpp"
#include "projections/storage/memory/memory_recorder.hpp"
#include "tests/contract/emitting.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;

namespace {

/// Counts the calls that change something, and crashes before or after one of
/// them.
class crash_plan {
public:
  explicit crash_plan(size_t at = SIZE_MAX) : at_(at) {
    // nop
  }

  template <class F>
  auto pass(F f) {
    if (calls_++ == at_)
      throw crash{};
    auto result = f();
    if (calls_++ == at_)
      throw crash{};
    return result;
  }

  [[nodiscard]] size_t calls() const {
    return calls_;
  }

private:
  size_t at_;
  size_t calls_ = 0;
};

/// Records one request at a time, so that a crash may come between any two.
class crashing_store final : public wrapped_event_store {
public:
  crashing_store(std::shared_ptr<event_store> store, crash_plan& plan)
    : wrapped_event_store(std::move(store)), plan_(plan) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    std::vector<append_outcome> result;
    for (auto& x : requests)
      result.push_back(plan_.pass([&] { return inner().append({x}).front(); }));
    return result;
  }

private:
  crash_plan& plan_;
};

/// A recorder in memory that may crash before or after what it does.
class crashing_recorder final : public memory_recorder<> {
public:
  crash_plan* plan = nullptr;

  void insert_tracking(const tracking& x) override {
    plan->pass([&] {
      memory_recorder<>::insert_tracking(x);
      return true;
    });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(emission_crash)

BOOST_AUTO_TEST_CASE(every_crash_ends_as_if_there_were_none) {
  // Tracking apart from the events, in two stores, emissions in several
  // streams.
  auto run = [](size_t crash_at, std::vector<std::string>& content) {
    auto first = std::make_shared<memory_log>();
    auto second = std::make_shared<memory_log>();
    auto tracked = std::make_shared<crashing_recorder>();
    auto emit = [&](crash_plan& plan) {
      tracked->plan = &plan;
      auto store = [&](auto& log) {
        return std::make_shared<crashing_store>(
          std::make_shared<memory_event_store>(log), plan);
      };
      emission_recorder recorder{
        {"p"}, tracked, {{"one", store(first)}, {"two", store(second)}}};
      for (;;) {
        auto next = tracked->max_tracking_id("social").value_or(0) + 1;
        if (next > 6)
          break;
        recorder.in_one_transaction([&] {
          for (auto i = next; i < next + 2; ++i) {
            auto emissions = emissions_for(i);
            emissions[2].application = "two";
            recorder.emit(source_at(i), emissions, {"social", i});
          }
        });
      }
    };
    crash_plan plan{crash_at};
    auto crashed = false;
    try {
      emit(plan);
    } catch (const crash&) {
      crashed = true;
      // Another process goes on with what is left.
      crash_plan none;
      emit(none);
    }
    memory_event_store one{first};
    memory_event_store two{second};
    content = content_of(one);
    for (auto& x : content_of(two))
      content.push_back("two: " + x);
    BOOST_TEST((tracked->max_tracking_id("social") == 6));
    return crashed;
  };
  std::vector<std::string> expected;
  BOOST_TEST(!run(SIZE_MAX, expected));
  BOOST_TEST(expected.size() == 18u);
  size_t points = 0;
  std::vector<std::string> content;
  while (run(points, content)) {
    BOOST_TEST(content == expected, boost::test_tools::per_element());
    ++points;
  }
  // Before and after 18 emissions and three positions.
  BOOST_TEST(points == 42u);
}

BOOST_AUTO_TEST_CASE(store_that_fails_at_random_gets_everything_in_the_end) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    auto log = std::make_shared<memory_log>();
    auto failing = std::make_shared<failing_event_store>(
      std::make_shared<memory_event_store>(log), random_faults(0.5, seed));
    emission_recorder recorder{
      {"p"}, std::make_shared<memory_recorder<>>(), {{"social", failing}}};
    auto next
      = [&] { return recorder.max_tracking_id("social").value_or(0) + 1; };
    while (next() <= 20)
      try {
        emit_all(recorder, next(), next() + 3);
      } catch (const store_unavailable&) {
        // Once more.
      }
    memory_event_store store{log};
    auto content = content_of(store);
    BOOST_TEST(content.size() == 60u);
    BOOST_TEST(
      (std::adjacent_find(content.begin(), content.end()) == content.end()));
    BOOST_TEST(failing->failures() > 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
