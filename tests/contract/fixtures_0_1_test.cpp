// Goal: what release 0.1 has recorded is read, recognised and gone on with as
// it was. Method: the events and the view of a fixture of that release over
// every backend of databases, against the text that they were written from.
#include "projections/storage/log/store_error.hpp"
#include "tests/contract/appending.hpp"
#include "tests/contract/fixture_copies.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;

namespace {

/// Returns the keys of the school's events and where these are.
std::vector<std::pair<std::string, recorded_event>>
keyed(const std::vector<recorded_event>& school) {
  std::vector<std::pair<std::string, recorded_event>> result;
  auto events = school_events();
  for (size_t i = 0; i < events.size(); ++i)
    if (!events[i].key.empty())
      result.emplace_back(events[i].key, school[i]);
  return result;
}

/// How many of `events` are the first one of their stream.
int64_t count_created(const std::vector<recorded_event>& events) {
  return std::count_if(events.begin(), events.end(),
                       [](auto& x) { return x.version == 1; });
}

std::shared_ptr<counting_projection>
counting_into(const std::shared_ptr<event_counters_view>& view) {
  return std::make_shared<counting_projection>(view);
}

} // namespace

BOOST_AUTO_TEST_SUITE(fixtures_0_1)

// -- events -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(events_are_read_as_they_were_recorded, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  auto expected = recorded_school(copy.places);
  BOOST_TEST(described(*store) == described(expected),
             boost::test_tools::per_element());
  BOOST_TEST(store->head() == expected.back().position);
  std::erase_if(expected, [](auto& x) { return x.stream != raw_stream; });
  BOOST_TEST(described(store->read_stream(raw_stream, 0, 10))
               == described(expected),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(events_of_a_topic_are_found, Copy,
                              fixture_copies) {
  Copy copy;
  auto expected = recorded_school(copy.places);
  std::erase_if(expected, [](auto& x) { return x.topic != "Counted"; });
  auto found
    = copy.places.open_school()->read_all(log_start, 100, {"Counted"}).events;
  BOOST_TEST(described(found) == described(expected),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(typed_events_are_decoded, Copy, fixture_copies) {
  Copy copy;
  auto events = copy.places.open_school()->read_stream("Codec", 0, 10);
  BOOST_REQUIRE_EQUAL(events.size(), 5u);
  BOOST_TEST((decode<all_types>(events[0]) == example()));
  BOOST_TEST((decode<all_types>(events[1]) == other_example()));
  BOOST_TEST((decode<moved>(events[2]) == moved_example()));
  BOOST_TEST((decode<timed>(events[3]).timestamp == timed_example().timestamp));
  BOOST_CHECK_NO_THROW((void) decode<nothing>(events[4]));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(aggregates_are_rebuilt_and_saved, Copy,
                              fixture_copies) {
  Copy copy;
  application<dog> school{school_name, copy.places.open_school()};
  auto fido = school.repository().get<dog>(id_of(fido_stream));
  BOOST_TEST(fido.name == "Fido");
  BOOST_TEST(
    (fido.tricks
     == std::vector<std::string>{"roll over", "play \"dead\"", "fetch 1.50"}));
  auto rex = school.repository().get<dog>(id_of(rex_stream), 1);
  BOOST_TEST(rex.name == "Réx 犬");
  BOOST_TEST(rex.tricks.empty());
  fido.add_trick("jump");
  auto head = school.store()->head();
  auto saved = school.save(fido);
  BOOST_REQUIRE_EQUAL(saved.size(), 1u);
  BOOST_TEST(saved[0].version == 5);
  BOOST_TEST(saved[0].position == head + 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(appends_go_on_behind_the_head, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  auto before = recorded_school(copy.places);
  auto head = before.back().position;
  check_refused(append(*store, {orders_stream, 3, {{"T", "{}"}}}),
                append_error::wrong_expected_version,
                "stream \"Orders\" was expected that has version 3, but it has "
                "version 4");
  check_refused(append(*store, {raw_stream, no_stream, {{"T", "{}"}}}),
                append_error::wrong_expected_version,
                "stream \"" + raw_stream
                  + "\" was expected that does not exist, but it has version "
                    "3");
  auto taken = append(
    *store, {orders_stream, 4, {{"T", "[]", "new", "{\"m\":1}"}, {"U", "1"}}});
  check_taken(taken, 6, 2);
  BOOST_TEST((taken.positions == std::vector{head + 1, head + 2}));
  before.push_back({head + 1, orders_stream, 5, "T", "[]", "{\"m\":1}"});
  before.push_back({head + 2, orders_stream, 6, "U", "1"});
  BOOST_TEST(described(*copy.places.open_school()) == described(before),
             boost::test_tools::per_element());
}

// -- idempotency keys ---------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(events_are_found_by_their_keys, Copy,
                              fixture_copies) {
  Copy copy;
  std::vector<std::string> keys;
  std::vector<recorded_event> expected;
  for (auto& [key, event] : keyed(recorded_school(copy.places))) {
    keys.push_back(key);
    expected.push_back(event);
  }
  // Written otherwise, a key is another one.
  keys.push_back("0123e456-7890-4abc-8def-0123456789ac");
  keys.push_back("0123E456-7890-4ABC-8DEF-0123456789AB");
  keys.push_back("ORDER-1");
  auto found = copy.places.open_school()->find_keys(keys);
  BOOST_REQUIRE_EQUAL(found.size(), expected.size() + 3);
  for (size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST_CONTEXT("key " << keys[i]) {
      BOOST_REQUIRE(found[i]);
      BOOST_TEST(described(*found[i]) == described(expected[i]));
    }
  }
  for (auto i = expected.size(); i < found.size(); ++i)
    BOOST_TEST(!found[i]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(used_keys_are_recognised_one_by_one, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  for (auto& [key, event] : keyed(recorded_school(copy.places)))
    check_refused(append(*store, {"again", any_version, {{"T", "{}", key}}}),
                  append_error::key_exists,
                  "an append to stream \"again\": idempotency key \"" + key
                    + "\" is that of the event at position "
                    + std::to_string(event.position));
  BOOST_TEST(described(*store) == described(recorded_school(copy.places)),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(used_keys_are_recognised_in_a_group, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  std::vector<append_request> requests;
  for (size_t i = 0; i < bulk_requests; ++i)
    requests.push_back({"again", any_version, {to_append(bulk_event(i))}});
  for (auto& x : store->append(requests))
    BOOST_TEST((x.error == append_error::key_exists), x.problem);
  BOOST_TEST(described(*store) == described(recorded_school(copy.places)),
             boost::test_tools::per_element());
}

// -- views --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_read_as_it_was_left, Copy,
                              fixture_copies) {
  Copy copy;
  auto view = copy.places.open_view();
  BOOST_TEST(
    (view->tracked_applications()
     == std::vector<std::string>{"DogSchool", "Social", "idle 'Ünï' \"app\""}));
  auto school = recorded_school(copy.places);
  BOOST_TEST(
    (view->max_tracking_id(school_name) == school[viewed_events - 1].position));
  BOOST_TEST((view->max_tracking_id("Social") == 13));
  BOOST_TEST(
    (view->max_tracking_id(idle_application) == 9'007'199'254'740'993));
  BOOST_TEST((view->recorded_code_versions(school_name)
              == code_versions{1, 1, "eventcounters"}));
  BOOST_TEST((view->recorded_code_versions("Social")
              == code_versions{1, 1, "eventcounters"}));
  BOOST_TEST(!view->recorded_code_versions(idle_application));
  auto social = recorded(social_events());
  school.resize(viewed_events);
  auto created = count_created(school) + count_created(social);
  BOOST_TEST(view->get_created_event_counter() == created);
  BOOST_TEST(view->get_subsequent_event_counter()
             == static_cast<int64_t>(school.size() + social.size()) - created);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_handed_new_events_only, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  auto all = recorded_school(copy.places);
  {
    auto view = copy.places.open_view();
    BOOST_TEST(fold_events(counting_into(view), school_name, *store)
               == all.size() - viewed_events);
  }
  auto view = copy.places.open_view();
  BOOST_TEST(fold_events(counting_into(view), school_name, *store) == 0u);
  BOOST_TEST((view->max_tracking_id(school_name) == all.back().position));
  BOOST_TEST((view->max_tracking_id("Social") == 13));
  auto social = recorded(social_events());
  auto created = count_created(all) + count_created(social);
  BOOST_TEST(view->get_created_event_counter() == created);
  BOOST_TEST(view->get_subsequent_event_counter()
             == static_cast<int64_t>(all.size() + social.size()) - created);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_refuses_what_is_in_it, Copy,
                              fixture_copies) {
  Copy copy;
  auto view = copy.places.open_view();
  auto before = view->get_created_event_counter();
  for (auto& x : {tracking{school_name, viewed_events}, tracking{"Social", 1},
                  tracking{idle_application, idle_position}})
    BOOST_CHECK_THROW(view->incr_created_event_counter(x), integrity_error);
  BOOST_TEST(view->get_created_event_counter() == before);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_of_another_version_is_refused, Copy,
                              fixture_copies) {
  Copy copy;
  auto store = copy.places.open_school();
  auto newer = std::make_shared<counting_projection>(
    copy.places.open_view(), std::vector<std::string>{}, 2);
  BOOST_CHECK_THROW(fold_events(newer, school_name, *store), rebuild_needed);
}

BOOST_AUTO_TEST_SUITE_END()
