// Goal: an answer tells where it comes from, whatever stands beside the event
// that is answered. Method: metadata of all sorts, and what is made of it.
#include "projections/folds/emissions/event_origin.hpp"

#include "projections/folds/emissions/event_id.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;

namespace {

recorded_event event_with(std::string metadata) {
  return {7, "u1", 3, "Followed", "{}", std::move(metadata)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_origin_test)

BOOST_AUTO_TEST_CASE(answer_to_a_first_event_is_caused_by_it) {
  auto x = origin_behind(event_with(""), "social");
  BOOST_TEST(x.causation_id == event_id("social", "u1", 3));
  BOOST_TEST(x.correlation_id == x.causation_id);
  BOOST_TEST(x.depth == 1u);
}

BOOST_AUTO_TEST_CASE(correlation_is_handed_on_and_depth_counted) {
  event_origin first{"cause \"1\"", "root", 4};
  auto x = origin_behind(event_with(metadata_of(first)), "social");
  BOOST_TEST(x.causation_id == event_id("social", "u1", 3));
  BOOST_TEST(x.correlation_id == "root");
  BOOST_TEST(x.depth == 5u);
  auto read = origin_of(event_with(metadata_of(first)));
  BOOST_TEST(read.causation_id == "cause \"1\"");
}

BOOST_AUTO_TEST_CASE(depth_does_not_begin_again_behind_the_greatest_number) {
  auto x
    = origin_behind(event_with(R"({"depth":18446744073709551615})"), "social");
  BOOST_TEST(x.depth == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(metadata_of_others_is_taken_as_far_as_it_fits) {
  auto x = origin_of(event_with(
    R"( {"user": {"depth": 9}, "correlation_id": "r\u00e9q", "depth": "9"} )"));
  BOOST_TEST(x.correlation_id == "réq");
  BOOST_TEST(x.causation_id.empty());
  BOOST_TEST(x.depth == 0u);
  for (auto text : {"[1]", "7", "no JSON", "{\"depth\":1", "{\"depth\":-1}",
                    "{\"depth\":1.5}", "{\"correlation_id\":null}"}) {
    auto none = origin_of(event_with(text));
    BOOST_TEST(none.correlation_id.empty(), text);
    BOOST_TEST(none.depth == 0u, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
