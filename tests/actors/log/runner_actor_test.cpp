// Goal: a runner goes on by itself where trying again may help, answers whoever
// waits, and does neither too often nor too late. Method: the actors of a
// runner over a store and a view in memory that fail as told, on the
// deterministic scheduler, whose clock only the test moves.
#include "projections/actors/log/runner_actor.hpp"

#include "projections/actors/log/log_reader_actor.hpp"
#include "projections/folds/processors/projection_fold.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/actors/log/recording_store.hpp"
#include "tests/contract/backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// A view in memory whose transactions fail as told: before anything is done,
/// or, as if the connection were lost in the commit, after all of it.
class unreliable_view final : public memory_event_counters {
public:
  void in_one_transaction(const std::function<void()>& commands) override {
    if (failures_before > 0) {
      --failures_before;
      throw store_unavailable{"out of reach"};
    }
    memory_event_counters::in_one_transaction(commands);
    ++transactions;
    if (failures_after > 0) {
      --failures_after;
      throw store_unavailable{"lost in the commit"};
    }
  }

  void interrupt(bool on) noexcept override {
    is_interrupted = on;
  }

  int failures_before = 0;
  int failures_after = 0;
  int transactions = 0;
  bool is_interrupted = false;
};

struct fixture {
  fixture() {
    store->add("a", 3);
  }

  ~fixture() {
    runners.clear();
    caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
    reader = nullptr;
    system.run();
  }

  /// An actor that ends with this object.
  struct owned_runner {
    explicit owned_runner(runner_actor x) : actor(std::move(x)) {
      // nop
    }
    owned_runner(owned_runner&&) = default;
    owned_runner& operator=(owned_runner&&) = default;
    ~owned_runner() {
      if (actor)
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    }
    runner_actor actor;
  };

  runner_actor spawn() {
    return spawn_with(view_worker_for(system.get(), nullptr));
  }

  /// Spawns a runner whose view `worker` folds into.
  runner_actor spawn_with(shared_view_worker worker) {
    runner_settings settings;
    // The test moves the clock by whole pauses.
    settings.retry.jitter = 0;
    runners.emplace_back(compat::spawn_state<runner_state>(
      system.get(),
      std::make_shared<projection_fold>(
        std::make_shared<counting_projection>(view), "upstream", limits),
      reader, std::move(worker), watch, settings));
    return runners.back().actor;
  }

  /// Asks `runner` for the position, and returns where the answer is put.
  std::shared_ptr<std::string> await(const runner_actor& runner,
                                     log_position position) {
    auto result = std::make_shared<std::string>("waits");
    system.get().spawn([=](caf::event_based_actor* self) {
      compat::request(self, runner, await_position{position})
        .then([result](
                position_reached x) { *result = std::to_string(x.position); },
              [result](const caf::error& e) { *result = compat::text_of(e); });
    });
    system.run();
    return result;
  }

  /// Asks `runner` to rebuild when the system runs, and returns where the
  /// answer is put.
  std::shared_ptr<std::string> rebuild(const runner_actor& runner) {
    auto result = std::make_shared<std::string>("waits");
    system.get().spawn([=](caf::event_based_actor* self) {
      compat::request(self, runner, rebuild_view{})
        .then([result](view_emptied) { *result = "emptied"; },
              [result](const caf::error& e) { *result = compat::text_of(e); });
    });
    return result;
  }

  void advance(std::chrono::milliseconds by) {
    system.advance(by);
    system.run();
  }

  deterministic_system system;
  std::shared_ptr<recording_store> store = std::make_shared<recording_store>();
  std::shared_ptr<unreliable_view> view = std::make_shared<unreliable_view>();
  std::shared_ptr<run_watch> watch = std::make_shared<run_watch>();
  group_limits limits;
  log_reader_actor reader
    = compat::spawn_state<log_reader_state>(system.get(), store);
  std::vector<owned_runner> runners;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runner_actor_test, fixture)

