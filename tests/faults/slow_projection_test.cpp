// Goal: a slow projection holds back no other and keeps no more than four
// slices of the log. Method: one projection is held up in the middle of an
// event while another one follows the same log to its head; the reads of the
// store are counted.
#include "tests/faults/watched_store.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr size_t slice_events = 10;
constexpr size_t slices = 50;

} // namespace

BOOST_AUTO_TEST_SUITE(slow_projections)

BOOST_AUTO_TEST_CASE_TEMPLATE(slow_projection_holds_back_no_other, Backend,
                              runner_backends) {
  watched_fixture<Backend> f;
  auto last = f.append_some("a", slices * slice_events);
  projection_settings settings;
  settings.runner.slice_events_max = slice_events;

  std::promise<void> reached;
  std::promise<void> released;
  auto slow_view = f.view();
  auto slow = std::make_shared<counting_projection>(slow_view);
  slow->before_event = [&](const recorded_event& event) {
    if (event.position == 1) {
      reached.set_value();
      released.get_future().wait();
    }
  };
  auto slow_runner = f.run_watched(slow, settings);
  reached.get_future().wait();
  f.let_messages_pass(*slow_runner);
  // One slice is being folded, three wait.
  BOOST_TEST(f.watch->slices == 4u);

  decltype(f.backend().view) other;
  auto fast_view = other.open_view();
  auto fast_runner
    = f.run_watched(std::make_shared<counting_projection>(fast_view), settings);
  fast_runner->wait(last, long_time);
  last = f.append_some("b", slice_events);
  fast_runner->wait(last, long_time);
  BOOST_TEST(fast_view->get_subsequent_event_counter()
             == static_cast<int64_t>((slices + 1) * slice_events) - 2);
  BOOST_TEST(slow_runner->status().events == 0u);
  // The fast one reads what the slow one has not kept, and nobody else does.
  BOOST_TEST(f.watch->slices <= slices + 5);

  released.set_value();
  slow_runner->wait(last, long_time);
  BOOST_TEST(slow_view->get_subsequent_event_counter()
             == fast_view->get_subsequent_event_counter());
}

BOOST_AUTO_TEST_SUITE_END()
