// Goal: keys and ids are the same on every machine, with every version of this
// software. Method: what `uuidgen --sha1` of util-linux makes of the same
// names.
#include "projections/folds/emissions/event_id.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;

BOOST_AUTO_TEST_SUITE(event_id_test)

BOOST_AUTO_TEST_CASE(key_follows_from_the_event_that_is_answered) {
  BOOST_TEST(emission_key("followship", "social", "u1", 3, 0)
             == "da6fa8d0-f285-593a-ac27-82fb38deeee8");
  BOOST_TEST(emission_key("followship", "social", "u1", 3, 1)
             == "5c8bfa25-efca-5e40-a1a4-93689e7b077c");
  BOOST_TEST(emission_key("p", "a", "s", 1, 0)
             == "fa596871-7fc4-559b-8dd2-c2d7f98ec308");
}

BOOST_AUTO_TEST_CASE(names_are_hashed_as_json_strings) {
  BOOST_TEST(emission_key("Über \"x\"", "a\\b", "line\nbreak\x01", 12, 7)
             == "6a8b4e0b-8ae4-5db6-92a9-0e0a04072680");
}

BOOST_AUTO_TEST_CASE(event_has_an_id_that_follows_from_its_place) {
  BOOST_TEST(event_id("social", "u1", 3)
             == "28780511-c10a-5a60-ba1d-965889357955");
}

BOOST_AUTO_TEST_SUITE_END()
