// Goal: every recorder with events records events and tracking together or not
// at all. Method: one suite over all backends; what was done is read by another
// object.
#include "tests/contract/appending.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace projections;
using namespace projections::test;

namespace {

/// What the recorder did not throw.
class odd_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace

BOOST_AUTO_TEST_SUITE(recorder_with_events_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(events_and_tracking_are_recorded_together,
                              Backend, backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  recorder->in_one_transaction([&] {
    check_taken(append(recorder->events(), {"s", no_stream, {an_event("A")}}),
                1, 1);
    recorder->insert_tracking({"upstream", 7});
    check_taken(append(recorder->events(), {"s", 1, {an_event("B", "k")}}), 2,
                1);
  });
  BOOST_TEST(topics_of(backend.open_store()->read_all(log_start, 10, {}).events)
             == "AB");
  BOOST_TEST((backend.open_recorder()->max_tracking_id("upstream") == 7));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_stays_of_a_transaction_that_fails,
                              Backend, backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  append(recorder->events(), {"s", no_stream, {an_event("A", "k")}});
  recorder->insert_tracking({"upstream", 1});
  auto fails = [&] {
    recorder->in_one_transaction([&] {
      append(recorder->events(), {"s", 1, {an_event("B", "l")}});
      append(recorder->events(), {"t", no_stream, {an_event("C")}});
      recorder->insert_tracking({"upstream", 2});
      recorder->insert_tracking({"other", 1});
      throw odd_error{"changed my mind"};
    });
  };
  BOOST_CHECK_THROW(fails(), odd_error);
  auto events = backend.open_store();
  BOOST_TEST(topics_of(events->read_all(log_start, 10, {}).events) == "A");
  BOOST_TEST(events->read_stream("t", 0, 1).empty());
  BOOST_TEST(!events->find_keys({"l"}).front().has_value());
  BOOST_TEST(events->find_keys({"k"}).front().has_value());
  BOOST_TEST((backend.open_recorder()->max_tracking_id("upstream") == 1));
  BOOST_TEST(!backend.open_recorder()->max_tracking_id("other").has_value());
  // It goes on where it was.
  check_taken(append(recorder->events(), {"s", 1, {an_event("B", "l")}}), 2, 1);
  recorder->insert_tracking({"upstream", 2});
}

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
BOOST_AUTO_TEST_CASE_TEMPLATE(hidden_failure_of_a_part_takes_all_events_back,
                              Backend, durable_backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  auto fails = [&] {
    append(recorder->events(), {"s", 1, {an_event("B", "l")}});
    throw odd_error{"changed my mind"};
  };
  auto hides_it = [&] {
    append(recorder->events(), {"s", no_stream, {an_event("A", "k")}});
    BOOST_CHECK_THROW(recorder->in_one_transaction(fails), odd_error);
  };
  BOOST_CHECK_THROW(recorder->in_one_transaction(hides_it), store_error);
  BOOST_TEST(backend.open_store()->head() == log_start);
  // The next transaction finds neither the stream nor the keys.
  check_taken(
    append(recorder->events(), {"s", no_stream, {an_event("A", "k")}}), 1, 1);
}
#endif

BOOST_AUTO_TEST_CASE_TEMPLATE(repeated_position_takes_the_events_back, Backend,
                              backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  recorder->insert_tracking({"upstream", 2});
  auto repeat = [&] {
    recorder->in_one_transaction([&] {
      append(recorder->events(), {"s", no_stream, {an_event("A")}});
      recorder->insert_tracking({"upstream", 2});
    });
  };
  BOOST_CHECK_THROW(repeat(), integrity_error);
  BOOST_TEST(backend.open_store()->head() == log_start);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(transaction_sees_what_it_has_appended, Backend,
                              backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  auto& events = recorder->events();
  recorder->in_one_transaction([&] {
    append(events, {"s", no_stream, {an_event("A", "k")}});
    BOOST_TEST(topics_of(events.read_stream("s", 0, 10)) == "A");
    BOOST_TEST(topics_of(events.read_all(log_start, 10, {}).events) == "A");
    BOOST_TEST(events.find_keys({"k"}).front().has_value());
    BOOST_TEST(events.head() == 1);
    check_refused(append(events, {"t", 3, {an_event("B")}}),
                  append_error::wrong_expected_version,
                  "stream \"t\" was expected that has version 3, but it does "
                  "not exist");
  });
  BOOST_TEST(backend.open_store()->head() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(append_outside_is_a_commit_of_its_own, Backend,
                              backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  check_taken(append(recorder->events(), {"s", no_stream, {an_event("A")}}), 1,
              1);
  BOOST_TEST(backend.open_store()->head() == 1);
  // Others of the same log are seen.
  append(*backend.open_store(), {"s", 1, {an_event("B")}});
  check_taken(append(recorder->events(), {"s", 2, {an_event("C")}}), 3, 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(commit_is_told_to_who_follows_the_events, Backend,
                              backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  auto changes = backend.open_store()->changes();
  auto before = changes->count();
  recorder->in_one_transaction([&] {
    append(recorder->events(), {"s", no_stream, {an_event("A")}});
    recorder->insert_tracking({"upstream", 1});
  });
  BOOST_TEST(changes->count() > before);
}

BOOST_AUTO_TEST_SUITE_END()
