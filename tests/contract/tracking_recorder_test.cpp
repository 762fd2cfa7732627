// Goal: every recorder keeps what storage/views/tracking_recorder.hpp promises,
// and a view's command and its tracking are recorded together or not at all.
// Method: the event counters view of the tutorial over every backend; waiting
// is ended from a second thread, never by the clock where something else can
// end it.
#include "tests/contract/backends.hpp"
#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

// Longer than any test may take: what should end a wait is not the clock.
constexpr auto long_time = 1min;

#ifdef PROJECTIONS_WITH_SQLITE
/// A view that counts how often it looks for a position.
class counted_looks final : public sqlite_recorder<> {
public:
  explicit counted_looks(const std::string& path) : sqlite_recorder(path) {
    // nop
  }

  std::optional<log_position>
  max_tracking_id(std::string_view application) override {
    ++looks;
    return sqlite_recorder::max_tracking_id(application);
  }

  int looks = 0;
};
#endif

} // namespace

BOOST_AUTO_TEST_SUITE(tracking_recorder_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(event_counters_view_counts_events_once, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(earlier_position_is_refused, Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
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

BOOST_AUTO_TEST_CASE_TEMPLATE(applications_are_independent, Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
  view->insert_tracking({"one", 5});
  view->insert_tracking({"other", 1});
  BOOST_TEST((view->max_tracking_id("one") == 5));
  BOOST_TEST((view->max_tracking_id("other") == 1));
  BOOST_TEST(!view->max_tracking_id("third"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_includes_those_before_it, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  BOOST_TEST(view->has_tracking_id("one", std::nullopt));
  BOOST_TEST(!view->has_tracking_id("one", 1));
  view->insert_tracking({"one", 5});
  BOOST_TEST(view->has_tracking_id("one", 4));
  BOOST_TEST(view->has_tracking_id("one", 5));
  BOOST_TEST(!view->has_tracking_id("one", 6));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(transaction_of_many_commands_is_one, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    // The thread in the transaction sees what it has done.
    BOOST_TEST(view->get_created_event_counter() == 1);
    BOOST_TEST((view->max_tracking_id("upstream") == 1));
    view->incr_subsequent_event_counter({"upstream", 2});
    view->incr_created_event_counter({"upstream", 4});
    view->insert_tracking({"other", 3});
    BOOST_TEST((view->max_tracking_id("upstream") == 4));
  });
  BOOST_TEST(view->get_created_event_counter() == 2);
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
  BOOST_TEST((backend.open_view()->max_tracking_id("upstream") == 4));
  BOOST_TEST((backend.open_view()->max_tracking_id("other") == 3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_is_ended_by_the_position, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  std::jthread writer{[other = backend.open_view()] {
    other->insert_tracking({"upstream", 7});
  }};
  view->wait("upstream", 7, long_time);
  BOOST_TEST((view->max_tracking_id("upstream") == 7));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_is_ended_by_an_interrupt, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  std::stop_source interrupt;
  std::jthread interrupter{[&] { interrupt.request_stop(); }};
  BOOST_CHECK_THROW(view->wait("upstream", 7, long_time, interrupt.get_token()),
                    wait_interrupted);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(longest_timeout_is_no_limit, Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
  std::stop_source interrupt;
  std::jthread interrupter{[&] { interrupt.request_stop(); }};
  BOOST_CHECK_THROW(view->wait("upstream", 7, std::chrono::milliseconds::max(),
                               interrupt.get_token()),
                    wait_interrupted);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_goes_before_interrupt_and_deadline,
                              Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
  view->insert_tracking({"upstream", 7});
  std::stop_source interrupt;
  interrupt.request_stop();
  view->wait("upstream", 7, 0ms, interrupt.get_token());
  view->wait("upstream", std::nullopt, 0ms, interrupt.get_token());
  BOOST_CHECK_THROW(view->wait("upstream", 8, 0ms), wait_timeout);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(commands_of_many_threads_count_once, Backend,
                              backends) {
  Backend backend;
  constexpr log_position positions = 50;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([view = backend.open_view()] {
        for (log_position p = 1; p <= positions; ++p)
          try {
            view->incr_created_event_counter({"upstream", p});
          } catch (const integrity_error&) {
            // Another thread was first.
          }
      });
  }
  auto view = backend.open_view();
  BOOST_TEST((view->max_tracking_id("upstream") == positions));
  BOOST_TEST(view->get_created_event_counter() <= positions);
  BOOST_TEST(view->get_created_event_counter() > 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(repeated_position_in_a_transaction_is_refused,
                              Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    view->incr_created_event_counter({"upstream", 2});
    view->incr_created_event_counter({"upstream", 2});
  }),
                    integrity_error);
}

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
BOOST_AUTO_TEST_CASE_TEMPLATE(expected_position_is_recorded_as_any, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  view->insert_tracking({"known", 5});
  view->insert_tracking({"left out", 7});
  view->in_one_transaction([&] {
    view->expect_tracking({"known", "new", "left out"});
    view->incr_created_event_counter({"known", 6});
    view->incr_created_event_counter({"new", 1});
    view->incr_created_event_counter({"known", 8});
    // What is on its way is not taken back.
    view->expect_tracking({"known"});
    BOOST_TEST((view->max_tracking_id("known") == 8));
    BOOST_TEST((view->max_tracking_id("left out") == 7));
  });
  BOOST_TEST(view->get_created_event_counter() == 3);
  BOOST_TEST((view->max_tracking_id("known") == 8));
  BOOST_TEST((view->max_tracking_id("new") == 1));
  BOOST_TEST((view->max_tracking_id("left out") == 7));
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->expect_tracking({"known"});
    view->insert_tracking({"known", 8});
  }),
                    integrity_error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_transaction_leaves_nothing, Backend,
                              durable_backends) {
  Backend backend;
  auto view = backend.open_view();
  view->incr_created_event_counter({"upstream", 1});
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 2});
    BOOST_TEST(view->get_created_event_counter() == 2);
    view->incr_created_event_counter({"upstream", 3});
    throw std::runtime_error{"the third event fails"};
  }),
                    std::runtime_error);
  BOOST_TEST((view->max_tracking_id("upstream") == 1));
  BOOST_TEST(view->get_created_event_counter() == 1);
  view->incr_created_event_counter({"upstream", 2});
  BOOST_TEST(view->get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hidden_failure_of_a_command_undoes_the_rest,
                              Backend, durable_backends) {
  Backend backend;
  auto view = backend.open_view();
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 1});
    BOOST_CHECK_THROW(view->incr_created_event_counter({"upstream", 1}),
                      integrity_error);
    view->incr_created_event_counter({"upstream", 2});
  }),
                    store_error);
  BOOST_TEST(!view->max_tracking_id("upstream"));
  BOOST_TEST(view->get_created_event_counter() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(transaction_overtaken_by_another_is_refused,
                              Backend, durable_backends) {
  Backend backend;
  auto view = backend.open_view();
  auto other = backend.open_view();
  other->in_one_transaction([&] {
    other->incr_created_event_counter({"upstream", 1});
    other->incr_created_event_counter({"upstream", 5});
  });
  // It goes further than the other one, but its first events are in already.
  BOOST_CHECK_THROW(view->in_one_transaction([&] {
    view->incr_created_event_counter({"upstream", 4});
    view->incr_created_event_counter({"upstream", 9});
  }),
                    integrity_error);
  BOOST_TEST((view->max_tracking_id("upstream") == 5));
  BOOST_TEST(view->get_created_event_counter() == 2);
}
#endif

BOOST_AUTO_TEST_CASE_TEMPLATE(emptied_view_begins_again, Backend, backends) {
  Backend backend;
  auto view = backend.open_view();
  view->incr_created_event_counter({"upstream", 1});
  view->insert_tracking({"other", 3});
  view->record_code_versions("upstream", {2, 5});
  view->in_one_transaction([&] {
    view->clear();
    view->forget("upstream");
  });
  BOOST_TEST(!view->max_tracking_id("upstream"));
  BOOST_TEST(!view->recorded_code_versions("upstream"));
  BOOST_TEST((view->max_tracking_id("other") == 3));
  BOOST_TEST(view->get_created_event_counter() == 0);
  view->incr_created_event_counter({"upstream", 1});
  BOOST_TEST(view->get_created_event_counter() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tracked_applications_are_listed, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  BOOST_TEST(view->tracked_applications().empty());
  view->insert_tracking({"b", 3});
  view->record_code_versions("d", {});
  view->in_one_transaction([&] {
    view->insert_tracking({"a", 1});
    view->insert_tracking({"C", 1});
    BOOST_TEST(view->tracked_applications()
                 == (std::vector<std::string>{"C", "a", "b"}),
               boost::test_tools::per_element());
  });
  view->forget("a");
  BOOST_TEST(backend.open_view()->tracked_applications()
               == (std::vector<std::string>{"C", "b"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(version_of_the_code_is_recorded, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  BOOST_TEST(!view->recorded_code_versions("upstream"));
  view->record_code_versions("upstream", {1, 1});
  view->record_code_versions("upstream", {2, 5, "name"});
  BOOST_TEST((backend.open_view()->recorded_code_versions("upstream")
              == code_versions{2, 5, "name"}));
  BOOST_TEST(!view->recorded_code_versions("other"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(claim_keeps_others_off_until_it_ends, Backend,
                              backends) {
  Backend backend;
  auto view = backend.open_view();
  auto other = backend.open_view();
  auto claim = view->claim("upstream");
  BOOST_TEST(!!claim);
  BOOST_TEST(!other->claim("upstream"));
  BOOST_TEST(!view->claim("upstream"));
  BOOST_TEST(!!other->claim("downstream"));
  claim.reset();
  BOOST_TEST(!!other->claim("upstream"));
}

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
BOOST_AUTO_TEST_CASE_TEMPLATE(interrupted_command_does_not_wait_for_a_lock,
                              Backend, durable_backends) {
  Backend backend;
  auto view = backend.open_view();
  auto holder = backend.open_view();
  holder->in_one_transaction([&] {
    holder->insert_tracking({"upstream", 1});
    std::jthread interrupter{[&] { view->interrupt(true); }};
    BOOST_CHECK_THROW(view->insert_tracking({"upstream", 2}),
                      store_unavailable);
  });
  view->interrupt(false);
  view->insert_tracking({"upstream", 2});
  BOOST_TEST((view->max_tracking_id("upstream") == 2));
}
#endif

BOOST_AUTO_TEST_CASE(view_without_clear_says_so) {
  memory_recorder<> view;
  try {
    view.clear();
    BOOST_ERROR("a view without clear() was emptied");
  } catch (const store_error& e) {
    BOOST_TEST(e.what()
               == std::string{"this view cannot be emptied: it does not "
                              "override clear()"});
  }
}

#ifdef PROJECTIONS_WITH_SQLITE
BOOST_AUTO_TEST_CASE(sqlite_view_looks_again_only_after_a_commit) {
  temporary_folder folder;
  counted_looks view{folder.path() + "/view"};
  BOOST_CHECK_THROW(view.wait("upstream", 1, 150ms), wait_timeout);
  BOOST_TEST(view.looks == 1);
  // Of what plain SQL commits nobody tells.
  std::jthread writer{[&] {
    SQLite::Database other{folder.path() + "/view", SQLite::OPEN_READWRITE};
    other.exec("INSERT INTO tracking VALUES ('upstream', 1)");
  }};
  view.wait("upstream", 1, long_time);
  BOOST_TEST(view.looks <= 3);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
