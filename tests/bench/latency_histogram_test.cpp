// Goal: percentiles are right up to the width of a bucket, in bounded memory.
// Method: values whose percentiles are known, and random ones against sorting.
#include "bench/load/latency_histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using load::latency_histogram;

BOOST_AUTO_TEST_SUITE(latency_histogram_of_the_load)

BOOST_AUTO_TEST_CASE(nothing_counted_has_no_latency) {
  latency_histogram counted;
  BOOST_TEST(counted.count() == 0u);
  BOOST_TEST(counted.percentile(0.5) == 0);
  BOOST_TEST(counted.max() == 0);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  latency_histogram counted;
  for (int64_t i = 1; i <= 200; ++i)
    counted.add(i);
  BOOST_TEST(counted.count() == 200u);
  BOOST_TEST(counted.percentile(0) == 1);
  BOOST_TEST(counted.percentile(0.5) == 100);
  BOOST_TEST(counted.percentile(0.99) == 198);
  BOOST_TEST(counted.percentile(1) == 200);
}

BOOST_AUTO_TEST_CASE(percentile_is_at_most_a_128th_too_large) {
  std::mt19937_64 random{7};
  std::vector<int64_t> values;
  latency_histogram counted;
  for (int i = 0; i < 10'000; ++i) {
    // All sizes are equally frequent.
    std::uniform_real_distribution<double> digits{0, 42};
    auto value = std::min(static_cast<int64_t>(std::exp2(digits(random))),
                          latency_histogram::value_max);
    values.push_back(value);
    counted.add(value);
  }
  std::sort(values.begin(), values.end());
  for (size_t rank = 1; rank <= values.size(); rank += 7) {
    auto exact = values[rank - 1];
    // A little below the rank, so that no rounding goes beyond it.
    auto part = (static_cast<double>(rank) - 0.5) / 10'000;
    auto told = counted.percentile(part);
    BOOST_REQUIRE_GE(told, exact);
    BOOST_REQUIRE_LE(told - exact, exact / 128);
  }
  BOOST_TEST(counted.percentile(1) == values.back());
}

BOOST_AUTO_TEST_CASE(values_beyond_the_ends_count_as_the_ends) {
  latency_histogram counted;
  counted.add(-5);
  BOOST_TEST(counted.percentile(1) == 0);
  counted.add(latency_histogram::value_max + 1);
  BOOST_TEST(counted.max() == latency_histogram::value_max);
  BOOST_TEST(counted.count() == 2u);
}

BOOST_AUTO_TEST_CASE(histograms_are_added_and_cleared) {
  latency_histogram first;
  latency_histogram second;
  first.add(10);
  second.add(20);
  second.add(30);
  first.add(second);
  BOOST_TEST(first.count() == 3u);
  BOOST_TEST(first.percentile(0.5) == 20);
  BOOST_TEST(first.max() == 30);
  first.clear();
  BOOST_TEST(first.count() == 0u);
  BOOST_TEST(first.percentile(0.5) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
