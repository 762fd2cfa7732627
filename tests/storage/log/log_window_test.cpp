// Goal: what is kept of a log gives everybody all that comes after a position,
// once and in order, and forgets the oldest. Method: random events in slices of
// random size, and every answer compared with a plain search.
#include "projections/storage/log/log_window.hpp"

#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace projections;

/// Returns a slice with an event of each of `topics`, behind `after`.
std::shared_ptr<log_slice> slice_of(log_position after,
                                    const std::vector<std::string>& topics) {
  auto result = std::make_shared<log_slice>();
  for (auto& topic : topics)
    result->events.push_back({++after, "s", 1, topic, "{}"});
  result->read_to = after;
  return result;
}

std::vector<log_position> positions(const log_slice& slice) {
  std::vector<log_position> result;
  for (auto& x : slice.events)
    result.push_back(x.position);
  return result;
}

/// Compares answers of a window with those of a search of all events.
void check_answers(uint64_t seed) {
  std::mt19937_64 chance{seed};
  auto random = [&](size_t n) { return static_cast<size_t>(chance() % n); };
  auto random_topic = [&] { return std::string(1, "abcde"[random(5)]); };
  log_window window;
  std::vector<recorded_event> all;
  log_position head = log_start;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> topics(random(12));
    std::generate(topics.begin(), topics.end(), random_topic);
    auto slice = slice_of(head, topics);
    all.insert(all.end(), slice->events.begin(), slice->events.end());
    // Positions may have gaps.
    head = slice->read_to += static_cast<log_position>(random(3));
    window.add(std::move(slice));
    if (random(5) == 0)
      window.shrink(random(20'000));
    std::vector<std::string> wanted(1 + random(3));
    std::generate(wanted.begin(), wanted.end(), random_topic);
    auto span = static_cast<size_t>(window.end() - window.begin());
    auto after = window.begin() + static_cast<log_position>(random(span + 1));
    auto limit = 1 + random(10);
    std::vector<log_position> expected;
    for (auto& x : all)
      if (x.position > after
          && std::find(wanted.begin(), wanted.end(), x.topic) != wanted.end())
        expected.push_back(x.position);
    auto answer = window.find(after, limit, wanted);
    BOOST_REQUIRE(!answer == expected.empty());
    if (!answer)
      continue;
    auto found = positions(*answer);
    BOOST_TEST(found.size() <= limit);
    BOOST_TEST(found.size() >= std::min(limit, expected.size()) / 2);
    // The next answer goes on where this one ends.
    expected.erase(
      std::upper_bound(expected.begin(), expected.end(), answer->read_to),
      expected.end());
    BOOST_REQUIRE(found == expected);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_window_test)

BOOST_AUTO_TEST_CASE(nothing_is_null) {
  log_window window;
  window.begin_at(5);
  BOOST_TEST(!window.find(5, 10, {}));
  window.add(slice_of(5, {"a"}));
  BOOST_TEST(!window.find(5, 10, {"b"}));
  BOOST_TEST(!window.find(6, 10, {"a"}));
  BOOST_TEST(!window.find(7, 10, {}));
  BOOST_TEST(window.covers(5));
  BOOST_TEST(!window.covers(4));
  BOOST_TEST(!window.covers(7));
}

BOOST_AUTO_TEST_CASE(slice_that_is_wanted_whole_is_shared) {
  log_window window;
  auto slice = slice_of(0, {"a", "b", "a"});
  window.add(slice);
  BOOST_TEST(window.find(0, 10, {}) == slice);
  BOOST_TEST(window.find(1, 10, {}) == slice);
  BOOST_TEST(window.find(0, 10, {"a", "b"}) == slice);
  BOOST_TEST(window.find(1, 10, {"a", "b"}) != slice);
}

BOOST_AUTO_TEST_CASE(small_slices_are_put_together_once) {
  log_window window;
  for (log_position i = 0; i < 10; ++i)
    window.add(slice_of(i, {"a"}));
  auto joined = window.find(0, 4, {});
  BOOST_TEST(joined->events.size() == 4u);
  BOOST_TEST(joined->read_to == 4);
  BOOST_TEST(window.find(0, 4, {}) == joined);
  BOOST_TEST(window.find(9, 4, {})->events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(end_of_the_log_is_told) {
  log_window window;
  auto slice = slice_of(0, {"a", "b", "a"});
  slice->at_head = true;
  window.add(slice);
  BOOST_TEST(window.find(0, 10, {"a"})->at_head);
  BOOST_TEST(!window.find(0, 1, {"a"})->at_head);
  window.set_at_head(false);
  BOOST_TEST(!window.find(0, 10, {"a"})->at_head);
}

BOOST_AUTO_TEST_CASE(random_answers_are_those_of_a_plain_search) {
  test::check_random_seeds(10, [](uint64_t seed) { check_answers(seed); });
}

BOOST_AUTO_TEST_SUITE_END()
