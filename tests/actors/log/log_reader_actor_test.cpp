// Goal: whoever reads the log is answered as soon as there is something, one
// read serves many, and a store that is out of reach is read again by itself.
// Method: the actor over a store that counts and fails as told, on the
// deterministic scheduler, whose clock only the test moves.
#include "projections/actors/log/log_reader_actor.hpp"

#include "tests/actors/deterministic.hpp"
#include "tests/actors/log/recording_store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// Returns one of any number of topics.
std::string topic_of(size_t i) {
  std::string result{"U"};
  result += std::to_string(i);
  return result;
}

struct fixture {
  ~fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
    system.run();
  }

  /// Asks for what comes after a position, and returns where the answer is put:
  /// how many events, and where to read on.
  std::shared_ptr<std::string> read(log_position after, size_t limit = 100,
                                    std::vector<std::string> topics = {},
                                    log_position awaited = log_start) {
    auto result = ask(after, limit, std::move(topics), awaited);
    system.run();
    return result;
  }

  /// Does the same, but when the system runs.
  std::shared_ptr<std::string> ask(log_position after, size_t limit,
                                   std::vector<std::string> topics,
                                   log_position awaited = log_start) {
    auto result = std::make_shared<std::string>("waits");
    read_log request{
      after, limit,
      std::make_shared<const std::vector<std::string>>(std::move(topics)),
      awaited};
    system.get().spawn([this, result, request](caf::event_based_actor* self) {
      compat::request(self, actor, request)
        .then(
          [result](const log_part& x) {
            *result = std::to_string(x.slice->events.size()) + " to "
                      + std::to_string(x.slice->read_to);
          },
          [result](const caf::error& e) { *result = compat::text_of(e); });
    });
    return result;
  }

  /// Has `count` runners wait behind `after`, each for a topic of its own.
  std::vector<std::shared_ptr<std::string>> idle_readers(size_t count,
                                                         log_position after) {
    std::vector<std::shared_ptr<std::string>> result;
    for (size_t i = 0; i < count; ++i)
      result.push_back(ask(after, 100, {topic_of(i)}));
    system.run();
    return result;
  }

  /// Returns how many of `answers` are `text`.
  static size_t count(const std::vector<std::shared_ptr<std::string>>& answers,
                      const std::string& text) {
    return static_cast<size_t>(std::count_if(
      answers.begin(), answers.end(), [&](auto& x) { return *x == text; }));
  }

  deterministic_system system;
  std::shared_ptr<recording_store> store = std::make_shared<recording_store>();
  log_reader_actor actor
    = compat::spawn_state<log_reader_state>(system.get(), store);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_reader_actor_test, fixture)

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
           i % 2 ? std::vector<std::string>{"T"} : std::vector<std::string>{}));
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
  // At the head, what is read is for all.
  answer = read(5, 100, {"U"});
  store->add("a");
  system.run();
  BOOST_TEST(*answer == "0 to 6");
  BOOST_TEST(store->filtered_reads == 1u);
}

BOOST_AUTO_TEST_CASE(only_those_are_told_who_want_the_event) {
  auto answers = idle_readers(1000, 0);
  store->reads = 0;
  store->add_of("U7", "a");
  system.run();
  BOOST_TEST(*answers[7] == "1 to 1");
  BOOST_TEST(count(answers, "waits") == 999u);
  BOOST_TEST(store->reads == 1u);
}

BOOST_AUTO_TEST_CASE(others_are_told_some_at_a_time_that_there_was_nothing) {
  auto answers = idle_readers(120, 0);
  store->add_of("V", "a");
  store->reads = 0;
  for (auto told : {0u, 50u, 100u, 120u}) {
    system.run();
    BOOST_TEST(count(answers, "0 to 1") == told);
    system.advance(10ms);
  }
  // That takes no look at the store.
  BOOST_TEST(store->reads == 1u);
}

BOOST_AUTO_TEST_CASE(few_are_told_at_once_that_there_was_nothing) {
  auto answers = idle_readers(16, 0);
  store->add_of("V", "a");
  system.run();
  BOOST_TEST(count(answers, "0 to 1") == 16u);
}

BOOST_AUTO_TEST_CASE(position_that_is_waited_for_is_told_at_once) {
  auto answers = idle_readers(1000, 0);
  auto awaited = read(0, 100, {"W"}, 2);
  auto later = read(0, 100, {"W"}, 3);
  store->add_of("V", "a");
  system.run();
  BOOST_TEST(*awaited == "waits");
  store->add_of("V", "a");
  system.run();
  BOOST_TEST(*awaited == "0 to 2");
  BOOST_TEST(*later == "waits");
  BOOST_TEST(*read(1, 100, {"W"}, 2) == "0 to 2");
  BOOST_TEST(*read(1, 100, {"W"}) == "waits");
  BOOST_TEST(count(answers, "waits") == 1000u);
}

