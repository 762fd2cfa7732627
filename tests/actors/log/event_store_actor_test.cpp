// Goal: appends that come together share a commit, and nobody suffers from
// another's. Method: the actor over a store that counts, on the deterministic
// scheduler.
#include "projections/actors/log/event_store_actor.hpp"

#include "tests/actors/deterministic.hpp"
#include "tests/actors/log/recording_store.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

/// Sends appends and keeps what is answered, as text.
struct fixture {
  ~fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
    system.run();
  }

  /// Asks for an append of one event with `payload`, behind what was asked for
  /// before, when the system runs. Returns where the answer is put.
  std::shared_ptr<std::string> append(const std::string& stream,
                                      expected_version expected = any_version,
                                      std::string payload = "{}") {
    auto result = std::make_shared<std::string>();
    system.get().spawn(
      [this, result,
       x = append_request{stream, expected, {{"T", std::move(payload)}}}](
        caf::event_based_actor* self) {
        compat::request(self, actor, append_events{{x}})
          .then(
            [result](const append_results& y) {
              auto& outcome = y.outcomes.front();
              *result = outcome.problem.empty()
                          ? std::to_string(outcome.positions.front())
                          : outcome.problem;
            },
            [result](const caf::error& e) { *result = compat::text_of(e); });
      });
    return result;
  }

  deterministic_system system;
  std::shared_ptr<recording_store> store = std::make_shared<recording_store>();
  event_store_actor actor = compat::spawn_state<event_store_state>(
    system.get(), std::make_shared<shared_event_store>(store));
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_store_actor_test, fixture)

BOOST_AUTO_TEST_CASE(appends_that_come_together_share_a_commit) {
  auto first = append("a");
  auto second = append("b");
  auto third = append("a", 1);
  system.run();
  BOOST_TEST(store->commits == std::vector<size_t>{3},
             boost::test_tools::per_element());
  BOOST_TEST(*first == "1");
  BOOST_TEST(*second == "2");
  BOOST_TEST(*third == "3");
}

BOOST_AUTO_TEST_CASE(append_that_comes_behind_others_joins_their_commit) {
  append("a");
  append("b");
  // Both are asked for, then the store takes them and orders the commit.
  for (auto i = 0; i < 4; ++i)
    system.run_one();
  BOOST_TEST(store->commits.empty());
  append("c");
  system.run_latest();
  system.run();
  BOOST_TEST(store->commits == std::vector<size_t>{3},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(senders_of_a_commit_are_waited_for) {
  append("a");
  append("b");
  system.run();
  append("c");
  // It is asked for, the store takes it and puts the commit off.
  for (auto i = 0; i < 3; ++i)
    system.run_one();
  BOOST_TEST(store->commits == std::vector<size_t>{2},
             boost::test_tools::per_element());
  append("d");
  system.run_latest();
  system.run();
  BOOST_TEST(store->commits == (std::vector<size_t>{2, 2}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refused_append_does_not_touch_the_others) {
  auto first = append("a");
  auto refused = append("a", 7);
  auto last = append("b");
  system.run();
  BOOST_TEST(*first == "1");
  BOOST_TEST(*refused
             == "stream \"a\" was expected that has version 7, but it has "
                "version 1");
  BOOST_TEST(*last == "2");
}

BOOST_AUTO_TEST_CASE(append_that_breaks_the_commit_fails_alone) {
  store->poisonous_stream = "b";
  auto first = append("a");
  auto broken = append("b");
  auto last = append("c");
  system.run();
  BOOST_TEST(*first == "1");
  BOOST_TEST(*broken == "poisonous");
  BOOST_TEST(*last == "2");
  BOOST_TEST(store->commits == (std::vector<size_t>{1, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(store_out_of_reach_is_told_to_everybody) {
  store->failures = 1;
  auto first = append("a");
  auto second = append("b");
  system.run();
  BOOST_TEST(*first == "out of reach");
  BOOST_TEST(*second == "out of reach");
  auto third = append("c");
  system.run();
  BOOST_TEST(*third == "1");
}

BOOST_AUTO_TEST_CASE(appends_that_were_taken_are_committed_at_the_end) {
  auto first = append("a");
  auto second = append("b");
  // Both are asked for, then the store takes them and orders the commit.
  for (auto i = 0; i < 4; ++i)
    system.run_one();
  BOOST_TEST(store->commits.empty());
  // The commit is put off, since two have come together, and the end is next.
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  system.run();
  BOOST_TEST(store->commits == std::vector<size_t>{2},
             boost::test_tools::per_element());
  BOOST_TEST(*first == "1");
  BOOST_TEST(*second == "2");
}

BOOST_AUTO_TEST_CASE(commit_has_bounds) {
  std::vector<std::shared_ptr<std::string>> answers;
  // Three payloads fill a commit of 8 MiB.
  for (int i = 0; i < 4; ++i)
    answers.push_back(append("a", any_version, std::string(3'000'000, 'x')));
  system.run();
  BOOST_TEST(store->commits == (std::vector<size_t>{2, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(*answers.back() == "4");
}

BOOST_AUTO_TEST_SUITE_END()
