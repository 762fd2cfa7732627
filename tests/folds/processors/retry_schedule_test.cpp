// Goal: what fails is tried again soon, then ever less often, never in step
// with others, and as often as it was said. Method: schedules of known seeds.
#include "projections/folds/processors/retry_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace projections;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(retry_schedule_test)

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_longest) {
  retry_schedule x{{20ms, 100ms, 0.0}};
  for (auto expected : {20ms, 40ms, 80ms, 100ms, 100ms})
    BOOST_TEST((x.next() == expected));
  BOOST_TEST(x.failures() == 5u);
  x.reset();
  BOOST_TEST(x.failures() == 0u);
  BOOST_TEST((x.next() == 20ms));
}

BOOST_AUTO_TEST_CASE(pauses_are_cut_at_random) {
  std::set<std::chrono::milliseconds> seen;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    retry_schedule x{{1000ms, 4000ms, 0.5}, seed};
    auto first = x.next().value();
    BOOST_TEST((first >= 500ms && first <= 1000ms));
    seen.insert(first);
    auto second = x.next().value();
    BOOST_TEST((second >= 1000ms && second <= 2000ms));
    retry_schedule same{{1000ms, 4000ms, 0.5}, seed};
    BOOST_TEST((same.next() == first));
  }
  BOOST_TEST(seen.size() > 10u);
}

BOOST_AUTO_TEST_CASE(gives_up_after_so_many_failures_in_a_row) {
  retry_schedule x{{1ms, 1ms, 0.0, 2}};
  BOOST_TEST(x.next().has_value());
  BOOST_TEST(x.next().has_value());
  BOOST_TEST(!x.next().has_value());
  x.reset();
  BOOST_TEST(x.next().has_value());
  retry_schedule never{{1ms, 1ms, 0.0, 0}};
  BOOST_TEST(!never.next().has_value());
}

BOOST_AUTO_TEST_CASE(senseless_policies_do_no_harm) {
  retry_schedule x{{-5ms, -1ms, 7.0}};
  BOOST_TEST((x.next() == 0ms));
  retry_schedule huge{
    {std::chrono::milliseconds::max(), std::chrono::milliseconds::max(), 0.0}};
  for (auto i = 0; i < 100; ++i)
    BOOST_TEST((huge.next() > 1h));
}

BOOST_AUTO_TEST_SUITE_END()
