// Goal: what the monitor says agrees with what was done, also of projections
// that have failed, are cut off from their log, or do not answer. Method: logs
// in memory, some of which are deaf or stuck.
#include "projections/storage/log/failing_event_store.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/log/wrapped_event_store.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

using memory_fixture = runner_fixture<store_and_view<memory_backend>>;

/// Tells nobody of what is appended.
class deaf_store final : public wrapped_event_store {
public:
  using wrapped_event_store::wrapped_event_store;

  std::shared_ptr<change_signal> changes() override {
    return silence_;
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return std::nullopt;
  }

private:
  std::shared_ptr<change_signal> silence_ = std::make_shared<change_signal>();
};

/// Answers no question for as long as it is told so.
class stuck_store final : public wrapped_event_store {
public:
  stuck_store(std::shared_ptr<event_store> store,
              std::shared_ptr<std::atomic<bool>> is_stuck)
    : wrapped_event_store(std::move(store)), is_stuck_(std::move(is_stuck)) {
    // nop
  }

  log_position head() override {
    is_stuck_->wait(true);
    return wrapped_event_store::head();
  }

private:
  std::shared_ptr<std::atomic<bool>> is_stuck_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(status_test)

BOOST_AUTO_TEST_CASE(status_agrees_with_what_was_done) {
  memory_fixture f;
  auto runner = f.run(f.view());
  f.append("a", {"T", "T", "T"});
  auto last = f.append("b", {"T"});
  runner->wait(last, long_time);
  auto status = f.log().status();
  BOOST_REQUIRE_EQUAL(status.logs.size(), 1u);
  auto& log = status.logs.front();
  BOOST_TEST(log.problem.empty());
  BOOST_TEST(log.store.events == 4u);
  BOOST_TEST(log.store.commits == 2u);
  BOOST_TEST(log.store.queued == 0u);
  BOOST_TEST(log.reader.head == 4);
  BOOST_TEST(log.reader.waiting == 1u);
  BOOST_REQUIRE_EQUAL(status.projections.size(), 1u);
  auto& x = status.projections.front();
  BOOST_TEST(x.projection == "eventcounters");
  BOOST_TEST(x.application == "upstream");
  BOOST_TEST((x.runner.phase == runner_phase::following));
  BOOST_TEST(x.runner.position == 4);
  BOOST_TEST(x.runner.events == 4u);
  BOOST_TEST(x.head == 4);
  BOOST_TEST(x.lag == 0u);
  BOOST_TEST((x.behind_for == 0ms));
  BOOST_TEST(x.queued == 0u);
  BOOST_TEST(x.rate > 0.0);
  BOOST_TEST(x.problem.empty());
}

BOOST_AUTO_TEST_CASE(failed_projection_says_why_and_how_far_it_is_behind) {
  memory_fixture f;
  auto runner = f.run(f.view());
  f.append("a", {"T", "spanner", "T"});
  BOOST_CHECK_THROW(runner->run_forever(long_time), spanner_thrown);
  auto status = f.log().status();
  BOOST_REQUIRE_EQUAL(status.projections.size(), 1u);
  auto& x = status.projections.front();
  BOOST_TEST((x.runner.phase == runner_phase::failed));
  BOOST_TEST(x.runner.position == 1);
  BOOST_TEST(x.head == 3);
  BOOST_TEST(x.lag == 2u);
  BOOST_TEST(x.problem.ends_with("This is a deliberate bug"), x.problem);
  // It goes on falling behind.
  auto before = x.behind_for;
  while (f.log().status().projections.front().behind_for <= before)
    std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(subscription_that_hears_nothing_shows_as_lag) {
  auto all = std::make_shared<memory_log>();
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system, [&] {
                  return std::make_unique<deaf_store>(
                    std::make_shared<memory_event_store>(all));
                }};
  projection_runner runner{log, "upstream",
                           std::make_shared<counting_projection>(
                             std::make_shared<memory_event_counters>())};
  // It waits for events before there are any.
  while (log.status().logs.front().reader.waiting == 0)
    std::this_thread::yield();
  memory_event_store{all}.append(
    {{"s", any_version, {{"T", "{}"}, {"T", "{}"}}}});
  auto status = log.status();
  auto& x = status.projections.front();
  BOOST_TEST((x.runner.phase == runner_phase::following));
  BOOST_TEST(x.runner.position == log_start);
  BOOST_TEST(x.head == 2);
  BOOST_TEST(x.lag == 2u);
}

BOOST_AUTO_TEST_CASE(store_that_does_not_answer_is_named) {
  auto is_stuck = std::make_shared<std::atomic<bool>>(false);
  auto all = std::make_shared<memory_log>();
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system,
                [&] {
                  return std::make_unique<stuck_store>(
                    std::make_shared<memory_event_store>(all), is_stuck);
                },
                {"social"}};
  projection_runner runner{log, "upstream",
                           std::make_shared<counting_projection>(
                             std::make_shared<memory_event_counters>())};
  runner.wait(
    log.store()->append({{"s", any_version, {{"T", "{}"}}}})[0].positions[0],
    long_time);
  *is_stuck = true;
  auto status = log.status();
  *is_stuck = false;
  is_stuck->notify_all();
  BOOST_TEST(status.logs.front().name == "social");
  BOOST_TEST(status.logs.front().problem == "the store does not answer");
  BOOST_TEST(status.logs.front().store.events == 1u);
  auto& x = status.projections.front();
  BOOST_TEST(x.runner.position == 1);
  BOOST_TEST(x.problem.starts_with("the head of the log cannot be read"),
             x.problem);
}

BOOST_AUTO_TEST_CASE(one_monitor_asks_several_logs_and_forgets_what_has_gone) {
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  auto open = [log = std::make_shared<memory_log>()] {
    return std::make_unique<memory_event_store>(log);
  };
  event_log first{system, open, {"first"}};
  auto second = std::make_unique<event_log>(
    system, open, event_log_settings{"second", first.monitor()});
  auto runner = std::make_unique<projection_runner>(
    *second, "upstream",
    std::make_shared<counting_projection>(
      std::make_shared<memory_event_counters>()));
  auto status = first.status();
  BOOST_REQUIRE_EQUAL(status.logs.size(), 2u);
  BOOST_TEST(status.logs[1].name == "second");
  BOOST_TEST(status.projections.size() == 1u);
  runner.reset();
  second.reset();
  while (status.logs.size() > 1 || !status.projections.empty())
    status = first.status();
  BOOST_TEST(status.logs.front().name == "first");
}

BOOST_AUTO_TEST_CASE(failed_append_is_told_until_one_succeeds) {
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system, [all = std::make_shared<memory_log>()] {
                  return std::make_unique<failing_event_store>(
                    std::make_shared<memory_event_store>(all), [](size_t i) {
                      return i == 0 ? append_fault::before : append_fault::none;
                    });
                }};
  const append_request request{"s", any_version, {{"T", "{}"}}};
  BOOST_CHECK_THROW(log.store()->append({request}), store_unavailable);
  auto store = log.status().logs.front().store;
  BOOST_TEST(store.problem == "an append fails as it was told to");
  BOOST_TEST(store.events == 0u);
  log.store()->append({request});
  store = log.status().logs.front().store;
  BOOST_TEST(store.problem.empty());
  BOOST_TEST(store.events == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
