// Goal: whoever reads the log is answered as soon as there is something, one
// read serves many, and a store that is out of reach is read again by itself.
// Method: the actor over a store that counts and fails as told, on the
// deterministic scheduler, whose clock only the test moves.
#include "actors/log_reader.hpp"

#include "tests/actors/deterministic.hpp"
#include "tests/actors/recording_store.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

struct fixture {
  ~fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
    system.run();
  }

  /// Asks for what comes after a position, and returns where the answer is put:
  /// how many events, and where to read on.
  std::shared_ptr<std::string> read(log_position after, size_t limit = 100,
                                    std::vector<std::string> topics = {}) {
    auto result = std::make_shared<std::string>("waits");
    read_log request{
      after, limit,
      std::make_shared<const std::vector<std::string>>(std::move(topics))};
    system.get().spawn([this, result, request](caf::event_based_actor* self) {
      compat::request(self, actor, request)
        .then(
          [result](const log_part& x) {
            *result = std::to_string(x.slice->events.size()) + " to "
                      + std::to_string(x.slice->read_to);
          },
          [result](const caf::error& e) { *result = compat::text_of(e); });
    });
    system.run();
    return result;
  }

  deterministic_system system;
  std::shared_ptr<recording_store> store = std::make_shared<recording_store>();
  log_reader_actor actor
    = compat::spawn_state<log_reader_state>(system.get(), store);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_reader_test, fixture)

BOOST_AUTO_TEST_CASE(past_is_answered_at_once) {
  store->add("a", 5);
  BOOST_TEST(*read(0) == "5 to 5");
  BOOST_TEST(*read(0, 2) == "5 to 5");
  BOOST_TEST(*read(3) == "5 to 5");
  BOOST_TEST(store->reads == 1u);
}

BOOST_AUTO_TEST_CASE(future_is_answered_when_it_comes) {
  auto answer = read(0);
  BOOST_TEST(*answer == "waits");
  store->add("a");
  system.run();
  BOOST_TEST(*answer == "1 to 1");
}

BOOST_AUTO_TEST_CASE(new_event_is_read_once_for_many) {
  std::vector<std::shared_ptr<std::string>> answers;
  for (int i = 0; i < 50; ++i)
    answers.push_back(
      read(0, 100,
           i % 2 ? std::vector<std::string>{"U"} : std::vector<std::string>{}));
  store->reads = 0;
  store->add("a");
  system.run();
  for (auto& x : answers)
    BOOST_TEST(*x == "1 to 1");
  BOOST_TEST(store->reads == 1u);
}

BOOST_AUTO_TEST_CASE(who_is_behind_is_spared_what_it_does_not_want) {
  store->add("a", 5);
  BOOST_TEST(*read(4) == "1 to 5");
  BOOST_TEST(*read(0, 100, {"U"}) == "0 to 5");
}

BOOST_AUTO_TEST_CASE(first_reader_is_spared_what_it_does_not_want) {
  store->add("a", 5);
  auto answer = read(0, 100, {"U"});
  BOOST_TEST(*answer == "0 to 5");
  // At the head, one slice is for all.
  answer = read(5, 100, {"U"});
  store->add("a");
  system.run();
  BOOST_TEST(*answer == "1 to 6");
}

BOOST_AUTO_TEST_CASE(many_that_wait_cost_one_look) {
  for (int i = 0; i < 50; ++i)
    read(0);
  store->interval = 50ms;
  read(0);
  auto reads = store->reads;
  system.advance(50ms);
  system.run();
  BOOST_TEST(store->reads == reads + 1);
}

BOOST_AUTO_TEST_CASE(who_waits_is_told_of_the_end) {
  auto answer = read(0);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  system.run();
  BOOST_TEST(*answer == "the reader of the log has ended");
}

BOOST_AUTO_TEST_CASE(appends_of_other_processes_are_looked_for) {
  store->interval = 50ms;
  auto answer = read(0);
  auto reads = store->reads;
  // Nothing is looked for before it is time.
  system.advance(49ms);
  system.run();
  BOOST_TEST(store->reads == reads);
  for (int i = 0; i < 3; ++i) {
    system.advance(50ms);
    system.run();
  }
  BOOST_TEST(store->reads == reads + 3);
  BOOST_TEST(*answer == "waits");
}

BOOST_AUTO_TEST_CASE(store_out_of_reach_is_read_again) {
  store->add("a");
  store->failures = 3;
  auto answer = read(0);
  BOOST_TEST(*answer == "waits");
  for (int i = 0; i < 3; ++i) {
    // The pauses double: 20, 40 and 80 milliseconds.
    system.advance(std::chrono::milliseconds{20 << i});
    system.run();
  }
  BOOST_TEST(*answer == "1 to 1");
}

BOOST_AUTO_TEST_CASE(broken_store_is_an_error) {
  store->fails_for_good = true;
  BOOST_TEST(*read(0) == "broken");
}

BOOST_AUTO_TEST_SUITE_END()
