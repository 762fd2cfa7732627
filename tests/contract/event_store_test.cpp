// Goal: every event store keeps what storage/log/event_store.hpp promises.
// Method: one suite over all backends, each case with a fresh store; what was
// written by one object of a store is read by another one.
#include "tests/contract/appending.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(event_store_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(empty_store_has_nothing, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  BOOST_TEST(store->head() == log_start);
  BOOST_TEST(store->read_stream("s", 0, 10).empty());
  auto slice = store->read_all(log_start, 10, {});
  BOOST_TEST(slice.events.empty());
  BOOST_TEST(slice.read_to == log_start);
  BOOST_TEST(slice.at_head);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(event_is_read_as_it_was_recorded, Backend,
                              backends) {
  Backend backend;
  auto payload = "\0\xFF\n{}"s;
  auto outcome
    = append(*backend.open_store(),
             {"stream ü", no_stream, {{"module:Dog.Named", payload}}});
  check_taken(outcome, 1, 1);
  auto events = backend.open_store()->read_stream("stream ü", 0, 10);
  BOOST_REQUIRE_EQUAL(events.size(), 1u);
  auto& x = events.front();
  BOOST_TEST(x.position == outcome.positions.front());
  BOOST_TEST(x.stream == "stream ü");
  BOOST_TEST(x.version == 1);
  BOOST_TEST(x.topic == "module:Dog.Named");
  BOOST_TEST((x.payload == payload));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(positions_increase_and_versions_have_no_gaps,
                              Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  log_position last = log_start;
  for (auto& streams :
       {std::vector{"a"s, "b"s, "a"s}, std::vector{"b"s}, std::vector{"a"s}})
    for (auto& outcome : append_to(*store, streams)) {
      BOOST_REQUIRE_EQUAL(outcome.positions.size(), 1u);
      BOOST_TEST(outcome.positions.front() > last);
      last = outcome.positions.front();
    }
  BOOST_TEST(store->head() == last);
  auto events = store->read_stream("a", 0, 10);
  BOOST_REQUIRE_EQUAL(events.size(), 3u);
  for (size_t i = 0; i < events.size(); ++i)
    BOOST_TEST(events[i].version == static_cast<stream_version>(i + 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wrong_expected_version_is_refused, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  check_taken(append(*store, {"s", no_stream, {an_event("A"), an_event("B")}}),
              2, 2);
  check_refused(append(*store, {"s", no_stream, {an_event("C")}}),
                append_error::wrong_expected_version,
                "stream \"s\" was expected that does not exist, but it has "
                "version 2");
  check_refused(append(*store, {"s", 1, {an_event("C")}}),
                append_error::wrong_expected_version,
                "stream \"s\" was expected that has version 1, but it has "
                "version 2");
  auto missing = append(*store, {"t", 3, {an_event("C")}});
  check_refused(missing, append_error::wrong_expected_version,
                "stream \"t\" was expected that has version 3, but it does not "
                "exist");
  BOOST_TEST(missing.version == 0);
  BOOST_TEST(store->read_all(log_start, 10, {}).events.size() == 2u);
  check_taken(append(*store, {"s", 2, {an_event("C")}}), 3, 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refused_request_leaves_the_others_alone, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  auto outcomes = store->append({{"a", no_stream, {an_event("A")}},
                                 {"b", 7, {an_event("B")}},
                                 {"a", 1, {an_event("C")}}});
  BOOST_REQUIRE_EQUAL(outcomes.size(), 3u);
  check_taken(outcomes[0], 1, 1);
  BOOST_TEST((outcomes[1].error == append_error::wrong_expected_version));
  check_taken(outcomes[2], 2, 1);
  BOOST_TEST(topics_of(backend.open_store()->read_all(log_start, 10, {}).events)
             == "AC");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(key_is_recorded_once, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  auto first = append(*store, {"a", any_version, {an_event("A", "k")}});
  check_taken(first, 1, 1);
  auto again
    = append(*store, {"b", any_version, {an_event("B"), an_event("C", "k")}});
  check_refused(again, append_error::key_exists,
                "an append to stream \"b\": idempotency key \"k\" is that of "
                "the event at position "
                  + std::to_string(first.positions.front()));
  BOOST_TEST(store->read_stream("b", 0, 10).empty());
  // A repeated append is recognised although its version is outdated.
  auto repeated = append(*store, {"a", no_stream, {an_event("A", "k")}});
  BOOST_TEST((repeated.error == append_error::key_exists));
  BOOST_TEST(repeated.version == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_of_one_append_differ, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  check_refused(
    append(*store,
           {"a", any_version, {an_event("A", "k"), an_event("B", "k")}}),
    append_error::key_exists,
    "event 1 of an append to stream \"a\" repeats idempotency key \"k\"");
  auto outcomes = store->append({{"a", any_version, {an_event("A", "k")}},
                                 {"b", any_version, {an_event("B", "k")}}});
  BOOST_TEST((outcomes[0].error == append_error::none));
  BOOST_TEST((outcomes[1].error == append_error::key_exists));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(malformed_append_is_refused, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  for (auto& request : std::vector<append_request>{
         {"", any_version, {an_event("A")}},
         {"\xFF", any_version, {an_event("A")}},
         {"s", any_version, {}},
         {"s", any_version, {an_event("")}},
         {"s", any_version, {an_event("A"), an_event("B\0"s)}},
         {"s", any_version, {an_event("A", "\xC0\x80")}}}) {
    auto outcome = append(*store, request);
    BOOST_TEST((outcome.error == append_error::malformed));
    BOOST_TEST(!outcome.problem.empty());
  }
  BOOST_TEST(store->head() == log_start);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(payload_has_a_limit, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  check_taken(append(*store, {"s", any_version, {{"T", ""}}}), 1, 1);
  BOOST_TEST(store->read_stream("s", 0, 1).front().payload.empty());
  std::string too_large((size_t{64} << 20) + 1, ' ');
  check_refused(append(*store, {"s", any_version, {{"T", too_large}}}),
                append_error::malformed,
                "event 0 of an append to stream \"s\" has a payload of "
                "67108865 bytes; at most 67108864 are taken");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stream_is_read_in_parts, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  append(*store,
         {"s", any_version, {an_event("A"), an_event("B"), an_event("C")}});
  append(*store, {"t", any_version, {an_event("D")}});
  BOOST_TEST(topics_of(store->read_stream("s", 0, 2)) == "AB");
  BOOST_TEST(topics_of(store->read_stream("s", 2, 2)) == "C");
  BOOST_TEST(store->read_stream("s", 3, 2).empty());
  BOOST_TEST(store->read_stream("s", 0, 0).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(log_is_read_in_parts, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  append(*store,
         {"s", any_version, {an_event("A"), an_event("B"), an_event("C")}});
  auto first = store->read_all(log_start, 2, {});
  BOOST_TEST(topics_of(first.events) == "AB");
  BOOST_TEST(first.read_to == first.events.back().position);
  BOOST_TEST(!first.at_head);
  auto second = store->read_all(first.read_to, 2, {});
  BOOST_TEST(topics_of(second.events) == "C");
  BOOST_TEST(second.read_to == store->head());
  BOOST_TEST(second.at_head);
  auto nothing = store->read_all(first.read_to, 0, {});
  BOOST_TEST(nothing.events.empty());
  BOOST_TEST(nothing.read_to == first.read_to);
  BOOST_TEST(!nothing.at_head);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(topics_pick_events, Backend, backends) {
  Backend backend;
  auto store = backend.open_store();
  append(*store, {"s",
                  any_version,
                  {an_event("A"), an_event("B"), an_event("C"), an_event("A"),
                   an_event("C")}});
  auto slice = store->read_all(log_start, 10, {"A", "B"});
  BOOST_TEST(topics_of(slice.events) == "ABA");
  // What was passed over counts as read.
  BOOST_TEST(slice.read_to == store->head());
  BOOST_TEST(slice.at_head);
  auto part = store->read_all(log_start, 2, {"A", "B"});
  BOOST_TEST(topics_of(part.events) == "AB");
  BOOST_TEST(topics_of(store->read_all(part.read_to, 2, {"A", "B"}).events)
             == "A");
  BOOST_TEST(store->read_all(log_start, 10, {"Z"}).events.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(long_gaps_between_topics_are_bridged, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  std::vector<new_event> others(70'000, an_event("Other"));
  append(*store, {"s", any_version, {an_event("A")}});
  append(*store, {"s", any_version, others});
  append(*store, {"s", any_version, {an_event("B")}});
  log_position at = log_start;
  std::string found;
  size_t reads = 0;
  for (auto at_head = false; !at_head; ++reads) {
    BOOST_REQUIRE(reads < 10);
    auto slice = store->read_all(at, 10, {"A", "B"});
    found += topics_of(slice.events);
    BOOST_TEST(slice.read_to > at);
    at = slice.read_to;
    at_head = slice.at_head;
  }
  BOOST_TEST(found == "AB");
  BOOST_TEST(at == store->head());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(objects_of_one_store_write_side_by_side, Backend,
                              backends) {
  Backend backend;
  auto one = backend.open_store();
  auto other = backend.open_store();
  check_taken(append(*one, {"s", no_stream, {an_event("A")}}), 1, 1);
  check_taken(append(*other, {"s", 1, {an_event("B")}}), 2, 1);
  check_taken(append(*one, {"s", 2, {an_event("C")}}), 3, 1);
  BOOST_TEST((append(*other, {"s", 2, {an_event("D")}}).error
              == append_error::wrong_expected_version));
  BOOST_TEST(topics_of(other->read_stream("s", 0, 10)) == "ABC");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(metadata_is_read_with_its_event, Backend,
                              backends) {
  Backend backend;
  new_event plain{"A", "{}"};
  auto told = [](std::string topic, std::string metadata) {
    return new_event{std::move(topic), "{}", {}, std::move(metadata)};
  };
  backend.open_store()->append(
    {{"s", no_stream, {plain, told("B", R"({"b":1})"), plain}},
     {"t", no_stream, {told("C", "ü"), plain, told("D", "d")}}});
  auto metadata_of = [](const std::vector<recorded_event>& events) {
    std::string result;
    for (auto& x : events)
      result += x.topic + x.metadata + ' ';
    return result;
  };
  auto store = backend.open_store();
  BOOST_TEST(metadata_of(store->read_all(log_start, 10, {}).events)
             == "A B{\"b\":1} A Cü A Dd ");
  BOOST_TEST(metadata_of(store->read_all(2, 3, {}).events) == "A Cü A ");
  BOOST_TEST(metadata_of(store->read_all(log_start, 10, {"A", "D"}).events)
             == "A A A Dd ");
  BOOST_TEST(metadata_of(store->read_stream("t", 0, 10)) == "Cü A Dd ");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(events_are_found_by_their_keys, Backend,
                              backends) {
  Backend backend;
  backend.open_store()->append(
    {{"s", no_stream, {an_event("A", "k1"), an_event("B")}},
     {"t", no_stream, {{"C", "{}", "k2", "m"}}}});
  auto found
    = backend.open_store()->find_keys({"k2", "other", "k1", "", "k2", "\0"s});
  BOOST_REQUIRE_EQUAL(found.size(), 6u);
  BOOST_REQUIRE(found[0].has_value());
  BOOST_TEST(found[0]->stream == "t");
  BOOST_TEST(found[0]->version == 1);
  BOOST_TEST(found[0]->topic == "C");
  BOOST_TEST(found[0]->payload == "{}");
  BOOST_TEST(found[0]->metadata == "m");
  BOOST_TEST(!found[1].has_value());
  BOOST_REQUIRE(found[2].has_value());
  BOOST_TEST(found[2]->topic == "A");
  BOOST_TEST(found[2]->position == 1);
  BOOST_TEST(!found[3].has_value());
  BOOST_TEST(found[4].has_value());
  BOOST_TEST(!found[5].has_value());
  BOOST_TEST(backend.open_store()->find_keys({}).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slice_ends_when_it_has_become_large, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  std::string large(slice_bytes_max / 3 * 2, 'x');
  for (auto topic : {"A", "B", "C"})
    append(*store, {"s", any_version, {{topic, large}}});
  auto slice = store->read_all(log_start, 10, {});
  BOOST_TEST(topics_of(slice.events) == "AB");
  BOOST_TEST(slice.read_to == 2);
  BOOST_TEST(!slice.at_head);
  slice = store->read_all(slice.read_to, 10, {});
  BOOST_TEST(topics_of(slice.events) == "C");
  BOOST_TEST(slice.at_head);
}

BOOST_AUTO_TEST_SUITE_END()
