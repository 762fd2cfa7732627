// Goal: a runner whose PostgreSQL sessions end goes on by itself, and counts
// every event once; one whose view was taken over meanwhile leaves it alone.
// Method: the server ends all sessions of the database but the test's own, in
// the middle of a group, between groups and while nothing happens; the view is
// compared with the store.
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "tests/contract/plain_writer.hpp"
#  include "tests/faults/log_checks.hpp"
#  include "tests/random_seeds.hpp"
#  include "tests/runtime/runner_fixture.hpp"

#  include <boost/test/unit_test.hpp>

#  include <future>
#  include <random>
#  include <string>
#  include <thread>
#  include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr int events = 3000;
constexpr size_t append_events = 500;

/// How long runners are given to go on before those that failed are replaced.
constexpr std::chrono::milliseconds patience{200};

struct fixture : runner_fixture<store_and_view<postgres_backend>> {
  /// Ends all sessions of stores, views and listeners.
  void end_sessions() {
    end_sessions("SELECT pid FROM pg_stat_activity "
                 "WHERE datname = current_database() "
                 "AND backend_type = 'client backend' "
                 "AND pid <> pg_backend_pid()");
  }

  /// Ends the session that has a claim on a view.
  void end_claiming_session() {
    end_sessions("SELECT pid FROM pg_locks "
                 "WHERE locktype = 'advisory' AND granted");
  }

  /// Ends the sessions that `query` finds, and waits until they have ended:
  /// first all and then each, for the server looks only now and then.
  void end_sessions(const std::string& query) {
    auto ended = schema().run(
      "WITH found AS MATERIALIZED (" + query
      + ") SELECT coalesce(string_agg(pid::text, ','), '0') FROM found "
        "WHERE pg_terminate_backend(pid)");
    ended.pop_back();
    while (schema().run("SELECT count(*) FROM pg_stat_activity WHERE pid IN ("
                        + ended + ')')
           != "0;")
      std::this_thread::yield();
  }

  /// Appends `events` events to streams of ten events.
  void append_many() {
    auto store = backend().store.open_store();
    std::vector<append_request> requests;
    for (int i = 0; i < events / 10; ++i) {
      append_request request;
      request.stream = std::string{"s"} + std::to_string(i);
      request.events.assign(10, {"T", "{}"});
      requests.push_back(request);
      if (requests.size() == append_events / 10) {
        store->append(requests);
        requests.clear();
      }
    }
  }

  /// Appends an event with plain SQL, with NOTIFY or without, and returns its
  /// position.
  log_position insert(const std::string& stream, bool notifies) {
    std::string notify = notifies ? "NOTIFY stored_events; " : "";
    auto text
      = schema().run(notify + "INSERT INTO stored_events VALUES ('" + stream
                     + "', 1, 'T', '{}') RETURNING notification_id");
    return std::stoll(text);
  }

  const postgres_schema& schema() {
    return backend().store.schema();
  }

  /// Checks that `view` has all events, each once.
  void check(event_counters_view& view) {
    auto log = whole_log(*backend().store.open_store());
    BOOST_TEST(content_of(view) == fold_of(log, last_position(log)));
  }
};

projection_settings small_groups() {
  projection_settings result;
  result.group.events_max = 20;
  result.runner.slice_events_max = 50;
  return result;
}

