// Goal: what was made ahead is found again by event and by target. Method:
// answers of several events for two targets, some events without any.
#include "projections/folds/emissions/keyed_emissions.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace {

using namespace projections;

using range = std::pair<size_t, size_t>;

append_request request(std::string payload, std::string metadata) {
  append_request result;
  result.stream = "s";
  result.events.push_back(
    {"A", std::move(payload), "key", std::move(metadata)});
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(keyed_emissions_of_a_slice)

BOOST_AUTO_TEST_CASE(answers_are_found_by_event_and_target) {
  keyed_emissions x{2};
  emission_source source{"social", "u", 1};
  x.add(0, request("12", "3"), source);
  x.add(1, request("1", "2"), source);
  x.add(0, request("1", ""), source);
  x.end_event(4);
  x.end_event(6);
  x.add(0, request("123", "4"), source);
  x.end_event(9);
  BOOST_TEST(x.size() == 4u);
  BOOST_TEST(x.bytes() == 10u);
  BOOST_TEST((x.find(4) == 0u));
  BOOST_TEST((x.find(6) == 1u));
  BOOST_TEST((x.find(9) == 2u));
  for (auto position : {0, 5, 10})
    BOOST_TEST(!x.find(position));
  BOOST_TEST((x.range(0, 0) == range{0, 2}));
  BOOST_TEST((x.range(0, 1) == range{0, 1}));
  BOOST_TEST((x.range(1, 0) == range{2, 2}));
  BOOST_TEST((x.range(2, 0) == range{2, 3}));
  BOOST_TEST((x.range(2, 1) == range{1, 1}));
  BOOST_TEST(x.bytes_of(0) == 6u);
  BOOST_TEST(x.bytes_of(1) == 0u);
  BOOST_TEST(x.bytes_of(2) == 4u);
  BOOST_TEST(x.batch(0).requests.size() == 3u);
  BOOST_TEST(x.batch(1).requests.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
