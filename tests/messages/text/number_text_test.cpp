// Goal: a number is the whole of its text or none, and comes back from what is
// written. Method: cases by hand at the edges of the types.
#include "projections/messages/text/number_text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using namespace projections;

namespace {

template <class T>
std::string written(T x) {
  std::string result = "x = ";
  append_number(result, x);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(number_text_test)

BOOST_AUTO_TEST_CASE(number_is_the_whole_text) {
  BOOST_TEST(parsed_number<int64_t>("-12").value() == -12);
  BOOST_TEST(parsed_number<double>("1.5e1").value() == 15);
  for (auto text : {"", "-", "12 ", " 12", "12x", "1.5", "x"})
    BOOST_TEST(!parsed_number<int64_t>(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(number_is_in_the_range_of_its_type) {
  BOOST_TEST(parsed_number<uint64_t>("18446744073709551615").value()
             == UINT64_MAX);
  BOOST_TEST(!parsed_number<uint64_t>("18446744073709551616").has_value());
  BOOST_TEST(!parsed_number<uint64_t>("-1").has_value());
  BOOST_TEST(!parsed_number<double>("1e999").has_value());
}

BOOST_AUTO_TEST_CASE(number_is_written_behind_what_is_there) {
  BOOST_TEST(written(INT64_MIN) == "x = -9223372036854775808");
  BOOST_TEST(written(UINT64_MAX) == "x = 18446744073709551615");
  BOOST_TEST(written(0.1) == "x = 0.1");
  BOOST_TEST(written(-2.2250738585072014e-308)
             == "x = -2.2250738585072014e-308");
}

BOOST_AUTO_TEST_SUITE_END()
