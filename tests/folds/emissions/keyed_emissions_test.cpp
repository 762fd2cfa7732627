// Goal: emissions get the keys of their sources, are found again by source and
// target, and are refused as a whole. Method: emissions of several events for
// two targets, some events without any.
#include "projections/folds/emissions/keyed_emissions.hpp"

#include "projections/folds/emissions/event_id.hpp"
#include "projections/folds/emissions/event_origin.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace {

using namespace projections;

using range = std::pair<size_t, size_t>;

const emission_rules rules{{"p", {"A"}}, {"social", "billing"}};

recorded_event source_at(log_position position, std::string metadata = {}) {
  return {position, "u" + std::to_string(position),
          1,        "Followed",
          "{}",     std::move(metadata)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(keyed_emissions_of_a_slice)

BOOST_AUTO_TEST_CASE(emissions_are_found_by_source_and_target) {
  keyed_emissions x{2};
  x.add(rules, "social", source_at(4),
        {{"s", "A", "12"}, {"s", "A", "3", "billing"}, {"s", "A", "45"}});
  x.add(rules, "social", source_at(6), {});
  x.add(rules, "social", source_at(9), {{"s", "A", "678", "social"}});
  BOOST_TEST(x.size() == 4u);
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
  auto metadata_bytes
    = metadata_of(origin_behind(source_at(4), "social")).size();
  BOOST_TEST(x.bytes_of(0) == 5 + 3 * metadata_bytes);
  BOOST_TEST(x.bytes_of(1) == 0u);
  BOOST_TEST(x.bytes_of(2) == 3 + metadata_bytes);
  BOOST_TEST(x.bytes() == x.bytes_of(0) + x.bytes_of(2));
  BOOST_TEST(x.batch(0).requests.size() == 3u);
  BOOST_TEST(x.batch(1).requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(key_counts_the_emissions_of_a_source) {
  keyed_emissions x{2};
  x.add(rules, "social", source_at(4), {{"s", "A", "12"}});
  x.add(rules, "social", source_at(9),
        {{"s", "A", "3", "billing"}, {"t", "A", "45"}});
  auto& request = x.batch(0).requests.at(1);
  BOOST_TEST(request.stream == "t");
  BOOST_TEST(request.events.at(0).payload == "45");
  BOOST_TEST(request.events.at(0).idempotency_key
             == emission_key("p", "social", "u9", 1, 1));
  BOOST_TEST(request.events.at(0).metadata
             == metadata_of(origin_behind(source_at(9), "social")));
  auto& source = x.batch(0).causes.at(1);
  BOOST_TEST(source.application == "social");
  BOOST_TEST(source.stream == "u9");
  BOOST_TEST(source.version == 1);
}

BOOST_AUTO_TEST_CASE(what_is_refused_adds_nothing) {
  keyed_emissions x{2};
  for (auto& last : {emission{"s", "B", "2"}, emission{"s", "A", "2", "other"}})
    BOOST_CHECK_THROW(
      x.add(rules, "social", source_at(4), {{"s", "A", "1"}, last}),
      emission_refused);
  BOOST_CHECK_THROW(
    x.add(rules, "social", source_at(4, R"({"depth":16})"), {{"s", "A", "1"}}),
    emission_refused);
  BOOST_TEST(x.size() == 0u);
  BOOST_TEST(x.bytes() == 0u);
  BOOST_TEST(!x.find(4));
  // An event is as deep as it may be if nothing comes of it.
  x.add(rules, "social", source_at(4, R"({"depth":16})"), {});
  BOOST_TEST((x.find(4) == 0u));
}

BOOST_AUTO_TEST_SUITE_END()
