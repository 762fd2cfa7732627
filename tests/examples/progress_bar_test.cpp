// Goal: the progress bar of the examples tells what is true at every point.
// Method: its line for times and numbers that are given.
#include "examples/progress_bar.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using examples::progress_line;

BOOST_AUTO_TEST_SUITE(progress_bar)

BOOST_AUTO_TEST_CASE(line_shows_part_rate_and_remaining_time) {
  BOOST_TEST(progress_line("events", 250, 1000, 0.5)
             == "events [#####...............] 25 %, 500 a second, 2 s "
                "left");
  BOOST_TEST(progress_line("events", 1000, 1000, 2)
             == "events [####################] 100 %, 500 a second");
}

BOOST_AUTO_TEST_CASE(rate_is_left_out_while_it_says_nothing) {
  BOOST_TEST(progress_line("events", 10, 1000, 0.1)
             == "events [....................] 1 %");
  BOOST_TEST(progress_line("events", 0, 1000, 10)
             == "events [....................] 0 %");
}

BOOST_AUTO_TEST_CASE(more_than_all_is_all) {
  BOOST_TEST(progress_line("events", 7, 5, 0)
             == "events [####################] 100 %");
  BOOST_TEST(progress_line("events", 0, 0, 0)
             == "events [####################] 100 %");
}

BOOST_AUTO_TEST_CASE(line_fits_into_80_columns) {
  BOOST_TEST(progress_line("what takes so long :", 1'000'000'000,
                           uint64_t{9'000'000'000}, 1000)
               .size()
             < 80u);
}

BOOST_AUTO_TEST_SUITE_END()
