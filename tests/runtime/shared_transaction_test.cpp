// Goal: folds into one view that come together are committed together, and one
// that fails, or a transaction that is lost, costs the others nothing. Method:
// steps for one worker, on the deterministic scheduler, over views in databases
// that count their transactions and fail them as told.
#include "projections/actors/log/log_reader_actor.hpp"
#include "projections/actors/log/runner_actor.hpp"
#include "tests/actors/log/recording_store.hpp"
#include "tests/runtime/view_worker_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

BOOST_TEST_DONT_PRINT_LOG_VALUE(projections::view_step_outcome)

BOOST_AUTO_TEST_SUITE(shared_transaction_test)

// -- what shares a transaction ------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(folds_that_come_together_share_a_transaction,
                              Backend, watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.fold_all(slice_of({"T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.counted() == 6);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.tracked(i) == 2);
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_has_one_group_in_it, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"}, {2, 1min});
  f.fold_all(slice_of({"T", "T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.answer(1).position == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_has_as_many_slices_as_it_may, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"}, {3, 1min});
  auto all = slice_of({"T", "T", "T", "T"});
  f.fold(0, {part_of(*all, 0, 2), part_of(*all, 2, 3)});
  f.fold(1, {part_of(*all, 0, 2), part_of(*all, 2, 4)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 3);
  BOOST_TEST(f.tracked(1) == 2);
  BOOST_TEST(f.backend.view->transactions == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slow_group_gets_no_further_slice, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"}, {1000, 0ms});
  auto all = slice_of({"T", "T"});
  for (size_t i : {0, 1})
    f.fold(i, {part_of(*all, 0, 1), part_of(*all, 1, 2)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_hurries_ends_its_group, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"});
  f.applications[0]->fold->hurry(true);
  auto all = slice_of({"T", "T"});
  for (size_t i : {0, 1})
    f.fold(i, {part_of(*all, 0, 1), part_of(*all, 1, 2)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 2);
  BOOST_TEST(f.backend.view->transactions == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(long_transaction_takes_in_no_more, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f{0ms};
  f.add({"one", "two", "three"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(f.backend.view->transactions == 3);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_asks_to_be_alone_is, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  auto slice = slice_of({"T"});
  f.fold(0, {slice});
  f.ask(1, view_step_kind::fold, {slice}, true);
  f.fold(2, {slice});
  f.system.run();
  // The others still share one.
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_view_has_transactions_of_its_own, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  Backend other;
  f.add({"one"});
  f.add_to(other.view, "two");
  f.add({"three"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(other.view->transactions == 1);
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 2);
  BOOST_TEST(f.tracked(1) == 1);
}

BOOST_AUTO_TEST_CASE(views_in_memory_share_none) {
  view_worker_fixture<watched<memory_backend>> f;
  f.add({"one", "two"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_given_back_behind_what_was_asked_before,
                              Backend, watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"});
  f.fold(0, {slice_of({"T"})});
  f.ask(0, view_step_kind::leave);
  f.fold(1, {slice_of({"T"})});
  f.system.run();
  auto& answers = f.applications[0]->answers;
  BOOST_REQUIRE_EQUAL(answers.size(), 2);
  // The fold, and not what else the worker was asked for, comes first.
  BOOST_TEST(f.answered.at(0) == "one");
  BOOST_TEST(answers[0].position == 1);
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 1);
}

// -- what fails it ------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_fails_takes_no_other_with_it, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.fold(0, {slice_of({"T", "T"})});
  f.fold(1, {slice_of({"T", "spanner"})});
  f.fold(2, {slice_of({"T", "T"})});
  f.system.run();
  BOOST_TEST(f.counted() == 5);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.tracked(1) == 1);
  BOOST_TEST(f.tracked(2) == 2);
  BOOST_TEST(f.answer(1).outcome == view_step_outcome::failed);
  BOOST_TEST(f.answer(1).position == 1);
  BOOST_TEST(f.answer(1).failed_event
             == "event \"spanner\" at position 2 (version 1 of stream \"s2\")");
  BOOST_CHECK_THROW(std::rethrow_exception(f.answer(1).error), spanner_thrown);
  for (size_t i : {0, 2}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_has_to_wait_keeps_no_other, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.applications[1]->processor->before_event = [](const recorded_event& event) {
    if (event.position == 2)
      throw store_unavailable{"somebody else has a lock on it"};
  };
  f.fold_all(slice_of({"T", "T"}));
  for (size_t i : {0, 2}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.answer(1).outcome == view_step_outcome::unavailable);
  BOOST_TEST(f.answer(1).position == 0);
  BOOST_TEST(f.tracked(1) == 0);
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_out_of_reach_is_tried_once_for_all, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.backend.view->begin_error = lost();
  auto slice = slice_of({"T"});
  f.fold_all(slice);
  BOOST_TEST(f.backend.view->transactions == 1);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::unavailable);
    BOOST_CHECK_THROW(std::rethrow_exception(f.answer(i).error),
                      store_unavailable);
  }
  f.backend.view->begin_error = nullptr;
  f.fold_all(slice);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_that_lets_nobody_write_fails_each, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.backend.view->begin_error = denied();
  f.fold_all(slice_of({"T"}));
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::failed);
    BOOST_TEST(f.answer(i).failed_event == "");
    BOOST_TEST(f.answer(i).position == 0);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lost_commit_is_looked_up_by_each, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"});
  auto slice = slice_of({"T", "T"});
  f.backend.view->commit_error = lost();
  f.fold_all(slice);
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::unavailable);
    BOOST_CHECK_THROW(std::rethrow_exception(f.answer(i).error),
                      store_unavailable);
    BOOST_TEST(f.answer(i).position == 0);
  }
  // It had happened.
  for (size_t i : {0, 1})
    f.ask(i, view_step_kind::begin);
  f.system.run();
  f.fold_all(slice);
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_there_after_a_failure_is_not_folded_again,
                              Backend, watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"});
  f.backend.view->commit_error = denied();
  f.fold_all(slice_of({"T", "T"}));
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_tries_again_alone, Backend,
                              watched_backends) {
  view_worker_fixture<Backend> f;
  f.add({"one", "two"});
  // A transaction with events of both cannot be committed.
  std::set<std::string> in_transaction;
  auto refused = 0;
  f.backend.view->before_commit = [&] {
    if (std::exchange(in_transaction, {}).size() < 2)
      return;
    ++refused;
    throw store_unavailable{"somebody else has a lock on it"};
  };
  auto store = std::make_shared<recording_store>();
  store->add("a", 3);
  auto reader = compat::spawn_state<log_reader_state>(f.system.get(), store);
  auto worker = std::make_shared<const view_worker_actor>(f.worker);
  std::vector<runner_actor> runners;
  std::vector<std::shared_ptr<run_watch>> watches;
  for (auto& x : f.applications) {
    x->fold->leave();
    x->processor->before_event = [&, name = x->name](const recorded_event&) {
      in_transaction.insert(name);
    };
    runner_settings settings;
    settings.retry.jitter = 0;
    runners.push_back(compat::spawn_state<runner_state>(
      f.system.get(), x->fold, reader, worker,
      watches.emplace_back(std::make_shared<run_watch>()), settings));
  }
  f.system.run();
  BOOST_TEST(refused == 1);
  f.system.advance(20ms);
  f.system.run();
  BOOST_TEST(refused == 1);
  for (size_t i : {0, 1}) {
    BOOST_TEST(watches[i]->status().position == 3);
    BOOST_TEST(watches[i]->status().retries == 1u);
    BOOST_TEST(f.tracked(i) == 3);
  }
  // Having gone on, they share transactions again.
  store->add("b");
  f.system.run();
  BOOST_TEST(refused == 2);
  for (auto& x : runners)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
  f.system.run();
}

BOOST_AUTO_TEST_SUITE_END()
