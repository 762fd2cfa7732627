// Goal: a timeout of any length is over when it says, or never. Method: the
// deadlines of ordinary, extreme and negative ones.
#include "projections/storage/log/deadline.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace projections;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

} // namespace

BOOST_AUTO_TEST_SUITE(deadline_test)

BOOST_AUTO_TEST_CASE(deadline_is_as_far_off_as_the_timeout_is_long) {
  auto before = clock::now();
  auto deadline = deadline_in(50ms);
  BOOST_TEST((deadline >= before + 50ms));
  BOOST_TEST((deadline <= clock::now() + 50ms));
}

BOOST_AUTO_TEST_CASE(timeout_beyond_the_clock_is_no_limit) {
  constexpr auto longest = std::chrono::milliseconds::max();
  BOOST_TEST((deadline_in(longest) == clock::time_point::max()));
  BOOST_TEST((deadline_in(longest / 2) == clock::time_point::max()));
}

BOOST_AUTO_TEST_CASE(negative_timeout_is_over) {
  for (auto timeout : {std::chrono::milliseconds::min(), -1ms}) {
    auto deadline = deadline_in(timeout);
    BOOST_TEST((deadline <= clock::now()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