/// Calls `f()` until it does not find the database away.
template <class F>
auto persist(F f) {
  for (;;)
    try {
      return f();
    } catch (const store_unavailable&) {
      // Its session was ended.
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(lost_sessions, fixture)

BOOST_AUTO_TEST_CASE(catch_up_goes_on_when_sessions_end_in_a_group) {
  check_random_seeds(1, [this](uint64_t seed) {
    append_many();
    auto last = backend().store.open_store()->head();
    std::mt19937 random{static_cast<uint32_t>(seed)};
    auto projection = std::make_shared<counting_projection>(view());
    int ended = 0;
    projection->before_event = [&](const recorded_event&) {
      if (random() % 150 == 0) {
        end_sessions();
        ++ended;
      }
    };
    auto runner = run(projection, small_groups());
    runner->wait(last, long_time);
    runner->close();
    BOOST_TEST(ended > 5);
    check(*view());
  });
}

BOOST_AUTO_TEST_CASE(catch_up_goes_on_when_sessions_end_at_any_time) {
  append_many();
  auto view = this->view();
  auto last = backend().store.open_store()->head();
  auto runner
    = run(std::make_shared<counting_projection>(view), small_groups());
  auto waiting = std::async(std::launch::async,
                            [&] { view->wait("upstream", last, long_time); });
  for (auto at = log_start; at < last;) {
    end_sessions();
    at = std::min(at + 150, last);
    runner->wait(at, long_time);
  }
  waiting.get();
  runner->close();
  check(*view);
}

BOOST_AUTO_TEST_CASE(runners_of_one_view_go_on_when_sessions_end) {
  append_many();
  auto view = this->view();
  auto last = backend().store.open_store()->head();
  std::vector<std::unique_ptr<projection_runner>> runners;
  for (auto name : {"one", "two", "three"})
    runners.push_back(std::make_unique<projection_runner>(
      log(), name, std::make_shared<counting_projection>(view),
      small_groups()));
  for (auto at = log_start; at < last;) {
    end_sessions();
    at = std::min(at + 300, last);
    for (auto& x : runners)
      x->wait(at, long_time);
  }
  for (auto& x : runners)
    x->close();
  BOOST_TEST(view->get_created_event_counter() == 3 * events / 10);
  BOOST_TEST(view->get_subsequent_event_counter() == 3 * events / 10 * 9);
}

BOOST_AUTO_TEST_CASE(runner_hears_of_events_after_its_sessions_have_ended) {
  auto view = this->view();
  auto runner = run(view);
  for (int i = 0; i < 8; ++i) {
    auto at = insert("before " + std::to_string(i), i % 2 == 0);
    view->wait("upstream", at, long_time);
    end_sessions();
    at = insert("after " + std::to_string(i), i % 4 < 2);
    runner->wait(at, long_time);
    persist([&] { view->wait("upstream", at, long_time); });
  }
  runner->close();
  BOOST_TEST(view->get_created_event_counter() == 16);
}

BOOST_AUTO_TEST_CASE(waiting_in_a_view_survives_the_end_of_sessions) {
  auto view = this->view();
  auto runner = run(view);
  for (int i = 0; i < 5; ++i) {
    auto next = runner->status().position + 1;
    auto waiting = std::async(std::launch::async,
                              [&] { view->wait("upstream", next, long_time); });
    end_sessions();
    auto at = insert(std::string{"s"} + std::to_string(i), true);
    runner->wait(at, long_time);
    waiting.get();
  }
  runner->close();
}

BOOST_AUTO_TEST_CASE(claim_that_was_lost_is_taken_again) {
  auto runner = run(view());
  runner->wait(append("a", {"T"}), long_time);
  auto second_view = view();
  end_sessions();
  // This commit goes through a new session, which has the claim again.
  runner->wait(insert("b", true), long_time);
  BOOST_TEST(!persist([&] { return second_view->claim("upstream"); }));
  runner->close();
  BOOST_TEST(!!persist([&] { return second_view->claim("upstream"); }));
}

BOOST_AUTO_TEST_CASE(runner_that_took_the_view_over_wins) {
  auto first = run(view());
  first->wait(append("a", {"T", "T"}), long_time);
  projection_settings eager;
  eager.runner.claim_interval = std::chrono::milliseconds{1};
  auto second = run(std::make_shared<counting_projection>(view()), eager);
  while (second->status().phase != runner_phase::standing_by)
    std::this_thread::yield();
  // The first one has nothing to do, so it does not see that it lost its claim
  // before the second one has it.
  end_claiming_session();
  while (second->status().phase != runner_phase::following)
    std::this_thread::yield();
  auto last = insert("b", true);
  second->wait(last, long_time);
  try {
    first->run_forever(long_time);
    BOOST_ERROR("the first runner goes on");
  } catch (const store_error& e) {
    BOOST_TEST(std::string{e.what()}.ends_with(
      ": another runner took the view over while the connection was lost"));
  }
  second->wait(insert("c", true), long_time);
  second->close();
  BOOST_TEST(second->status().events == 2);
  check(*view());
}

BOOST_AUTO_TEST_CASE(runners_that_contend_count_nothing_twice) {
  append_many();
  auto last = backend().store.open_store()->head();
  auto settings = small_groups();
  settings.runner.claim_interval = std::chrono::milliseconds{1};
  auto start = [&] {
    return run(std::make_shared<counting_projection>(view()), settings);
  };
  auto first = start();
  auto second = start();
  auto view = this->view();
  auto position = [&] {
    return persist([&] { return view->max_tracking_id("upstream"); })
      .value_or(log_start);
  };
  auto keep = [&](std::unique_ptr<projection_runner>& x) {
    if (x->status().phase == runner_phase::failed) {
      BOOST_CHECK_THROW(x->close(), store_error);
      x = persist(start);
    }
  };
  for (auto at = position(); at < last; at = position()) {
    end_sessions();
    try {
      persist(
        [&] { view->wait("upstream", std::min(at + 100, last), patience); });
    } catch (const wait_timeout&) {
      // Both may have failed.
    }
    keep(first);
    keep(second);
  }
  first->stop();
  second->stop();
  check(*view);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