BOOST_AUTO_TEST_CASE(who_waits_already_can_be_told_sooner) {
  auto answers = idle_readers(1000, 0);
  store->add_of("V", "a");
  auto result = std::make_shared<std::string>("waits");
  auto topics = std::make_shared<const std::vector<std::string>>(1, "W");
  system.get().spawn([&, topics, result](caf::event_based_actor* self) {
    compat::request(self, actor, read_log{0, 100, topics})
      .then([result](const log_part& x) {
        *result = std::to_string(x.slice->read_to);
      });
    compat::send(self, actor, hasten_read{1});
  });
  system.run();
  BOOST_TEST(*result == "1");
  BOOST_TEST(count(answers, "waits") == 1000u);
}

BOOST_AUTO_TEST_CASE(events_of_many_slices_come_once_and_in_order) {
  auto all = read(0);
  for (int i = 0; i < 30; ++i) {
    store->add_of(i % 3 == 0 ? "U" : "V", "a");
    system.run();
    all = read(i + 1);
  }
  store->reads = 0;
  // Positions 1, 4, 7, ..., 28.
  BOOST_TEST(*read(0, 100, {"U"}) == "10 to 30");
  BOOST_TEST(*read(0, 4, {"U"}) == "4 to 10");
  BOOST_TEST(*read(10, 4, {"U"}) == "4 to 22");
  BOOST_TEST(*read(22, 4, {"U"}) == "2 to 30");
  BOOST_TEST(*read(3, 4, {"V", "U", "V"}) == "4 to 7");
  BOOST_TEST(*read(0) == "30 to 30");
  BOOST_TEST(store->reads == 0u);
}

BOOST_AUTO_TEST_CASE(who_catches_up_together_reads_once) {
  for (size_t i = 0; i < 3000; ++i)
    store->add_of(topic_of(i % 100), "a");
  auto answers = idle_readers(100, 0);
  BOOST_TEST(count(answers, "30 to 3000") == 100u);
  BOOST_TEST(store->filtered_reads == 0u);
  BOOST_TEST(store->reads <= 2u);
}

BOOST_AUTO_TEST_CASE(who_catches_up_after_others_gets_what_they_have_read) {
  for (size_t i = 0; i < 3000; ++i)
    store->add_of(topic_of(i % 100), "a");
  for (size_t i = 0; i < 100; ++i)
    for (log_position at = 0; at < 3000;) {
      auto answer = *read(at, 100, {topic_of(i)});
      BOOST_REQUIRE(answer != "waits");
      at = std::stol(answer.substr(answer.rfind(' ')));
    }
  BOOST_TEST(store->filtered_reads == 1u);
  BOOST_TEST(store->reads <= 32u);
}

BOOST_AUTO_TEST_CASE(who_catches_up_alone_reads_only_what_it_wants) {
  store->add("a", 500);
  store->add_of("U", "a");
  store->add("a", 500);
  BOOST_TEST(*read(0, 100, {"U"}) == "1 to 1001");
  BOOST_TEST(store->filtered_reads == 1u);
  BOOST_TEST(store->reads == 1u);
}

BOOST_AUTO_TEST_CASE(who_is_behind_all_that_is_kept_misses_nothing) {
  // Three times what is kept.
  const std::string payload(1'000'000, ' ');
  auto live = read(0);
  for (log_position i = 1; i <= 48; ++i) {
    store->add_of(i % 2 == 0 ? "U" : "V", "a", 1, payload);
    system.run();
    live = read(i);
  }
  std::vector<std::shared_ptr<std::string>> answers;
  for (auto limit : {2u, 100u, 3u, 100u})
    answers.push_back(ask(0, limit, {"U"}));
  auto any = ask(0, 100, {});
  system.run();
  BOOST_TEST(*answers[0] == "2 to 4");
  BOOST_TEST(*answers[2] == "3 to 6");
  BOOST_TEST(*any != "waits");
  BOOST_TEST(*live == "waits");
  // Everything comes, whoever reads how far.
  for (auto limit : {2u, 5u, 100u}) {
    size_t seen = 0;
    for (log_position at = 0; at < 48;) {
      auto answer = *read(at, limit, {"U"});
      seen += std::stoul(answer);
      at = std::stol(answer.substr(answer.rfind(' ')));
    }
    BOOST_TEST(seen == 24u);
  }
}

BOOST_AUTO_TEST_CASE(store_that_fails_in_the_middle_is_read_on) {
  for (size_t i = 0; i < 3000; ++i)
    store->add_of(topic_of(i % 20), "a");
  idle_readers(20, 0);
  auto answers = idle_readers(20, 3000);
  store->failures = 2;
  for (size_t i = 0; i < 20; ++i)
    store->add_of(topic_of(i), "a");
  system.run();
  BOOST_TEST(count(answers, "waits") == 20u);
  // What is kept is given out meanwhile.
  BOOST_TEST(*read(2990, 100, {"U19"}) == "1 to 3000");
  system.advance(20ms);
  system.run();
  system.advance(40ms);
  system.run();
  BOOST_TEST(count(answers, "1 to 3020") == 20u);
}

BOOST_AUTO_TEST_CASE(whoever_waits_is_counted) {
  idle_readers(30, 0);
  log_reader_status status;
  system.get().spawn([&](caf::event_based_actor* self) {
    compat::request(self, actor, get_log_reader_status{})
      .then([&](const log_reader_status& x) { status = x; });
  });
  system.run();
  BOOST_TEST(status.waiting == 30u);
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
