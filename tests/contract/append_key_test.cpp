// Goal: a key that is in the store refuses its request and nothing else,
// whatever the appends before it have met: stores may look keys up or find out
// when they insert them, and change from one to the other. Method: groups in
// which some keys are known, behind groups in which none is and behind others,
// over all backends; in PostgreSQL, what was looked up shows in the sequence.
#include "projections/messages/events/uuid.hpp"
#include "tests/contract/appending.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

namespace {

/// A group has so many keys beside those that matter, all of them new: backends
/// may treat small groups in another way.
constexpr size_t many = 100;

/// Appends `requests` and, behind them, so many that the group is a large one,
/// and returns what became of `requests`.
std::vector<append_outcome>
append_in_crowd(event_store& store, std::vector<append_request> requests,
                const std::string& round) {
  auto count = requests.size();
  for (size_t i = 0; i < many; ++i)
    requests.push_back(
      {"crowd", any_version, {an_event("X", round + std::to_string(i))}});
  auto outcomes = store.append(requests);
  BOOST_REQUIRE_EQUAL(outcomes.size(), count + many);
  for (size_t i = count; i < outcomes.size(); ++i)
    BOOST_TEST((outcomes[i].error == append_error::none));
  outcomes.resize(count);
  return outcomes;
}

/// Lets a store meet groups whose keys are all new, so that it may expect that
/// of the next one.
void append_new_keys(event_store& store, const std::string& round) {
  append_in_crowd(store, {}, "new-" + round);
  append_in_crowd(store, {}, "newer-" + round);
}

/// The topics of a log without those of the crowd.
std::string topics_in(event_store& store) {
  auto result = topics_of(store.read_all(log_start, 5000, {}).events);
  std::erase(result, 'X');
  return result;
}

/// One request for each key, with an event that has the key for its metadata
/// too.
std::vector<append_request> one_for_each(const std::vector<std::string>& keys) {
  std::vector<append_request> result;
  for (auto& key : keys) {
    auto event = an_event("A", key);
    event.metadata = key;
    result.push_back({"s", any_version, {std::move(event)}});
  }
  return result;
}

/// Different keys, every other one a UUID, in no order.
std::vector<std::string> new_keys(const std::string& round) {
  std::vector<std::string> result;
  for (size_t i = 0; i < many; ++i)
    result.push_back(i % 2 == 0 ? dashed(random_uuid())
                                : std::to_string(i * 7919 % many) + round);
  return result;
}

std::string refusal(const std::string& stream, const std::string& key,
                    log_position position) {
  return "an append to stream \"" + stream + "\": idempotency key \"" + key
         + "\" is that of the event at position " + std::to_string(position);
}

} // namespace

