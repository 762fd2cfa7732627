// Goal: among many runners, one for which there is nothing is left alone, gets
// to the head all the same, and is told at once where somebody waits for it.
// Method: the actors of one runner and the requests of a thousand others, on
// the deterministic scheduler, whose clock only the test moves.
#include "projections/actors/log/log_reader_actor.hpp"
#include "projections/actors/log/runner_actor.hpp"
#include "projections/folds/processors/projection_fold.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/actors/log/recording_store.hpp"
#include "tests/contract/backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// More than are told at once.
constexpr size_t idle_count = 1000;

struct fixture {
  fixture() {
    for (size_t i = 0; i < idle_count; ++i)
      system.get().spawn([this, i](caf::event_based_actor* self) {
        compat::request(
          self, reader,
          read_log{log_start, 100,
                   std::make_shared<const std::vector<std::string>>(
                     1, "U" + std::to_string(i))})
          .then([this](const log_part&) { ++woken; },
                [](const caf::error&) {
                  // The reader has ended.
                });
      });
    system.run();
    runner = spawn_runner(
      system.get(),
      std::make_shared<projection_fold>(std::make_shared<counting_projection>(
                                          view, std::vector<std::string>{"W"}),
                                        "upstream", group_limits{}),
      reader, watch, {});
    system.run();
    store->add_of("V", "a");
    system.run();
  }

  ~fixture() {
    caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
    runner = nullptr;
    reader = nullptr;
    system.run();
  }

  deterministic_system system;
  std::shared_ptr<recording_store> store = std::make_shared<recording_store>();
  std::shared_ptr<memory_event_counters> view
    = std::make_shared<memory_event_counters>();
  std::shared_ptr<run_watch> watch = std::make_shared<run_watch>();
  log_reader_actor reader
    = compat::spawn_state<log_reader_state>(system.get(), store);
  runner_actor runner;
  size_t woken = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(idle_runners_test, fixture)

BOOST_AUTO_TEST_CASE(it_gets_to_the_head_in_time) {
  BOOST_TEST(watch->status().position == 0);
  // All of them, 50 in 10 ms.
  for (size_t told = 0; told <= idle_count; told += 50) {
    system.advance(10ms);
    system.run();
  }
  BOOST_TEST(watch->status().position == 1);
  BOOST_TEST(view->max_tracking_id("upstream").value() == 1);
  BOOST_TEST(woken == idle_count);
}

BOOST_AUTO_TEST_CASE(it_gets_what_it_wants_at_once) {
  store->add_of("W", "b");
  system.run();
  BOOST_TEST(watch->status().position == 2);
  BOOST_TEST(watch->status().events == 1u);
  BOOST_TEST(woken == 0u);
}

BOOST_AUTO_TEST_CASE(actor_that_waits_is_answered_at_once) {
  std::vector<log_position> answers;
  system.get().spawn([&](caf::event_based_actor* self) {
    // The first is there, the second comes later.
    for (log_position x : {1, 2})
      compat::request(self, runner, await_position{x})
        .then([&](position_reached y) { answers.push_back(y.position); });
  });
  system.run();
  BOOST_TEST(answers == std::vector<log_position>{1},
             boost::test_tools::per_element());
  store->add_of("V", "a");
  system.run();
  BOOST_TEST(answers == (std::vector<log_position>{1, 2}),
             boost::test_tools::per_element());
  // Whoever waits no more costs nothing.
  store->add_of("V", "a");
  system.run();
  BOOST_TEST(watch->status().position == 2);
  BOOST_TEST(woken == 0u);
}

BOOST_AUTO_TEST_CASE(thread_that_waits_is_answered_at_once) {
  std::promise<void> waits;
  auto reached = std::async(std::launch::async, [&] {
    return watch->wait_for(1, run_watch::clock::now() + 1min,
                           [&] { waits.set_value(); });
  });
  waits.get_future().wait();
  compat::send_anonymously(runner, look_who_waits{});
  system.run();
  BOOST_TEST(reached.get().position == 1);
  BOOST_TEST(watch->awaited_after(log_start) == log_start);
  BOOST_TEST(woken == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
