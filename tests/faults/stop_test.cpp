// Goal: `stop` returns within a second, whatever the runner waits for, and what
// was committed stays. Method: the view is locked by somebody else, the store
// or the server does not answer, a pause is under way, or the projection itself
// is stuck; the time that `stop` takes is measured.
#include "tests/faults/watched_store.hpp"

#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "tests/contract/freezing_proxy.hpp"
#endif

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// Stops `runner` and checks how long that takes.
void check_stop(projection_runner& runner) {
  auto began = std::chrono::steady_clock::now();
  runner.stop();
  BOOST_TEST((std::chrono::steady_clock::now() - began < 1s));
}

/// Stops `runner` and checks that it has ended as well.
void check_end(projection_runner& runner) {
  check_stop(runner);
  BOOST_TEST((runner.status().phase == runner_phase::stopped));
  runner.close();
}

/// Waits until the store was asked `n` times.
void wait_for_questions(const store_watch& watch, size_t n) {
  while (watch.questions < n)
    std::this_thread::yield();
}

/// What keeps everybody else from writing to the view in a database.
template <class Backend>
class view_lock;

#ifdef PROJECTIONS_WITH_SQLITE
template <>
class view_lock<sqlite_backend> {
public:
  explicit view_lock(const sqlite_backend& backend)
    : database_(backend.path(), SQLite::OPEN_READWRITE) {
    database_.exec("BEGIN IMMEDIATE");
  }

private:
  SQLite::Database database_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
template <>
class view_lock<postgres_backend> {
public:
  explicit view_lock(const postgres_backend& backend)
    : connection_("options='-c search_path=" + backend.schema().name() + '\''),
      work_(connection_) {
    work_.exec("BEGIN; SELECT * FROM notification_tracking FOR UPDATE; "
               "LOCK TABLE projections_fold_versions IN EXCLUSIVE MODE");
  }

private:
  pqxx::connection connection_;
  pqxx::nontransaction work_;
};
#endif

} // namespace

