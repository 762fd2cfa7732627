// Goal: all who hold what a key stands for hold the same object, and nobody
// holds one that is gone. Method: numbers instead of stores.
#include "projections/storage/log/shared_by_key.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace projections;

namespace {

std::shared_ptr<int> number() {
  return std::make_shared<int>(1);
}

std::shared_ptr<int> nothing() {
  throw std::runtime_error{"no number"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(shared_by_key_test)

BOOST_AUTO_TEST_CASE(one_object_is_shared_while_it_is_held) {
  shared_by_key<std::string, int> numbers;
  auto first = numbers.get("one", number);
  auto other = numbers.get("other", number);
  BOOST_TEST(numbers.get("one", nothing) == first);
  BOOST_TEST(numbers.get("other", nothing) == other);
  BOOST_TEST(first != other);
}

BOOST_AUTO_TEST_CASE(object_that_nobody_holds_is_made_anew) {
  shared_by_key<std::string, int> numbers;
  std::weak_ptr<int> first = numbers.get("one", number);
  BOOST_TEST(first.expired());
  auto second = numbers.get("one", number);
  BOOST_TEST(numbers.get("one", nothing) == second);
}

BOOST_AUTO_TEST_CASE(object_that_cannot_be_made_is_tried_again) {
  shared_by_key<std::string, int> numbers;
  BOOST_CHECK_THROW(numbers.get("one", nothing), std::runtime_error);
  auto first = numbers.get("one", number);
  BOOST_TEST(first != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
