// Goal: an aggregate is what its events say, keeps what is to be saved, and an
// event that fails leaves nothing behind. Method: dogs and cats without a
// store.
#include "projections/folds/aggregates/aggregate.hpp"

#include "projections/storage/log/store_error.hpp"
#include "tests/folds/aggregates/dogs_and_cats.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace projections::test;

namespace {

/// Returns what the exception `E` says that `f` throws.
template <class E, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "no error";
}

const uuid some_id = *uuid_of("0123456789abcdef0123456789abcdef");

/// Returns the event that a store would have recorded.
recorded_event recorded(stream_version version, std::string topic,
                        std::string payload) {
  return {10 + version, hex_of(some_id), version, std::move(topic),
          std::move(payload)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(aggregate_suite)

BOOST_AUTO_TEST_CASE(new_aggregate_has_an_id_of_its_own_and_no_events) {
  cat one;
  cat other;
  BOOST_TEST(!one.id().is_nil());
  BOOST_TEST((one.id() != other.id()));
  BOOST_TEST((one.id().version() == uuid::version_random_number_based));
  BOOST_TEST(one.version() == 0);
  BOOST_TEST(one.pending_events().empty());
}

BOOST_AUTO_TEST_CASE(aggregate_can_be_given_its_id) {
  cat x{some_id};
  BOOST_TEST((x.id() == some_id));
  BOOST_TEST(x.stream() == "0123456789abcdef0123456789abcdef");
}

BOOST_AUTO_TEST_CASE(event_is_applied_and_kept) {
  dog fido{"Fido"};
  fido.add_trick("sit");
  BOOST_TEST(fido.name == "Fido");
  BOOST_TEST(fido.tricks.size() == 1u);
  BOOST_TEST(fido.version() == 2);
  BOOST_TEST(fido.saved_version() == 0);
  BOOST_TEST(fido.applied_version == 2);
  auto& pending = fido.pending_events();
  BOOST_REQUIRE_EQUAL(pending.size(), 2u);
  BOOST_TEST(pending[0].topic == "dogschool:Dog.Registered");
  BOOST_TEST(pending[0].payload.starts_with(
    R"({"name":"Fido","timestamp":{"_type_":"datetime_iso","_data_":"2)"));
  BOOST_TEST(pending[1].topic == "dogschool:Dog.TrickAdded");
  BOOST_TEST(pending[1].idempotency_key.empty());
}

BOOST_AUTO_TEST_CASE(event_has_the_time_that_it_is_given) {
  cat x;
  x.trigger_event(cat_seen{"roof"}, *time_of("2026-01-02T03:04:05Z"));
  BOOST_TEST(x.pending_events().front().payload
             == R"({"where":"roof","timestamp":{"_type_":"datetime_iso",)"
                R"("_data_":"2026-01-02T03:04:05+00:00"}})");
}

BOOST_AUTO_TEST_CASE(event_has_the_time_of_its_triggering) {
  auto before = current_time();
  cat x;
  x.see("roof");
  auto after = current_time();
  auto& payload = x.pending_events().front().payload;
  constexpr std::string_view front = R"(_iso","_data_":")";
  auto begin = payload.find(front) + front.size();
  auto at = time_of(payload.substr(begin, payload.find('"', begin) - begin));
  BOOST_REQUIRE(at.has_value());
  BOOST_TEST((before <= *at && *at <= after));
}

BOOST_AUTO_TEST_CASE(event_that_cannot_be_applied_is_not_kept) {
  dog fido{"Fido"};
  BOOST_CHECK_THROW(fido.add_trick("fly"), std::invalid_argument);
  BOOST_TEST(fido.version() == 1);
  BOOST_TEST(fido.pending_events().size() == 1u);
}

BOOST_AUTO_TEST_CASE(event_that_json_cannot_hold_is_not_applied) {
  dog fido{"Fido"};
  BOOST_CHECK_THROW(fido.add_trick("\xFF"), event_format_error);
  BOOST_TEST(fido.tricks.empty());
  BOOST_TEST(fido.version() == 1);
  BOOST_TEST(fido.pending_events().size() == 1u);
}

BOOST_AUTO_TEST_CASE(pending_events_have_a_limit) {
  cat x{some_id};
  for (size_t i = 0; i < 65'536; ++i)
    x.see("");
  BOOST_TEST(error_of<std::length_error>([&] { x.see("roof"); })
             == "aggregate 0123456789abcdef0123456789abcdef has 65536 pending "
                "events, and no more are kept; save it");
  BOOST_TEST(x.version() == 65'536);
  BOOST_TEST(x.places.size() == 65'536u);
}

BOOST_AUTO_TEST_CASE(recorded_events_are_applied_but_not_kept) {
  dog x{some_id};
  x.replay(recorded(1, "dogschool:Dog.Registered", R"({"name":"Fido"})"));
  x.replay(recorded(2, "dogschool:Dog.TrickAdded", R"({"trick":"sit"})"));
  BOOST_TEST(x.name == "Fido");
  BOOST_TEST(x.tricks.size() == 1u);
  BOOST_TEST(x.version() == 2);
  BOOST_TEST(x.saved_version() == 2);
  BOOST_TEST(x.applied_version == 2);
  BOOST_TEST(x.pending_events().empty());
}

BOOST_AUTO_TEST_CASE(recorded_event_of_another_version_is_refused) {
  dog x{some_id};
  for (stream_version version : {0, 2})
    BOOST_TEST(error_of<store_error>([&] {
                 x.replay(recorded(version, "dogschool:Dog.Registered",
                                   R"({"name":"Fido"})"));
               })
               == "event \"dogschool:Dog.Registered\" at position "
                    + std::to_string(10 + version) + " (version "
                    + std::to_string(version)
                    + " of stream \"0123456789abcdef0123456789abcdef\") was "
                      "expected to have version 1");
}

BOOST_AUTO_TEST_CASE(recorded_event_of_another_aggregate_is_refused) {
  dog x{some_id};
  BOOST_TEST(error_of<unknown_topic>([&] {
               x.replay(recorded(1, "garden:Cat.Seen", R"({"where":""})"));
             })
             == "unknown topic: event \"garden:Cat.Seen\" at position 11 "
                "(version 1 of stream \"0123456789abcdef0123456789abcdef\"); "
                "an aggregate of this type has the topics "
                "\"dogschool:Dog.Registered\", \"dogschool:Dog.TrickAdded\"");
}

BOOST_AUTO_TEST_CASE(copy_has_its_own_pending_events) {
  dog fido{"Fido"};
  auto copy = fido;
  copy.add_trick("sit");
  BOOST_TEST((copy.id() == fido.id()));
  BOOST_TEST(fido.pending_events().size() == 1u);
  BOOST_TEST(copy.pending_events().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
