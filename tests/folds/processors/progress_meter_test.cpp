// Goal: rates and delays are those of the last seconds, whatever came before.
// Method: a clock that the test moves.
#include "projections/folds/processors/progress_meter.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace std::chrono_literals;

namespace {

const progress_meter::clock::time_point start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(progress_meter_test)

BOOST_AUTO_TEST_CASE(rate_is_an_average_since_the_beginning_at_first) {
  progress_meter x{start};
  BOOST_TEST(x.rate(start) == 0.0);
  x.processed(100, start + 500ms);
  BOOST_TEST(x.rate(start + 500ms) == 200.0);
  x.processed(300, start + 1500ms);
  BOOST_TEST(x.rate(start + 2s) == 150.0);
}

BOOST_AUTO_TEST_CASE(rate_forgets_what_is_long_ago) {
  progress_meter x{start};
  x.processed(1000, start);
  for (auto i = 1; i <= 30; ++i)
    x.processed(static_cast<uint64_t>(1000 + 50 * i), start + i * 1s);
  auto rate = x.rate(start + 30s + 999ms);
  BOOST_TEST(rate > 49.0);
  BOOST_TEST(rate < 51.0);
  BOOST_TEST(x.rate(start + 36s) > 0.0);
  BOOST_TEST(x.rate(start + 36s) < rate);
  BOOST_TEST(x.rate(start + 41s) == 0.0);
  x.processed(3500, start + 60s);
  BOOST_TEST(x.rate(start + 61s) < 120.0);
}

BOOST_AUTO_TEST_CASE(delay_counts_from_when_it_was_first_behind) {
  progress_meter x{start};
  BOOST_TEST((x.behind_for(start + 1s) == 0ms));
  x.found_behind(true, start + 1s);
  x.found_behind(true, start + 3s);
  BOOST_TEST((x.behind_for(start + 4s) == 3s));
  x.found_behind(false, start + 4s);
  BOOST_TEST((x.behind_for(start + 5s) == 0ms));
  x.found_behind(true, start + 6s);
  BOOST_TEST((x.behind_for(start + 6500ms) == 500ms));
}

BOOST_AUTO_TEST_SUITE_END()
