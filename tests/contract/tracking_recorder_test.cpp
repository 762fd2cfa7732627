// Goal: every recorder keeps what storage/tracking_recorder.hpp promises, and a
// view's command and its tracking are recorded together or not at all. Method:
// the event counters view of the tutorial over every backend; waiting is ended
// from a second thread, never by the clock where something else can end it.
#include "tests/contract/event_counters_view.hpp"
#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>
#include <tuple>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

struct memory_views {
  // A view in memory is one object.
  std::shared_ptr<event_counters_view> open() {
    return view;
  }

  std::shared_ptr<event_counters_view> view
    = std::make_shared<memory_event_counters>();
};

struct sqlite_views {
  std::shared_ptr<event_counters_view> open() {
    return std::make_shared<sqlite_event_counters>(folder.path() + "/view");
  }

  temporary_folder folder;
};

using views = std::tuple<memory_views, sqlite_views>;

// Longer than any test may take: what should end a wait is not the clock.
constexpr auto long_time = 1min;

} // namespace

BOOST_AUTO_TEST_SUITE(tracking_recorder_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(event_counters_view_counts_events_once, Views,
                              views) {
  Views backend;
  auto view = backend.open();
  BOOST_TEST(!view->max_tracking_id("upstream"));
  BOOST_TEST(view->get_created_event_counter() == 0);
  BOOST_TEST(view->get_subsequent_event_counter() == 0);
  view->incr_created_event_counter({"upstream", 1});
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 0);
  view->incr_subsequent_event_counter({"upstream", 2});
  view->incr_subsequent_event_counter({"upstream", 3});
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
  BOOST_TEST((view->max_tracking_id("upstream") == 3));
  BOOST_CHECK_THROW(view->incr_created_event_counter({"upstream", 3}),
                    integrity_error);
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_CHECK_THROW(view->incr_subsequent_event_counter({"upstream", 3}),
                    integrity_error);
  BOOST_TEST(view->get_subsequent_event_counter() == 2);
  view->wait("upstream", 3);
  BOOST_CHECK_THROW(view->wait("upstream", 4, 50ms), wait_timeout);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(earlier_position_is_refused, Views, views) {
  Views backend;
  auto view = backend.open();
  for (auto position : {21, 22, 24})
    view->insert_tracking({"upstream", position});
  try {
    view->insert_tracking({"upstream", 23});
    BOOST_ERROR("position 23 was taken");
  } catch (const integrity_error& e) {
    BOOST_TEST(e.what()
               == std::string{"position 23 of application \"upstream\" was "
                              "processed already: position 24 is recorded"});
  }
  BOOST_TEST((view->max_tracking_id("upstream") == 24));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(applications_are_independent, Views, views) {
  Views backend;
  auto view = backend.open();
  view->insert_tracking({"one", 5});
  view->insert_tracking({"other", 1});
  BOOST_TEST((view->max_tracking_id("one") == 5));
  BOOST_TEST((view->max_tracking_id("other") == 1));
  BOOST_TEST(!view->max_tracking_id("third"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_includes_those_before_it, Views, views) {
  Views backend;
  auto view = backend.open();
  BOOST_TEST(view->has_tracking_id("one", std::nullopt));
  BOOST_TEST(!view->has_tracking_id("one", 1));
  view->insert_tracking({"one", 5});
  BOOST_TEST(view->has_tracking_id("one", 4));
  BOOST_TEST(view->has_tracking_id("one", 5));
  BOOST_TEST(!view->has_tracking_id("one", 6));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(transaction_of_many_commands_is_one, Views,
                              views) {
  Views backend;
  auto view = backend.open();
  view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    // The thread in the transaction sees what it has done.
    BOOST_TEST(view->get_created_event_counter() == 1);
    BOOST_CHECK_THROW(view->incr_created_event_counter({"upstream", 1}),
                      integrity_error);
    view->incr_subsequent_event_counter({"upstream", 2});
  });
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
  BOOST_TEST((backend.open()->max_tracking_id("upstream") == 2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_is_ended_by_the_position, Views, views) {
  Views backend;
  auto view = backend.open();
  std::jthread writer{[other = backend.open()] {
    other->insert_tracking({"upstream", 7});
  }};
  view->wait("upstream", 7, long_time);
  BOOST_TEST((view->max_tracking_id("upstream") == 7));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_is_ended_by_an_interrupt, Views, views) {
  Views backend;
  auto view = backend.open();
  std::stop_source interrupt;
  std::jthread interrupter{[&] { interrupt.request_stop(); }};
  BOOST_CHECK_THROW(view->wait("upstream", 7, long_time, interrupt.get_token()),
                    wait_interrupted);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_goes_before_interrupt_and_deadline,
                              Views, views) {
  Views backend;
  auto view = backend.open();
  view->insert_tracking({"upstream", 7});
  std::stop_source interrupt;
  interrupt.request_stop();
  view->wait("upstream", 7, 0ms, interrupt.get_token());
  view->wait("upstream", std::nullopt, 0ms, interrupt.get_token());
  BOOST_CHECK_THROW(view->wait("upstream", 8, 0ms), wait_timeout);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(commands_of_many_threads_count_once, Views,
                              views) {
  Views backend;
  constexpr log_position positions = 50;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([view = backend.open()] {
        for (log_position p = 1; p <= positions; ++p)
          try {
            view->incr_created_event_counter({"upstream", p});
          } catch (const integrity_error&) {
            // Another thread was first.
          }
      });
  }
  auto view = backend.open();
  BOOST_TEST((view->max_tracking_id("upstream") == positions));
  BOOST_TEST(view->get_created_event_counter() <= positions);
  BOOST_TEST(view->get_created_event_counter() > 0);
}

BOOST_AUTO_TEST_CASE(failed_sqlite_transaction_leaves_nothing) {
  sqlite_views backend;
  auto view = backend.open();
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    throw std::runtime_error{"the second event fails"};
  }),
                    std::runtime_error);
  BOOST_TEST(!view->max_tracking_id("upstream"));
  BOOST_TEST(view->get_created_event_counter() == 0);
}

BOOST_AUTO_TEST_CASE(failed_part_of_a_sqlite_transaction_leaves_the_rest) {
  sqlite_views backend;
  auto view = backend.open();
  view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    BOOST_CHECK_THROW(view->in_one_transaction([&] {
      view->incr_subsequent_event_counter({"upstream", 2});
      throw std::runtime_error{"the second event fails"};
    }),
                      std::runtime_error);
    BOOST_TEST((view->max_tracking_id("upstream") == 1));
    view->incr_created_event_counter({"upstream", 2});
  });
  BOOST_TEST((view->max_tracking_id("upstream") == 2));
  BOOST_TEST(view->get_created_event_counter() == 2);
  BOOST_TEST(view->get_subsequent_event_counter() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