BOOST_AUTO_TEST_SUITE(append_key_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(known_keys_refuse_their_requests_alone, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  append_new_keys(*store, "0");
  // Another object of the store has taken it meanwhile.
  auto known = append(*backend.open_store(),
                      {"a", any_version, {an_event("A", "known")}});
  append(*backend.open_store(),
         {"k", any_version, {an_event("K", "known too")}});
  BOOST_REQUIRE_EQUAL(known.positions.size(), 1u);
  auto at = known.positions.front();
  for (stream_version round = 0; round < 3; ++round) {
    auto n = std::to_string(round);
    auto outcomes = append_in_crowd(
      *store,
      {{"a", any_version, {an_event("B", "b" + n)}},
       {"a", any_version, {an_event("C", "c" + n), an_event("C", "known")}},
       {"a", any_version, {an_event("")}},
       {"a", any_version, {an_event("D"), an_event("D", "d" + n)}},
       // Repeats a key of the request before it, and one of itself.
       {"b", any_version, {an_event("E", "d" + n)}},
       {"b", any_version, {an_event("F", "f" + n), an_event("F", "f" + n)}},
       {"b", 99, {an_event("G", "g" + n)}},
       // Keys of requests that were refused are free.
       {"b", any_version, {an_event("H", "c" + n), an_event("H", "g" + n)}},
       // What depends on a version sees nothing of them either.
       {"c" + n, no_stream, {an_event("I", "known too")}},
       {"c" + n, 1, {an_event("I", "i" + n)}},
       {"c" + n, no_stream, {an_event("J", "j" + n)}}},
      n);
    BOOST_REQUIRE_EQUAL(outcomes.size(), 11u);
    auto version = 1 + 3 * round;
    check_taken(outcomes[0], version + 1, 1);
    check_refused(outcomes[1], append_error::key_exists,
                  refusal("a", "known", at));
    BOOST_TEST(outcomes[1].version == version + 1);
    BOOST_TEST((outcomes[2].error == append_error::malformed));
    check_taken(outcomes[3], version + 3, 2);
    check_refused(outcomes[4], append_error::key_exists,
                  refusal("b", "d" + n, outcomes[3].positions.back()));
    check_refused(outcomes[5], append_error::key_exists,
                  "event 1 of an append to stream \"b\" repeats idempotency "
                  "key \"f"
                    + n + '"');
    BOOST_TEST((outcomes[6].error == append_error::wrong_expected_version));
    check_taken(outcomes[7], 2 * round + 2, 2);
    BOOST_TEST((outcomes[8].error == append_error::key_exists));
    BOOST_TEST((outcomes[9].error == append_error::wrong_expected_version));
    check_taken(outcomes[10], 1, 1);
    for (auto& key : {"b" + n, "c" + n, "d" + n, "g" + n})
      BOOST_TEST(store->find_keys({key}).front().has_value());
    BOOST_TEST(!store->find_keys({"f" + n}).front().has_value());
    // Once behind known keys, once behind new ones.
    if (round == 1)
      append_new_keys(*store, "1");
  }
  auto reader = backend.open_store();
  BOOST_TEST(topics_of(reader->read_stream("a", 0, 99)) == "ABDDBDDBDD");
  BOOST_TEST(topics_of(reader->read_stream("b", 0, 99)) == "HHHHHH");
  // Every event once, and every key at its event.
  BOOST_TEST(topics_in(*reader) == "AKBDDHHJBDDHHJBDDHHJ");
  BOOST_TEST(reader->read_stream("crowd", 0, 5000).size() == 7 * many);
  auto found = reader->find_keys({"known", "d2", "c2"});
  BOOST_REQUIRE((found[0] && found[1] && found[2]));
  BOOST_TEST(found[0]->position == at);
  BOOST_TEST(found[1]->stream == "a");
  BOOST_TEST(found[1]->version == 10);
  BOOST_TEST(found[2]->stream == "b");
  BOOST_TEST(found[2]->version == 5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_key_is_that_of_its_event, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  // Which of the keys of a group are known, wherever they lie among the others:
  // none, one, one that is twice in the group, half of them; with none
  // between them, so that a store may expect that of the next one.
  std::vector<std::string> known;
  size_t taken = 0;
  for (size_t round = 0; round < 7; ++round) {
    auto keys = new_keys("-" + std::to_string(round));
    std::vector<size_t> culprits;
    if (round == 1 || round == 3)
      culprits = {round == 1 ? many - 2 : many - 1};
    else if (round == 5)
      for (size_t i = 0; i < many; i += 2)
        culprits.push_back(i);
    for (auto i : culprits)
      keys[i] = round == 3 ? keys[3] : known[i];
    auto outcomes = store->append(one_for_each(keys));
    BOOST_REQUIRE_EQUAL(outcomes.size(), many);
    for (size_t i = 0; i < many; ++i) {
      auto is_culprit
        = std::find(culprits.begin(), culprits.end(), i) != culprits.end();
      if (is_culprit)
        BOOST_TEST((outcomes[i].error == append_error::key_exists));
      else
        check_taken(outcomes[i], static_cast<stream_version>(++taken), 1);
    }
    known = keys;
    auto found = backend.open_store()->find_keys(keys);
    for (size_t i = 0; i < many; ++i) {
      BOOST_REQUIRE(found[i].has_value());
      BOOST_TEST(found[i]->metadata == keys[i]);
    }
  }
  auto events = store->read_all(log_start, 5000, {}).events;
  BOOST_REQUIRE_EQUAL(events.size(), taken);
  for (auto& x : events)
    BOOST_TEST(store->find_keys({x.metadata}).front()->position == x.position);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(odd_one_among_many_is_what_it_is, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  // Among requests of one event with a new key each, which are all taken.
  auto append_among = [&, round = 0](append_request odd) mutable {
    auto requests = one_for_each(new_keys("-" + std::to_string(++round)));
    auto place = requests.begin() + many / 2;
    requests.insert(place, std::move(odd));
    auto outcomes = store->append(requests);
    auto result = outcomes.at(many / 2);
    for (size_t i = 0; i <= many; ++i)
      if (i != many / 2)
        BOOST_TEST((outcomes[i].error == append_error::none));
    return result;
  };
  BOOST_TEST((append_among({"odd", any_version, {an_event("", "a")}}).error
              == append_error::malformed));
  BOOST_TEST((append_among({"odd", 7, {an_event("B", "b")}}).error
              == append_error::wrong_expected_version));
  check_taken(append_among({"odd", any_version, {an_event("C")}}), 1, 1);
  check_taken(append_among(
                {"odd", any_version, {an_event("D", "d"), an_event("E", "e")}}),
              3, 2);
  BOOST_TEST(topics_of(store->read_stream("odd", 0, 9)) == "CDE");
  auto found = store->find_keys({"a", "b", "d", "e"});
  BOOST_TEST(!found[0].has_value());
  BOOST_TEST(!found[1].has_value());
  BOOST_REQUIRE((found[2] && found[3]));
  BOOST_TEST(found[2]->topic == "D");
  BOOST_TEST(found[3]->topic == "E");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(known_key_refuses_what_goes_together, Backend,
                              backends) {
  Backend backend;
  auto store = backend.open_store();
  append(*store, {"s", no_stream, {an_event("A", "known")}});
  append_new_keys(*store, "");
  auto outcomes = append_in_crowd(*store,
                                  {{"s", 1, {an_event("B", "b")}},
                                   {"s", 2, {an_event("C", "c")}},
                                   {"t", 0, {an_event("D", "known")}, true},
                                   {"t", 0, {an_event("E", "c")}}},
                                  "");
  check_taken(outcomes[0], 2, 1);
  check_refused(outcomes[1], append_error::refused_together,
                "an append to stream \"s\" goes together with one that was "
                "refused: "
                  + refusal("t", "known", 1));
  check_refused(outcomes[2], append_error::key_exists,
                refusal("t", "known", 1));
  check_taken(outcomes[3], 1, 1);
  BOOST_TEST(topics_of(backend.open_store()->read_stream("s", 0, 9)) == "AB");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(known_keys_leave_the_transaction_alone, Backend,
                              backends) {
  Backend backend;
  auto recorder = backend.open_recorder();
  auto& events = recorder->events();
  append_new_keys(events, "");
  // Keys of the same transaction are known as well as those of others.
  append(*backend.open_store(), {"s", no_stream, {an_event("A", "a")}});
  recorder->in_one_transaction([&] {
    check_taken(append(events, {"s", 1, {an_event("B", "b")}}), 2, 1);
    append_new_keys(events, "within");
    auto outcomes = append_in_crowd(events,
                                    {{"s", any_version, {an_event("C", "a")}},
                                     {"s", any_version, {an_event("C", "b")}},
                                     {"s", any_version, {an_event("C", "c")}}},
                                    "");
    BOOST_TEST((outcomes[0].error == append_error::key_exists));
    BOOST_TEST((outcomes[1].error == append_error::key_exists));
    check_taken(outcomes[2], 3, 1);
    check_taken(append(events, {"s", 3, {an_event("D", "d")}}), 4, 1);
    auto refused = append(events, {"s", any_version, {an_event("E", "d")}});
    BOOST_TEST((refused.error == append_error::key_exists));
    recorder->insert_tracking({"upstream", 1});
  });
  BOOST_TEST((backend.open_recorder()->max_tracking_id("upstream") == 1));
  BOOST_TEST(topics_of(backend.open_store()->read_stream("s", 0, 9)) == "ABCD");
  for (auto key : {"a", "b", "c", "d"})
    BOOST_TEST(backend.open_store()->find_keys({key}).front().has_value());
}

#ifdef PROJECTIONS_WITH_POSTGRESQL

BOOST_AUTO_TEST_CASE(keys_are_looked_up_behind_known_ones) {
  postgres_schema schema;
  postgres_event_store store{schema.uri()};
  auto drawn = [&] {
    return schema.run("SELECT last_value FROM "
                      "stored_events_notification_id_seq");
  };
  std::vector<append_request> group;
  for (size_t i = 0; i < many; ++i)
    group.push_back({"s", any_version, {an_event("A", std::to_string(i))}});
  store.append(group);
  append_new_keys(store, "");
  auto before = drawn();
  auto repeat = [&] {
    for (auto& x : store.append(group))
      BOOST_TEST((x.error == append_error::key_exists));
  };
  // The first time it is found when keys are inserted, behind events that have
  // drawn positions; then they are looked up, so that a replay does not fail
  // with every group.
  repeat();
  auto once = drawn();
  BOOST_TEST(once != before);
  repeat();
  repeat();
  BOOST_TEST(drawn() == once);
  // One group with new keys, and they are not looked up again.
  append_in_crowd(store, {}, "other");
  auto third = drawn();
  repeat();
  BOOST_TEST(drawn() != third);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
