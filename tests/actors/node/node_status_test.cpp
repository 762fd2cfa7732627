// Goal: what a node says of itself agrees with what it was asked to do. Method:
// requests of every kind, and replies that are kept from the writer. The rate
// is cut out of the replies, because it is measured.
#include "tests/actors/node/test_node.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace projections;
using namespace projections::test;

namespace {

constexpr std::string_view status_request = "{\"type\": \"status\"}\n";

/// Returns the status without `type` and rate.
std::string status_of(test_node& node) {
  auto replies = node.answers(status_request);
  BOOST_REQUIRE(!replies.empty());
  auto result = replies.back();
  const std::string head = R"({"type": "node_status", )";
  BOOST_REQUIRE(result.starts_with(head));
  result.erase(0, head.size());
  auto rate = result.find(R"("requests_per_second": )");
  BOOST_REQUIRE(rate != result.npos);
  result.erase(rate, result.find(R"("actors_replaced")") - rate);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_status_test)

BOOST_AUTO_TEST_CASE(status_counts_what_was_asked_for) {
  test_node node;
  node.answers(update("p", "1") + update("q", "2")
               + R"({"type": "rebuild", "projection": "p", "events": []})"
                 "\n"
               + R"({"type": "event", "event": {"event_type": "UserCreated", )"
                 R"("event_data": {"id": "u1"}}})"
                 "\n"
               + ask("delete", "projection", "q")
               + ask("query", "projection", "nobody's \\\"p\\\""));
  BOOST_TEST(status_of(node)
             == R"("projections": 1, "requests": 6, "refused": 1, )"
                R"("updates": 2, "rebuilds": 1, "events": 1, )"
                R"("requests_in_flight": 0, "bytes_in_flight": 0, )"
                R"("actors_replaced": 0, "last_error": )"
                R"("there is no projection \"nobody's \"p\"\""})");
}

BOOST_AUTO_TEST_CASE(status_counts_what_is_in_flight) {
  test_node node;
  node.hold_batches(true);
  node.answers(update("p", "1") + update("p", "2"));
  node.send(status_request);
  node.run();
  node.hold_batches(false);
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 3u);
  BOOST_TEST(replies.back().find(R"("requests_in_flight": 2, )")
             != std::string::npos);
  BOOST_TEST(replies.back().find(R"("bytes_in_flight": 0, )")
             == std::string::npos);
}

BOOST_AUTO_TEST_CASE(status_tells_of_an_actor_that_has_ended) {
  test_node node;
  node.answers(update("p", "1"));
  node.send(update("p", "2"));
  node.system().run_one();
  node.kill("projection");
  node.run();
  auto status = status_of(node);
  BOOST_TEST(status.find(R"("actors_replaced": 1, )") != status.npos, status);
  BOOST_TEST(status.find(R"("last_error": "a projection has ended: )")
               != status.npos,
             status);
}

BOOST_AUTO_TEST_SUITE_END()
