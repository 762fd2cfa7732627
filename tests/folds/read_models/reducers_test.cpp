// Goal: reduced fields are exact. Method: cases by hand at the edges of 64
// bits, of kinds and of spelling, and random long integers against a sum that
// can be checked by another way.
#include "projections/folds/read_models/reducers.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace projections;

namespace {

/// Returns what becomes of `held` when `value` comes; empty if it has no value.
std::string reduced(reducer how, std::string_view held,
                    std::string_view value) {
  std::string result = "kept in front:";
  auto length = result.size();
  auto has_value = append_reduced(result, how, held, value);
  BOOST_TEST(has_value == (result.size() > length));
  return result.substr(length);
}

std::string sum(std::string_view held, std::string_view value) {
  return reduced(reducer::sum, held, value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(reducers_test)

BOOST_AUTO_TEST_CASE(count_counts_events_whatever_they_bring) {
  BOOST_TEST(reduced(reducer::count, "", "") == "1");
  BOOST_TEST(reduced(reducer::count, "1", "") == "2");
  BOOST_TEST(reduced(reducer::count, "9", "\"x\"") == "10");
  BOOST_TEST(reduced(reducer::count, "9223372036854775807", "")
             == "9223372036854775808");
}

BOOST_AUTO_TEST_CASE(first_sets_the_field_only_once) {
  BOOST_TEST(reduced(reducer::first, "", "") == "");
  BOOST_TEST(reduced(reducer::first, "", "{\"a\": 1}") == "{\"a\": 1}");
  BOOST_TEST(reduced(reducer::first, "null", "2") == "null");
}

BOOST_AUTO_TEST_CASE(last_follows_what_events_bring) {
  BOOST_TEST(reduced(reducer::last, "1", "") == "1");
  BOOST_TEST(reduced(reducer::last, "1", "null") == "null");
  BOOST_TEST(reduced(reducer::last, "", "[1]") == "[1]");
}

BOOST_AUTO_TEST_CASE(numbers_are_ordered_by_value) {
  BOOST_TEST(reduced(reducer::min, "10", "9") == "9");
  BOOST_TEST(reduced(reducer::max, "10", "9") == "10");
  BOOST_TEST(reduced(reducer::min, "-1", "-10") == "-10");
  BOOST_TEST(reduced(reducer::max, "-1", "0") == "0");
  BOOST_TEST(reduced(reducer::max, "1.5", "1E1") == "1E1");
  BOOST_TEST(reduced(reducer::min, "2", "1.25") == "1.25");
}

BOOST_AUTO_TEST_CASE(long_integers_are_ordered_exactly) {
  // They differ in the last digit only, far beyond what a double can tell.
  const auto less = "123456789012345678901234567890";
  const auto more = "123456789012345678901234567891";
  BOOST_TEST(reduced(reducer::min, more, less) == less);
  BOOST_TEST(reduced(reducer::max, less, more) == more);
  BOOST_TEST(reduced(reducer::max, "9007199254740992", "9007199254740993")
             == "9007199254740993");
}

BOOST_AUTO_TEST_CASE(equal_values_keep_the_earlier_spelling) {
  BOOST_TEST(reduced(reducer::min, "0", "-0") == "0");
  BOOST_TEST(reduced(reducer::max, "-0", "0") == "-0");
  BOOST_TEST(reduced(reducer::max, "1.10", "1.1") == "1.10");
  BOOST_TEST(reduced(reducer::min, "10", "1E1") == "10");
}

BOOST_AUTO_TEST_CASE(strings_are_ordered_by_their_bytes) {
  BOOST_TEST(reduced(reducer::min, "\"b\"", "\"a\"") == "\"a\"");
  BOOST_TEST(reduced(reducer::max, "\"a\"", "\"ab\"") == "\"ab\"");
  BOOST_TEST(reduced(reducer::max, "\"Z\"", "\"\xc3\xa4\"") == "\"\xc3\xa4\"");
  // An escaped line break is smaller than any letter, though `\` is not.
  BOOST_TEST(reduced(reducer::min, R"("Z")", R"("\n")") == R"("\n")");
  BOOST_TEST(reduced(reducer::max, R"("\"")", R"("#")") == R"("#")");
}

BOOST_AUTO_TEST_CASE(values_of_another_kind_leave_the_field_alone) {
  BOOST_TEST(reduced(reducer::min, "5", "\"a\"") == "5");
  BOOST_TEST(reduced(reducer::max, "\"a\"", "5") == "\"a\"");
  BOOST_TEST(reduced(reducer::max, "5", "null") == "5");
  BOOST_TEST(reduced(reducer::max, "", "true") == "");
  BOOST_TEST(reduced(reducer::min, "[]", "1") == "[]");
  BOOST_TEST(sum("5", "\"6\"") == "5");
  BOOST_TEST(sum("\"x\"", "1") == "\"x\"");
  BOOST_TEST(sum("", "null") == "");
  BOOST_TEST(reduced(reducer::count, "\"x\"", "") == "\"x\"");
}

BOOST_AUTO_TEST_CASE(sum_of_one_number_keeps_its_spelling) {
  BOOST_TEST(sum("", "1.10") == "1.10");
  BOOST_TEST(sum("1.10", "") == "1.10");
}

BOOST_AUTO_TEST_CASE(integers_are_added_exactly_at_any_length) {
  BOOST_TEST(sum("2", "3") == "5");
  BOOST_TEST(sum("-0", "-0") == "0");
  BOOST_TEST(sum("9223372036854775807", "1") == "9223372036854775808");
  BOOST_TEST(sum("-9223372036854775808", "-1") == "-9223372036854775809");
  BOOST_TEST(sum("99999999999999999999", "1") == "100000000000000000000");
  BOOST_TEST(sum("100000000000000000000", "-1") == "99999999999999999999");
  BOOST_TEST(sum("100000000000000000000", "-100000000000000000000") == "0");
  BOOST_TEST(sum("1", "-100000000000000000000") == "-99999999999999999999");
}

BOOST_AUTO_TEST_CASE(integers_of_a_million_digits_are_added) {
  // A sum that takes a quadratic time for this takes longer than a test may.
  const std::string nines(1'000'000, '9');
  std::string held = "1";
  for (int i = 0; i < 50; ++i)
    held = sum(held, (i % 2 == 0 ? "" : "-") + nines);
  BOOST_TEST(held == "1");
  BOOST_TEST(sum(nines, "1") == "1" + std::string(nines.size(), '0'));
}

BOOST_AUTO_TEST_CASE(random_integers_are_added_and_ordered_exactly) {
  using boost::multiprecision::cpp_int;
  auto seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    std::mt19937_64 random{seed};
    auto number = [&random] {
      cpp_int result = random();
      result <<= static_cast<unsigned>(random() % 130);
      // Right shifts make small numbers, and zero, as likely as long ones.
      result >>= static_cast<unsigned>(random() % 190);
      return random() % 2 == 0 ? result : cpp_int{-result};
    };
    for (int i = 0; i < 20'000; ++i) {
      auto x = number();
      auto y = random() % 8 == 0 ? cpp_int{-x} : number();
      BOOST_REQUIRE_EQUAL(sum(x.str(), y.str()), cpp_int{x + y}.str());
      BOOST_REQUIRE_EQUAL(reduced(reducer::min, x.str(), y.str()),
                          (x < y ? x : y).str());
      BOOST_REQUIRE_EQUAL(reduced(reducer::max, x.str(), y.str()),
                          (x > y ? x : y).str());
    }
  }
}

BOOST_AUTO_TEST_CASE(other_numbers_are_added_as_doubles) {
  BOOST_TEST(sum("0.1", "0.2") == "0.30000000000000004");
  BOOST_TEST(sum("1.5", "1.5") == "3");
  BOOST_TEST(sum("1", "0.5") == "1.5");
  BOOST_TEST(sum("1E2", "1") == "101");
}

BOOST_AUTO_TEST_CASE(sum_beyond_a_double_stays_at_the_largest) {
  BOOST_TEST(sum("1e308", "1e308") == "1.7976931348623157e+308");
  BOOST_TEST(sum("-1e308", "-1e308") == "-1.7976931348623157e+308");
  BOOST_TEST(sum("1" + std::string(400, '0'), "0.5")
             == "1.7976931348623157e+308");
}

BOOST_AUTO_TEST_SUITE_END()
