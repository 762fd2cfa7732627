// Goal: projections that emitted events in release 0.1 go on where they were,
// and emit nothing twice. Method: two of them, the second of which follows the
// first, and one that keeps its state in events, over a fixture of that release
// in every backend of databases.
#include "tests/contract/appending.hpp"
#include "tests/contract/fixture_copies.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;

namespace {

/// Opens what a projection tracks, of whatever places.
template <class Projection, class Copy>
std::shared_ptr<recorder_with_events> open(const Copy& copy) {
  return copy.places.open_social(Projection::projection_name);
}

/// Has the projection fold what it has not seen, and returns how many events
/// it was handed.
template <class Projection, class Copy>
uint64_t fold_new(const Copy& copy) {
  auto recorder = open<Projection>(copy);
  return fold_events(std::make_shared<Projection>(recorder), "Social",
                     recorder->events());
}

/// Returns the events as they are recorded now.
template <class Copy>
std::vector<std::string> events_in(const Copy& copy) {
  return described(open<welcome_projection>(copy)->events());
}

/// Returns all events once everything is emitted for the last one.
std::vector<std::string> all_events() {
  auto all = social_events();
  auto missing = missing_emissions();
  all.insert(all.end(), missing.begin(), missing.end());
  return described(recorded(all));
}

} // namespace

BOOST_AUTO_TEST_SUITE(emission_fixtures_0_1)

// -- projections that emit events ---------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_are_read_as_they_were_recorded, Copy,
                              fixture_copies) {
  Copy copy;
  BOOST_TEST(events_in(copy) == described(recorded(social_events())),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_are_found_by_their_keys, Copy,
                              fixture_copies) {
  Copy copy;
  auto recorder = open<social::followship_projection>(copy);
  auto events = social_events();
  auto expected = recorded(events);
  for (size_t i = 0; i < events.size(); ++i) {
    auto& key = events[i].key;
    if (key.empty())
      continue;
    auto found = recorder->events().find_keys({key}).front();
    BOOST_REQUIRE(found);
    BOOST_TEST(described(*found) == described(expected[i]));
    auto outcome
      = append(recorder->events(),
               {expected[i].stream, any_version, {{"T", "{}", key}}});
    BOOST_TEST((outcome.error == append_error::key_exists), outcome.problem);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(places_of_both_projections_are_taken_over, Copy,
                              fixture_copies) {
  Copy copy;
  auto followship = open<social::followship_projection>(copy);
  BOOST_TEST((followship->max_tracking_id("Social") == followship_position));
  BOOST_TEST((followship->recorded_code_versions("Social")
              == code_versions{1, 1, "followship"}));
  auto welcome = open<welcome_projection>(copy);
  BOOST_TEST((welcome->max_tracking_id("Social") == welcome_position));
  BOOST_TEST((welcome->recorded_code_versions("Social")
              == code_versions{1, 1, "Welcome"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_for_new_events_are_recorded_once, Copy,
                              fixture_copies) {
  Copy copy;
  // One event is new to each: the one of Dan, and the emission for it.
  BOOST_TEST(fold_new<social::followship_projection>(copy) == 1u);
  BOOST_TEST(fold_new<welcome_projection>(copy) == 1u);
  BOOST_TEST(events_in(copy) == all_events(), boost::test_tools::per_element());
  BOOST_TEST(fold_new<social::followship_projection>(copy) == 0u);
  BOOST_TEST(fold_new<welcome_projection>(copy) == 0u);
  BOOST_TEST(events_in(copy) == all_events(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(replay_emits_nothing_twice, Copy,
                              fixture_copies) {
  Copy copy;
  open<social::followship_projection>(copy)->forget("Social");
  open<welcome_projection>(copy)->forget("Social");
  BOOST_TEST(fold_new<social::followship_projection>(copy) == 4u);
  BOOST_TEST(fold_new<welcome_projection>(copy) == 4u);
  BOOST_TEST(events_in(copy) == all_events(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_emissions_are_a_divergence, Copy,
                              fixture_copies) {
  Copy copy;
  auto recorder = open<welcome_projection>(copy);
  recorder->forget("Social");
  auto other = std::make_shared<welcome_projection>(recorder, "Hello");
  BOOST_CHECK_EXCEPTION(fold_events(other, "Social", recorder->events()),
                        divergence_error, [](const divergence_error& e) {
                          return e.what_diverges().key == social_events()[6].key
                                 && e.what_diverges().stored.position == 7;
                        });
  BOOST_TEST(events_in(copy) == described(recorded(social_events())),
             boost::test_tools::per_element());
}

// -- a projection that keeps its state in events ------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(event_sourced_projection_goes_on, Copy,
                              fixture_copies) {
  Copy copy;
  auto school = copy.places.open_school();
  auto recorder = copy.places.open_counting(trick_counting::projection_name);
  BOOST_TEST(described(recorder->events())
               == described(recorded(counter_events(3))),
             boost::test_tools::per_element());
  BOOST_TEST((recorder->max_tracking_id(school_name)
              == static_cast<log_position>(viewed_events)));
  auto projection = std::make_shared<trick_counting>(recorder);
  BOOST_TEST(projection->counter().tricks() == 3);
  // One trick is among the events that are not in views yet.
  BOOST_TEST(fold_events(projection, school_name, *school) == 1u);
  BOOST_TEST(fold_events(projection, school_name, *school) == 0u);
  BOOST_TEST(projection->counter().tricks() == 4);
  BOOST_TEST((recorder->max_tracking_id(school_name) == school->head()));
  BOOST_TEST(described(recorder->events())
               == described(recorded(counter_events(4))),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
