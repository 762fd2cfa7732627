// Goal: what comes in any order goes on in one. Method: letters in the places
// that the alphabet gives them.
#include "projections/actors/node/arrival_order.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;

namespace {

/// Returns all that is next in `order`.
std::string popped(arrival_order<char>& order) {
  std::string result;
  while (auto x = order.pop())
    result += *x;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(arrival_order_test)

BOOST_AUTO_TEST_CASE(values_come_out_in_order) {
  arrival_order<char> order;
  BOOST_TEST(popped(order) == "");
  order.push(2, 'c');
  BOOST_TEST(popped(order) == "");
  order.push(0, 'a');
  BOOST_TEST(popped(order) == "a");
  BOOST_TEST(order.popped() == 1u);
  order.push(3, 'd');
  order.push(1, 'b');
  BOOST_TEST(popped(order) == "bcd");
  BOOST_TEST(order.popped() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
