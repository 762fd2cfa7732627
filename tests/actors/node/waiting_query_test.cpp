// Goal: a query that waits for a version is answered exactly when the protocol
// says so. Method: a clock that only the test moves.
#include "tests/actors/node/test_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

namespace {

std::string wait_for(uint64_t version, std::string_view rest = {}) {
  return R"({"type": "query", "projection": "p", "min_version": )"
         + std::to_string(version) + std::string{rest} + "}\n";
}

std::string state(uint64_t version, std::string_view text) {
  return R"({"type": "projection_state", "projection": "p", "version": )"
         + std::to_string(version) + R"(, "state": )" + std::string{text} + "}";
}

std::string late(uint64_t version, uint64_t timeout_ms) {
  return error_reply(0, R"(projection \"p\": version )"
                          + std::to_string(version) + " was not reached within "
                          + std::to_string(timeout_ms) + " ms");
}

/// A node with a projection `p` at version 1.
struct fixture {
  explicit fixture(const test_node_settings& settings = {}) : node(settings) {
    BOOST_REQUIRE_EQUAL(node.answers(update("p", "1")).size(), 1);
  }

  void advance(std::chrono::milliseconds by) {
    node.system().advance(by);
    node.run();
  }

  void expect(std::initializer_list<std::string> expected) {
    auto replies = node.replies();
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
  }

  test_node node;
};

/// Such a node with room for a few replies.
struct narrow_fixture : fixture {
  narrow_fixture() : fixture(settings()) {
    for (int i = 0; i < 100; ++i)
      others += update("q", "1");
  }

  static test_node_settings settings() {
    test_node_settings result;
    result.reply_bytes_in_flight_max = 4096;
    return result;
  }

  /// Requests whose replies do not all fit.
  std::string others;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_query_test, fixture)

BOOST_AUTO_TEST_CASE(query_times_out_exactly_at_its_deadline) {
  node.send(wait_for(2, R"(, "timeout_ms": 50)"));
  node.run();
  advance(49ms);
  expect({});
  advance(1ms);
  expect({late(2, 50)});
}

BOOST_AUTO_TEST_CASE(query_waits_for_what_is_behind_many_projections) {
  // More than may be under way otherwise.
  constexpr size_t chunks = 3;
  constexpr size_t projections_a_chunk = 3000;
  node.send(wait_for(2));
  for (size_t i = 0; i < chunks; ++i) {
    std::string others;
    for (size_t j = 0; j < projections_a_chunk; ++j)
      others += update(std::to_string(i * projections_a_chunk + j), "1");
    node.send(others);
  }
  node.send(update("p", "2"));
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 1 + chunks * projections_a_chunk + 1);
  BOOST_TEST(replies.front() == state(2, "[1, 2]"));
}

BOOST_AUTO_TEST_CASE(timeout_is_a_second_where_none_is_given) {
  node.send(wait_for(2));
  node.run();
  advance(999ms);
  expect({});
  advance(1ms);
  expect({late(2, 1000)});
}

BOOST_AUTO_TEST_CASE(query_that_may_not_wait_is_refused_at_once) {
  node.send(wait_for(2, R"(, "timeout_ms": 0)"));
  node.run();
  expect({late(2, 0)});
}

BOOST_AUTO_TEST_CASE(deadlines_of_several_queries_are_kept_apart) {
  node.send(wait_for(2, R"(, "timeout_ms": 30)"));
  node.send(wait_for(2, R"(, "timeout_ms": 10)"));
  node.run();
  advance(10ms);
  // The second one is refused, but its reply waits for its turn.
  expect({});
  node.send(update("p", "2"));
  node.run();
  expect({state(2, "[1, 2]"), late(2, 10), updated("p", 2, "[1, 2]")});
  advance(1h);
  expect({});
}

BOOST_AUTO_TEST_CASE(update_that_reaches_the_version_answers_the_query) {
  node.send(wait_for(3));
  node.send(update("p", "2"));
  node.run();
  expect({});
  node.send(update("p", "3") + update("p", "4"));
  node.run();
  expect({state(3, "[1, 2, 3]"), updated("p", 2, "[1, 2]"),
          updated("p", 3, "[1, 2, 3]"), updated("p", 4, "[1, 2, 3, 4]")});
}

