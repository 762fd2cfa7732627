// Goal: a runner folds every event exactly once, ends with the error of an
// event and tells of it once, and resumes where it was. Method: the event
// counters projection over every pair of store and view, on real threads; what
// is waited for is a position or an end, never a time.
#include "projections/runtime/projection_runner.hpp"

#include "projections/storage/log/store_error.hpp"
#include "tests/runtime/counting_projection.hpp"
#include "tests/runtime/raw_projection.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

std::string thrown_text(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

} // namespace

BOOST_AUTO_TEST_SUITE(projection_runner_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(events_are_counted_as_they_come, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto runner = f.run(view);
  auto last = f.append("a", {"T", "T", "T"});
  view->wait("upstream", last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
  last = f.append("b", {"T", "T", "T"});
  runner->wait(last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 2);
  BOOST_TEST(view->get_subsequent_event_counter() == 4);
  runner->close();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rebuilt_runner_resumes, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto last = f.append("a", {"T", "T", "T"});
  f.run(view)->wait(last, long_time);
  last = f.append("b", {"T", "T"});
  BOOST_TEST(view->get_created_event_counter() == 1);
  auto runner = f.run(view);
  // Another instance of the view, where there can be one.
  auto read_model = f.view();
  read_model->wait("upstream", last, long_time);
  BOOST_TEST(read_model->get_created_event_counter() == 2);
  BOOST_TEST(read_model->get_subsequent_event_counter() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(error_of_an_event_comes_out_once, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto runner = f.run(view);
  auto before = f.append("a", {"T", "T"});
  auto last = f.append("b", {"spanner", "T"});
  BOOST_CHECK_THROW(runner->run_forever(long_time), spanner_thrown);
  // What came before is in, and nothing else.
  BOOST_TEST((view->max_tracking_id("upstream") == before));
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
  BOOST_CHECK_THROW(view->wait("upstream", last, 20ms), wait_timeout);
  BOOST_TEST(thrown_text([&] { runner->wait(last, long_time); })
             == "the runner of projection \"eventcounters\" has failed: event "
                "\"spanner\" at position "
                  + std::to_string(before + 1)
                  + " (version 1 of stream \"b\"): This is a deliberate bug");
  runner->close();
  // It meets the same event again.
  auto next = f.run(view);
  BOOST_CHECK_THROW(next->wait(last, long_time), spanner_thrown);
  BOOST_TEST((view->max_tracking_id("upstream") == before));
  auto third = f.run(view);
  BOOST_CHECK_THROW(third->wait(last, 20ms), wait_timeout);
  next->close();
  BOOST_CHECK_THROW(third->run_forever(long_time), spanner_thrown);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(error_comes_out_of_close, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  f.append("b", {"spanner"});
  auto runner = f.run(f.view());
  while (runner->status().phase != runner_phase::failed)
    std::this_thread::yield();
  BOOST_CHECK_THROW(runner->close(), spanner_thrown);
  runner->close();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(event_without_tracking_is_an_error, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  f.append("a", {"forgotten"});
  auto runner = f.run(f.view());
  BOOST_CHECK_THROW(runner->run_forever(long_time), tracking_missing);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(events_that_are_filtered_out_are_tracked, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  f.append("a", {"other", "T", "spanner"});
  auto last = f.append("b", {"other", "other"});
  auto runner = f.run(view, {"T"});
  view->wait("upstream", last, long_time);
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
  // Live as well.
  last = f.append("c", {"other", "other"});
  view->wait("upstream", last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(second_runner_stands_by, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto first = f.run(view);
  auto last = f.append("a", {"T", "T"});
  first->wait(last, long_time);
  auto second = f.run(f.view());
  while (second->status().phase != runner_phase::standing_by)
    std::this_thread::yield();
  BOOST_CHECK_THROW(second->rebuild(), rebuild_refused);
  BOOST_TEST(thrown_text([&] { second->rebuild(); })
             == "the view of projection \"eventcounters\" is folded by another "
                "runner: ask that one to rebuild it");
  last = f.append("b", {"T"});
  first->wait(last, long_time);
  BOOST_TEST(second->status().events == 0);
  first->close();
  last = f.append("c", {"T"});
  second->wait(last, long_time);
  BOOST_TEST(second->status().events == 1);
  BOOST_TEST(view->get_created_event_counter() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_beyond_the_log_is_refused, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto last = f.append("a", {"T", "T"});
  view->insert_tracking({"upstream", last + 5});
  auto runner = f.run(view);
  BOOST_TEST(
    thrown_text([&] { runner->run_forever(long_time); })
    == "the view of projection \"eventcounters\" is at position "
         + std::to_string(last + 5)
         + " of application \"upstream\", whose log ends at "
         + std::to_string(last)
         + ": it was folded from another log; rebuild it, or name the right "
           "store");
  runner->rebuild();
  runner->wait(last, long_time);
  BOOST_TEST((view->max_tracking_id("upstream") == last));
  BOOST_TEST(view->get_created_event_counter() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_of_another_version_is_refused, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto last = f.append("a", {"T", "T"});
  f.run(view)->wait(last, long_time);
  auto runner = f.run(view, {}, 2);
  BOOST_TEST(thrown_text([&] { runner->wait(last + 1, long_time); })
             == "the view of projection \"eventcounters\" was folded by "
                "version 1 of the projection and version 1 of the view; these "
                "are versions 2 and 1: rebuild it");
  BOOST_CHECK_THROW(runner->wait(last, long_time), runner_stopped);
  runner->rebuild();
  runner->wait(last, long_time);
  runner->close();
  BOOST_TEST(view->get_created_event_counter() == 1);
  f.run(view, {}, 2)->wait(f.append("b", {"T"}), long_time);
  BOOST_TEST(view->get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rebuild_folds_everything_again, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto last = f.append("a", {"T", "T", "T"});
  auto runner = f.run(view);
  runner->wait(last, long_time);
  for (int i = 0; i < 3; ++i) {
    runner->rebuild();
    runner->wait(last, long_time);
    BOOST_TEST(view->get_created_event_counter() == 1);
    BOOST_TEST(view->get_subsequent_event_counter() == 2);
  }
  last = f.append("b", {"T"});
  runner->wait(last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stop_ends_run_forever_and_waits, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto runner = f.run(f.view());
  auto forever = std::async(std::launch::async, [&] { runner->run_forever(); });
  auto longest = std::async(std::launch::async, [&] {
    runner->run_forever(std::chrono::milliseconds::max());
    return runner->status().phase;
  });
  auto waiting = std::async(std::launch::async, [&] {
    runner->wait(1'000'000, std::chrono::milliseconds::max());
  });
  runner->stop();
  forever.get();
  BOOST_TEST((longest.get() == runner_phase::stopped));
  BOOST_CHECK_THROW(waiting.get(), runner_stopped);
  BOOST_TEST(thrown_text([&] { runner->rebuild(); })
             == "the runner of projection \"eventcounters\" has stopped");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stop_commits_the_group_under_way, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  f.append("a", std::vector<std::string>(100, "T"));
  auto projection = std::make_shared<counting_projection>(view);
  std::promise<void> reached;
  std::promise<void> stopping;
  projection->before_event = [&](const recorded_event& event) {
    if (event.version == 50) {
      reached.set_value();
      stopping.get_future().wait();
    }
  };
  auto runner = f.run(projection);
  reached.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { runner->stop(); });
  stopping.set_value();
  stopped.get();
  runner->close();
  auto at = view->max_tracking_id("upstream");
  BOOST_TEST((at && *at >= 50));
  BOOST_TEST(view->get_created_event_counter()
               + view->get_subsequent_event_counter()
             == *at);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_of_another_projection_is_refused, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  view->record_code_versions("upstream", {1, 1, "others"});
  auto runner = f.run(view);
  BOOST_TEST(thrown_text([&] { runner->run_forever(long_time); })
             == "the view of projection \"eventcounters\" was folded by "
                "projection \"others\": rebuild it, or give each projection a "
                "view of its own");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(groups_of_one_work, Backend, runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  auto last = f.append("a", std::vector<std::string>(50, "T"));
  projection_settings settings;
  settings.group.events_max = 1;
  settings.runner.slice_events_max = 7;
  auto runner = f.run(std::make_shared<counting_projection>(view), settings);
  runner->wait(last, long_time);
  BOOST_TEST(view->get_subsequent_event_counter() == 49);
}

#ifdef PROJECTIONS_WITH_SQLITE

namespace {

/// A view whose database refuses, at the end of a group, what came of one
/// event.
class picky_view final : public sqlite_recorder<> {
public:
  explicit picky_view(const std::string& path) : sqlite_recorder(path) {
    // nop
  }

  void take(const tracking& x) {
    transact([&](sqlite_connection&) {
      record(x);
      gathered_.push_back(x.position);
    });
  }

private:
  void flush(sqlite_connection&) override {
    for (auto x : std::exchange(gathered_, {}))
      if (x == 3)
        throw store_error{"the value is out of range"};
  }

  void discard() override {
    gathered_.clear();
  }

  std::vector<log_position> gathered_;
};

} // namespace

BOOST_AUTO_TEST_CASE(event_that_fails_in_the_commit_leaves_those_before_it) {
  runner_fixture<store_and_view<memory_backend>> f;
  temporary_folder folder;
  auto view = std::make_shared<picky_view>(folder.path() + "/view");
  f.append("a", {"T", "T", "T", "T"});
  auto runner = f.run(std::make_shared<raw_projection<picky_view>>(
    "picky", view,
    [](picky_view& to, const recorded_event&, const tracking& x) {
      to.take(x);
    }));
  BOOST_CHECK_THROW(runner->run_forever(long_time), store_error);
  BOOST_TEST((view->max_tracking_id("upstream") == 2));
  BOOST_TEST(runner->status().problem
             == "event \"T\" at position 3 (version 3 of stream \"a\"): the "
                "value is out of range");
}

#endif

BOOST_AUTO_TEST_SUITE_END()