BOOST_AUTO_TEST_CASE(group_is_one_transaction) {
  auto runner = spawn();
  system.run();
  BOOST_TEST(*await(runner, 3) == "3");
  BOOST_TEST(view->transactions == 1);
  store->add("b", 2);
  system.run();
  BOOST_TEST(view->transactions == 2);
  BOOST_TEST(watch->status().events == 5);
}

BOOST_AUTO_TEST_CASE(full_group_is_committed) {
  limits.events_max = 2;
  spawn();
  system.run();
  BOOST_TEST(view->transactions == 2);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE(view_out_of_reach_is_tried_again_with_growing_pauses) {
  view->failures_before = 3;
  auto runner = spawn();
  auto answer = await(runner, 3);
  BOOST_TEST(watch->status().problem == "out of reach");
  advance(19ms);
  BOOST_TEST(view->failures_before == 2);
  for (auto pause : {1ms, 40ms, 80ms}) {
    BOOST_TEST(*answer == "waits");
    advance(pause);
  }
  BOOST_TEST(*answer == "3");
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
  BOOST_TEST(watch->status().problem.empty());
}

BOOST_AUTO_TEST_CASE(commit_of_unknown_outcome_counts_once) {
  view->failures_after = 1;
  auto runner = spawn();
  auto answer = await(runner, 3);
  advance(20ms);
  BOOST_TEST(*answer == "3");
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE(log_out_of_reach_is_tried_again) {
  store->failures = 2;
  auto runner = spawn();
  auto answer = await(runner, 3);
  BOOST_TEST(*answer == "waits");
  advance(20ms);
  advance(40ms);
  BOOST_TEST(*answer == "3");
}

BOOST_AUTO_TEST_CASE(broken_log_ends_it) {
  auto runner = spawn();
  auto answer = await(runner, 4);
  BOOST_TEST(*answer == "waits");
  store->fails_for_good = true;
  store->add("b");
  system.run();
  BOOST_TEST(
    *answer == "the runner of projection \"eventcounters\" has failed: broken");
  BOOST_CHECK_THROW(std::rethrow_exception(watch->take_error()), store_error);
  BOOST_TEST(!watch->take_error());
}

BOOST_AUTO_TEST_CASE(claim_is_asked_for_again) {
  auto claim = view->claim("upstream");
  auto runner = spawn();
  auto answer = await(runner, 3);
  BOOST_CHECK(watch->status().phase == runner_phase::standing_by);
  advance(250ms);
  BOOST_TEST(*answer == "waits");
  claim.reset();
  advance(249ms);
  BOOST_TEST(*answer == "waits");
  advance(1ms);
  BOOST_TEST(*answer == "3");
}

BOOST_AUTO_TEST_CASE(rebuild_is_refused_while_another_runner_has_the_view) {
  auto claim = view->claim("upstream");
  auto runner = spawn();
  // Asked for before the runner knows that it has to stand by, and after.
  for (int i = 0; i < 2; ++i) {
    auto answer = rebuild(runner);
    system.run();
    BOOST_TEST(*answer
               == "the view of projection \"eventcounters\" is folded by "
                  "another runner: ask that one to rebuild it");
    BOOST_CHECK(watch->status().phase == runner_phase::standing_by);
  }
  claim.reset();
  advance(250ms);
  auto answer = rebuild(runner);
  system.run();
  BOOST_TEST(*answer == "emptied");
}

BOOST_AUTO_TEST_CASE(who_stands_by_sees_how_far_the_view_is) {
  auto first = spawn();
  system.run();
  auto other_watch = std::exchange(watch, std::make_shared<run_watch>());
  auto second = spawn();
  auto answer = await(second, 3);
  BOOST_TEST(*answer == "3");
  store->add("b");
  system.run();
  answer = await(second, 4);
  BOOST_TEST(*answer == "waits");
  advance(250ms);
  BOOST_TEST(*answer == "4");
  BOOST_TEST(other_watch->status().events == 4);
}

BOOST_AUTO_TEST_CASE(broken_head_ends_it) {
  store->fails_for_good = true;
  spawn();
  system.run();
  BOOST_CHECK(watch->status().phase == runner_phase::failed);
}

BOOST_AUTO_TEST_CASE(failure_of_the_log_waits_for_the_step_under_way) {
  auto runner = spawn();
  // The first slice is being folded when reading on fails.
  system.run_until_ready("view_worker");
  while (watch->status().phase != runner_phase::following)
    system.run_one();
  system.run_until_ready("view_worker");
  store->fails_for_good = true;
  system.run();
  store->add("b");
  system.run();
  BOOST_TEST(watch->status().position == 3);
  BOOST_CHECK_THROW(std::rethrow_exception(watch->take_error()), store_error);
}

BOOST_AUTO_TEST_CASE(waits_are_answered_when_the_runner_is_ended) {
  auto answer = await(spawn(), 7);
  runners.clear();
  system.run();
  BOOST_TEST(*answer
             == "the runner of projection \"eventcounters\" has stopped");
}

BOOST_AUTO_TEST_CASE(stop_cuts_a_pause_short_and_gives_the_view_back) {
  view->failures_before = 1'000'000;
  auto runner = spawn();
  auto answer = await(runner, 3);
  compat::send_anonymously(runner, stop_runner{});
  system.run();
  BOOST_TEST(*answer
             == "the runner of projection \"eventcounters\" has stopped");
  BOOST_CHECK(watch->status().phase == runner_phase::stopped);
  BOOST_TEST(!!view->claim("upstream"));
  BOOST_TEST(*await(runner, 3)
             == "the runner of projection \"eventcounters\" has stopped");
}

BOOST_AUTO_TEST_CASE(stop_does_not_wait_for_the_log) {
  store->failures = 1'000'000;
  auto runner = spawn();
  system.run();
  compat::send_anonymously(runner, stop_runner{});
  system.run();
  BOOST_CHECK(watch->status().phase == runner_phase::stopped);
}

BOOST_AUTO_TEST_CASE(runner_that_ends_with_its_view_interrupted_mends_that) {
  auto runner = spawn();
  // Its worker is about to claim the view when it has to stop.
  compat::send_anonymously(runner, stop_runner{});
  system.run_latest();
  system.advance(300ms);
  system.run_latest();
  BOOST_TEST(view->is_interrupted);
  runner = nullptr;
  runners.clear();
  system.run_latest();
  BOOST_CHECK(watch->status().phase == runner_phase::stopped);
  system.run();
  BOOST_TEST(!view->is_interrupted);
  BOOST_TEST(!!view->claim("upstream"));
}

BOOST_AUTO_TEST_CASE(
  runner_that_leaves_interrupts_what_its_worker_is_busy_with) {
  // Somebody else has the worker, too.
  auto worker = view_worker_for(system.get(), nullptr);
  auto runner = spawn_with(worker);
  system.run();
  compat::send_anonymously(runner, stop_runner{});
  // The worker does not get to what the runner asks of it.
  system.run_latest();
  system.advance(300ms);
  system.run_latest();
  BOOST_TEST(view->is_interrupted);
  system.run();
  BOOST_CHECK(watch->status().phase == runner_phase::stopped);
  BOOST_TEST(!view->is_interrupted);
}

BOOST_AUTO_TEST_CASE(runner_that_is_ended_gives_the_view_back) {
  spawn();
  system.run();
  BOOST_TEST(!view->claim("upstream"));
  runners.clear();
  system.run();
  BOOST_TEST(!!view->claim("upstream"));
  BOOST_CHECK(watch->status().phase == runner_phase::stopped);
}

BOOST_AUTO_TEST_SUITE_END()