BOOST_AUTO_TEST_CASE(rebuild_that_reaches_the_version_answers_the_query) {
  node.send(wait_for(2));
  node.send(R"({"type": "rebuild", "projection": "p", "events": [)"
            R"({"type": "T", "payload": 8}, {"type": "T", "payload": 9}]})"
            "\n");
  node.run();
  expect({state(2, "[8, 9]"), R"({"type": "projection_rebuilt", "projection": )"
                              R"("p", "events_processed": 2, "version": 2})"});
}

BOOST_AUTO_TEST_CASE(requests_for_others_are_carried_out_meanwhile) {
  node.send(wait_for(2) + update("q", "1"));
  node.run();
  expect({});
  // The other projection is there already, though nothing was written.
  node.send("{\"type\": \"list\"}\n");
  node.run();
  advance(1s);
  expect({late(2, 1000), updated("q", 1, "[1]"),
          R"({"type": "projection_list", "projections": [)"
          R"({"name": "p", "version": 1}, {"name": "q", "version": 1}]})"});
}

BOOST_AUTO_TEST_CASE(replies_before_a_waiting_query_are_written_at_once) {
  node.send(update("p", "2") + wait_for(3) + update("q", "1"));
  node.run();
  expect({updated("p", 2, "[1, 2]")});
  advance(1s);
  expect({late(3, 1000), updated("q", 1, "[1]")});
}

BOOST_AUTO_TEST_CASE(deleting_the_projection_answers_the_query) {
  node.send(wait_for(2));
  node.send(ask("delete", "projection", "p"));
  node.run();
  expect(
    {error_reply(20, R"(projection \"p\": the projection was deleted )"
                     "while the query waited"),
     R"({"type": "projection_deleted", "projection": "p", "version": 1})"});
  // What is made of that name afterwards is another projection.
  advance(1s);
  node.send(update("p", "7"));
  node.run();
  expect({updated("p", 1, "[7]")});
}

BOOST_AUTO_TEST_CASE(end_of_input_answers_the_query) {
  node.send(wait_for(2, R"(, "timeout_ms": 1000000)") + wait_for(3));
  node.run();
  expect({});
  BOOST_TEST(!node.seen().exit_code);
  node.end_input();
  node.run();
  auto ended = error_reply(0, R"(projection \"p\": the input ended before the )"
                              "version was reached");
  expect({ended, ended});
  BOOST_TEST((node.seen().exit_code == 0));
}

BOOST_AUTO_TEST_CASE(last_update_counts_before_the_end_of_input) {
  node.send(wait_for(2));
  node.send(update("p", "2"));
  node.end_input();
  node.run();
  expect({state(2, "[1, 2]"), updated("p", 2, "[1, 2]")});
  BOOST_TEST((node.seen().exit_code == 0));
}

BOOST_FIXTURE_TEST_CASE(query_gives_way_when_nothing_more_fits_behind_it,
                        narrow_fixture) {
  node.hold_batches(true);
  node.send("{\"type\": \"list\"}\n" + wait_for(2, R"(, "timeout_ms": 1000000)")
            + others + update("p", "2"));
  node.run();
  // Not while replies in front of it have to be written: that makes room.
  BOOST_TEST(node.seen().held.size() == 1u);
  node.hold_batches(false);
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 103);
  BOOST_TEST(replies[1]
             == error_reply(0, R"(projection \"p\": the version was not )"
                               "reached by the requests behind it that may be "
                               "under way (--max-bytes-in-flight)"));
  BOOST_TEST(replies.back() == updated("p", 2, "[1, 2]"));
}

BOOST_FIXTURE_TEST_CASE(query_does_not_give_way_to_what_answers_it,
                        narrow_fixture) {
  auto replies = node.answers(wait_for(2) + update("p", "2") + others);
  BOOST_REQUIRE_EQUAL(replies.size(), 102);
  BOOST_TEST(replies.front() == state(2, "[1, 2]"));
}

BOOST_AUTO_TEST_SUITE_END()
