// Goal: requests that go together are taken or refused as one, and one that is
// refused leaves no trace. Method: one suite over all backends; groups with a
// culprit at every place, between requests that have nothing to do with them.
#include "tests/contract/appending.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(append_group_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(requests_that_go_together_are_taken_together,
                              Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  auto outcomes
    = store->append({{"a", no_stream, {an_event("A"), an_event("B")}},
                     {"b", no_stream, {an_event("C")}, true},
                     {"a", 2, {an_event("D")}, true},
                     {"c", no_stream, {an_event("E")}}});
  BOOST_REQUIRE_EQUAL(outcomes.size(), 4u);
  check_taken(outcomes[0], 2, 2);
  check_taken(outcomes[1], 1, 1);
  check_taken(outcomes[2], 3, 1);
  check_taken(outcomes[3], 1, 1);
  BOOST_TEST(topics_of(backend.open_store()->read_all(log_start, 10, {}).events)
             == "ABCDE");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(requests_that_go_together_are_refused_together,
                              Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  check_taken(append(*store, {"a", no_stream, {an_event("A", "k1")}}), 1, 1);
  for (size_t culprit = 0; culprit < 3; ++culprit) {
    // The group stands between two requests that have nothing to do with it
    // and see nothing of it.
    std::vector<append_request> requests{
      {"a", any_version, {an_event("B")}},
      {"a", any_version, {an_event("C", "k2"), an_event("D")}},
      {"new", any_version, {an_event("E", "k3")}, true},
      {"b", any_version, {an_event("F")}, true},
      {"a", any_version, {an_event("G", "k2")}},
      {"new", no_stream, {an_event("H", "k3")}}};
    requests[1 + culprit].expected = 77;
    // Another round must not meet the keys of the last one.
    auto round = std::to_string(culprit);
    for (auto& request : requests) {
      if (request.stream != "a")
        request.stream += round;
      for (auto& x : request.events)
        if (!x.idempotency_key.empty())
          x.idempotency_key += round;
    }
    auto before = static_cast<stream_version>(1 + 2 * culprit);
    auto outcomes = store->append(requests);
    BOOST_REQUIRE_EQUAL(outcomes.size(), 6u);
    check_taken(outcomes[0], before + 1, 1);
    auto& why = outcomes[1 + culprit];
    BOOST_TEST((why.error == append_error::wrong_expected_version));
    BOOST_TEST(why.version == (culprit == 0 ? before + 1 : 0));
    for (size_t i = 1; i < 4; ++i) {
      BOOST_TEST(outcomes[i].positions.empty());
      if (i != 1 + culprit)
        check_refused(outcomes[i], append_error::refused_together,
                      "an append to stream \"" + requests[i].stream
                        + "\" goes together with one that was refused: "
                        + why.problem);
    }
    check_taken(outcomes[4], before + 2, 1);
    check_taken(outcomes[5], 1, 1);
    for (size_t i : {0, 4, 5})
      BOOST_REQUIRE_EQUAL(outcomes[i].positions.size(), 1u);
    BOOST_TEST(outcomes[4].positions[0] > outcomes[0].positions[0]);
    BOOST_TEST(outcomes[5].positions[0] > outcomes[4].positions[0]);
  }
  auto reader = backend.open_store();
  BOOST_TEST(topics_of(reader->read_all(log_start, 100, {}).events)
             == "ABGHBGHBGH");
  BOOST_TEST(topics_of(reader->read_stream("a", 0, 100)) == "ABGBGBG");
  for (auto stream : {"b0", "b1", "b2"})
    BOOST_TEST(reader->read_stream(stream, 0, 1).empty());
  BOOST_TEST(reader->read_stream("new0", 0, 9).size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(metadata_of_what_was_refused_goes_with_it,
                              Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  auto told = [](const std::string& topic) {
    return new_event{topic, "{}", {}, "of " + topic};
  };
  store->append({{"a", any_version, {told("A")}},
                 {"a", any_version, {told("B"), told("C")}},
                 {"a", 77, {told("D")}, true},
                 {"a", any_version, {told("E")}},
                 {"a", any_version, {told("F")}, true}});
  auto events = backend.open_store()->read_all(log_start, 10, {}).events;
  BOOST_TEST(topics_of(events) == "AEF");
  for (auto& x : events)
    BOOST_TEST(x.metadata == "of " + x.topic);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(key_refuses_what_goes_together, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  auto outcomes = store->append({{"a", no_stream, {an_event("A", "k")}},
                                 {"b", no_stream, {an_event("B", "l")}},
                                 {"a", 1, {an_event("C", "k")}, true},
                                 {"b", no_stream, {an_event("D", "m")}},
                                 {"c", no_stream, {an_event("E", "m")}, true},
                                 {"b", no_stream, {an_event("F", "l")}},
                                 {"c", no_stream, {an_event("G", "m")}, true}});
  BOOST_REQUIRE_EQUAL(outcomes.size(), 7u);
  check_taken(outcomes[0], 1, 1);
  BOOST_REQUIRE_EQUAL(outcomes[0].positions.size(), 1u);
  // The position that is named is that of an event that was taken.
  auto taken = "an append to stream \"a\": idempotency key \"k\" is that of "
               "the event at position "
               + std::to_string(outcomes[0].positions.front());
  check_refused(outcomes[2], append_error::key_exists, taken);
  check_refused(outcomes[1], append_error::refused_together,
                "an append to stream \"b\" goes together with one that was "
                "refused: "
                  + taken);
  auto repeated = "an append to stream \"c\" repeats idempotency key \"m\" of "
                  "one that it goes together with"s;
  check_refused(outcomes[4], append_error::key_exists, repeated);
  BOOST_TEST((outcomes[3].error == append_error::refused_together));
  // Keys of requests that were refused are free.
  check_taken(outcomes[5], 1, 1);
  check_taken(outcomes[6], 1, 1);
  BOOST_TEST(topics_of(backend.open_store()->read_all(log_start, 10, {}).events)
             == "AFG");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(malformed_request_refuses_what_goes_with_it,
                              Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  auto outcomes = store->append(
    {{"a", any_version, {an_event("A")}, true}, {"b", any_version, {}, true}});
  BOOST_TEST((outcomes[0].error == append_error::refused_together));
  BOOST_TEST((outcomes[1].error == append_error::malformed));
  BOOST_TEST(store->head() == log_start);
  // A first request has none before it.
  check_taken(append(*store, {"a", no_stream, {an_event("A")}, true}), 1, 1);
}

BOOST_AUTO_TEST_SUITE_END()
