// Goal: replies come in the order of the requests and say what they would if
// the requests were carried out one after the other, whoever gets to run first.
// Method: the order in which actors run is chosen, by hand and by chance, and
// the replies are compared with those of a node that is given one request at a
// time.
#include "tests/actors/test_node.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace projections;
using namespace projections::test;

namespace {

/// Makes requests that depend on each other in every way there is.
class random_requests {
public:
  random_requests(uint64_t seed, bool with_waiting_queries)
    : random_(seed), with_waiting_queries_(with_waiting_queries) {
    // nop
  }

  size_t below(size_t limit) {
    return random_() % limit;
  }

  std::string next() {
    auto name = std::string{"p"} + char('0' + below(4));
    auto number = std::to_string(below(5));
    switch (below(12)) {
      case 0:
        return ask("create", "name", name);
      case 1:
        return ask("delete", "projection", name);
      case 2:
        return "{\"type\": \"list\"}\n";
      case 3:
        return ask("query", "projection", name);
      case 4:
        return R"({"type": "query", "projection": ")" + name
               + (with_waiting_queries_ ? R"(", "min_version": )" + number
                                        : "\"")
               + "}\n";
      case 5:
        return R"({"type": "rebuild", "projection": ")" + name
               + R"(", "events": [{"type": "T", "payload": )" + number
               + "}]}\n";
      case 6:
        return ask("read_model", "name", "user_listing");
      case 7:
        return R"({"type": ")"
               + std::string{below(2) == 0 ? "subscribe" : "unsubscribe"}
               + R"(", "event_types": ["UserCreated"]})" + "\n";
      case 8:
      case 9:
        return event("e" + number, below(4) == 0 ? "Other" : "UserCreated",
                     R"({"id": "u)" + number + "\"}");
      default:
        return update(name, R"({"id": )" + number + "}");
    }
  }

private:
  std::mt19937_64 random_;
  bool with_waiting_queries_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ordering_test)

BOOST_AUTO_TEST_CASE(chunks_decoded_out_of_order_are_carried_out_in_order) {
  test_node node;
  node.system().run();
  node.send_undecoded(update("p", "1"));
  node.send_undecoded(update("p", "2"));
  // The second decoder and all that follows from its chunk go first.
  while (node.system().ready_count() > 1)
    node.system().run_latest();
  BOOST_TEST(node.replies().empty());
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 2);
  BOOST_TEST(replies[0] == updated("p", 1, "[1]"));
  BOOST_TEST(replies[1] == updated("p", 2, "[1, 2]"));
}

BOOST_AUTO_TEST_CASE(projections_of_one_batch_may_run_in_any_order) {
  for (bool latest_first : {false, true}) {
    test_node node;
    node.send(update("p", "1") + update("q", "2") + update("r", "3")
              + update("q", "4"));
    while (latest_first ? node.system().run_latest()
                        : node.system().run_one()) {
      // nop
    }
    auto replies = node.replies();
    BOOST_REQUIRE_EQUAL(replies.size(), 4);
    BOOST_TEST(replies[0] == updated("p", 1, "[1]"));
    BOOST_TEST(replies[1] == updated("q", 1, "[2]"));
    BOOST_TEST(replies[2] == updated("r", 1, "[3]"));
    BOOST_TEST(replies[3] == updated("q", 2, "[2, 4]"));
  }
}

BOOST_AUTO_TEST_CASE(batch_that_is_done_early_waits_for_those_before) {
  test_node node;
  node.hold_batches(true);
  node.send(update("slow", "1"));
  node.run();
  node.send(update("quick", "2"));
  node.run();
  BOOST_REQUIRE_EQUAL(node.seen().held.size(), 2);
  node.let_through(1);
  node.run();
  BOOST_TEST(node.replies().empty());
  node.let_through();
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 2);
  BOOST_TEST(replies[0] == updated("slow", 1, "[1]"));
  BOOST_TEST(replies[1] == updated("quick", 1, "[2]"));
}

BOOST_AUTO_TEST_CASE(replies_do_not_depend_on_who_runs_first) {
  check_random_seeds(150, [](uint64_t seed) {
    // A query that waits keeps room for replies, so it needs enough of it.
    random_requests requests{seed, seed % 2 == 1};
    test_node one_by_one;
    test_node_settings settings;
    // Batches of one request and of many.
    if (seed % 2 == 0)
      settings.reply_bytes_in_flight_max = 1 + requests.below(20'000);
    test_node node{std::move(settings)};
    std::mt19937_64 chance{seed};
    auto chunk_count = 1 + requests.below(6);
    for (size_t i = 0; i < chunk_count; ++i) {
      std::string chunk;
      for (size_t j = requests.below(12); j > 0; --j) {
        auto request = requests.next();
        one_by_one.send(request);
        one_by_one.run();
        chunk += request;
      }
      node.send_undecoded(chunk);
    }
    one_by_one.end_input();
    one_by_one.run();
    node.end_input();
    node.system().run_in_any_order(chance);
    auto replies = node.replies();
    auto expected = one_by_one.replies();
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
    BOOST_TEST((node.seen().exit_code == 0));
    auto back = node.seen().chunks_back;
    std::sort(back.begin(), back.end());
    BOOST_REQUIRE_EQUAL(back.size(), chunk_count + 1);
    for (size_t i = 0; i < back.size(); ++i)
      BOOST_TEST(back[i] == i);
  });
}

BOOST_AUTO_TEST_CASE(empty_input_ends_the_node) {
  test_node node;
  node.end_input();
  node.run();
  BOOST_TEST((node.seen().exit_code == 0));
  BOOST_TEST(node.replies().empty());
}

BOOST_AUTO_TEST_SUITE_END()