BOOST_AUTO_TEST_SUITE(stops)

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_stops_while_its_view_is_locked, Backend,
                              durable_runner_backends) {
  watched_fixture<Backend> f;
  auto view = f.view();
  auto runner = f.run_watched(std::make_shared<counting_projection>(view));
  auto last = f.append_some("a", 1);
  runner->wait(last, long_time);
  {
    view_lock<decltype(Backend::view)> lock{f.backend().view};
    last = f.append_some("a", 5);
    while (f.watch->slices < 2)
      std::this_thread::yield();
    // The events have been handed to the view.
    f.let_messages_pass(*runner);
    check_end(*runner);
    BOOST_TEST(view->get_subsequent_event_counter() == 0);
  }
  runner = f.run_watched(std::make_shared<counting_projection>(view));
  runner->wait(last, long_time);
  BOOST_TEST(view->get_subsequent_event_counter() == 5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_stops_while_a_fresh_view_is_locked,
                              Backend, durable_runner_backends) {
  watched_fixture<Backend> f;
  auto view = f.view();
  {
    view_lock<decltype(Backend::view)> lock{f.backend().view};
    auto runner = f.run_watched(std::make_shared<counting_projection>(view));
    // It asks for the head before it records its version.
    wait_for_questions(*f.watch, 1);
    f.let_messages_pass(*runner);
    check_end(*runner);
  }
  auto runner = f.run_watched(std::make_shared<counting_projection>(view));
  runner->wait(f.append_some("a", 1), long_time);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_stops_while_its_store_is_out_of_reach,
                              Backend, runner_backends) {
  for (auto how :
       {store_watch::answers::unavailable, store_watch::answers::never}) {
    watched_fixture<Backend> f;
    auto view = f.view();
    auto runner = f.run_watched(std::make_shared<counting_projection>(view));
    runner->wait(f.append_some("a", 1), long_time);
    auto asked = f.watch->questions.load();
    f.watch->answer(how);
    auto last = f.append_some("a", 1);
    wait_for_questions(*f.watch, asked + 1);
    check_end(*runner);
    // Nor does one stop later that has to find out where the log ends.
    asked = f.watch->questions;
    runner = f.run_watched(std::make_shared<counting_projection>(view));
    if (how == store_watch::answers::unavailable)
      wait_for_questions(*f.watch, asked + 2);
    check_end(*runner);
    f.watch->answer(store_watch::answers::as_it_is);
    runner = f.run_watched(std::make_shared<counting_projection>(view));
    runner->wait(last, long_time);
    BOOST_TEST(view->get_subsequent_event_counter() == 1);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_goes_on_when_its_store_is_back, Backend,
                              runner_backends) {
  watched_fixture<Backend> f;
  auto view = f.view();
  f.watch->answer(store_watch::answers::unavailable);
  auto runner = f.run_watched(std::make_shared<counting_projection>(view));
  wait_for_questions(*f.watch, 3);
  f.watch->answer(store_watch::answers::as_it_is);
  runner->wait(f.append_some("a", 1), long_time);
  f.watch->answer(store_watch::answers::unavailable);
  auto asked = f.watch->questions.load();
  auto last = f.append_some("a", 1);
  wait_for_questions(*f.watch, asked + 3);
  f.watch->answer(store_watch::answers::as_it_is);
  runner->wait(last, long_time);
  runner->close();
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_stops_in_a_pause, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  projection_settings settings;
  settings.runner.claim_interval = long_time;
  settings.runner.retry.delay = long_time;
  settings.runner.retry.delay_max = long_time;
  auto projection = std::make_shared<counting_projection>(f.view());
  projection->before_event = [](const recorded_event&) {
    throw store_unavailable{"the view is out of reach"};
  };
  f.append("a", {"T"});
  auto first = f.run(projection, settings);
  while (first->status().problem.empty())
    std::this_thread::yield();
  // Another one stands by, and looks for the view as seldom.
  auto second
    = f.run(std::make_shared<counting_projection>(f.view()), settings);
  while (second->status().phase != runner_phase::standing_by)
    std::this_thread::yield();
  check_end(*second);
  check_end(*first);
  BOOST_TEST(!f.view()->max_tracking_id("upstream"));
}

#ifdef PROJECTIONS_WITH_POSTGRESQL
BOOST_AUTO_TEST_CASE(runner_stops_while_the_server_of_its_view_stands_still) {
  runner_fixture<store_and_view<memory_backend, postgres_backend>> f;
  for (auto is_folding : {true, false}) {
    freezing_proxy proxy;
    auto runner = f.run(std::make_shared<postgres_event_counters>(
      proxy.uri(f.backend().view.schema())));
    runner->wait(f.append("a", {"T"}), long_time);
    proxy.freeze();
    if (is_folding) {
      f.append("a", {"T"});
      proxy.wait_until_swallowed();
    }
    check_end(*runner);
  }
  BOOST_TEST(f.view()->get_subsequent_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE(runners_of_one_view_stop_while_its_server_stands_still) {
  runner_fixture<store_and_view<memory_backend, postgres_backend>> f;
  freezing_proxy proxy;
  auto view = std::make_shared<postgres_event_counters>(
    proxy.uri(f.backend().view.schema()));
  std::vector<std::unique_ptr<projection_runner>> runners;
  for (auto name : {"one", "two", "three", "four"})
    runners.push_back(std::make_unique<projection_runner>(
      f.log(), name, std::make_shared<counting_projection>(view)));
  auto last = f.append("a", {"T"});
  for (auto& x : runners)
    x->wait(last, long_time);
  proxy.freeze();
  f.append("a", {"T"});
  proxy.wait_until_swallowed();
  for (auto& x : runners)
    check_end(*x);
}
#endif

BOOST_AUTO_TEST_CASE_TEMPLATE(stop_does_not_wait_for_a_stuck_projection,
                              Backend, runner_backends) {
  runner_fixture<Backend> f;
  std::promise<void> reached;
  std::promise<void> released;
  auto view = f.view();
  auto projection = std::make_shared<counting_projection>(view);
  projection->before_event = [&](const recorded_event&) {
    reached.set_value();
    released.get_future().wait();
  };
  auto last = f.append("a", {"T"});
  auto runner = f.run(projection);
  reached.get_future().wait();
  check_stop(*runner);
  released.set_value();
  // It ends as soon as it can, with what was under way or without it.
  while (runner->status().phase != runner_phase::stopped)
    std::this_thread::yield();
  runner->close();
  auto at = view->max_tracking_id("upstream");
  BOOST_TEST((!at || at == last));
  BOOST_TEST(view->get_created_event_counter() == (at ? 1 : 0));
}

BOOST_AUTO_TEST_SUITE_END()
