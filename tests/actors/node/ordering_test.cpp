// Goal: replies come in the order of the requests and say what they would if
// the requests were carried out one after the other, whoever gets to run first
// and whatever is folded ahead of its turn. Method: the order in which actors
// run is chosen, by hand and by chance, and the replies are compared with those
// of a node that is given one request at a time, or with what they must be.
#include "projections/messages/protocol/request_decoder.hpp"
#include "tests/actors/node/test_node.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

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
        return event_request("e" + number,
                             below(4) == 0 ? "Other" : "UserCreated",
                             R"({"id": "u)" + number + "\"}");
      default:
        return update(name, R"({"id": )" + number + "}");
    }
  }

private:
  std::mt19937_64 random_;
  bool with_waiting_queries_;
};

/// How many events in a row change the same row of a long rebuild.
constexpr size_t events_a_row = 4096;

/// Returns the row that event `i` of `rebuild_of` leads to.
std::string row_of(size_t i, std::string_view id) {
  return R"({"id": ")" + std::string{id} + std::to_string(i / events_a_row)
         + R"(", "v": )" + std::to_string(i) + "}";
}

/// Returns a `rebuild` of `projection` with `count` events whose rows have ids
/// that begin with `id`, and with `last` behind them.
std::string rebuild_of(std::string_view projection, size_t count,
                       std::string_view id, std::string_view last = {}) {
  auto result = R"({"type": "rebuild", "projection": ")"
                + std::string{projection} + R"(", "events": [)";
  for (size_t i = 0; i < count; ++i) {
    result += i > 0 ? "," : "";
    result += R"({"type": "T", "payload": )" + row_of(i, id) + "}";
  }
  return result + std::string{last} + "]}\n";
}

/// Returns the state that `rebuild_of` leads to.
std::string rebuilt_state(size_t count, std::string_view id) {
  std::string result{"["};
  for (size_t i = 0; i < count; ++i)
    if (i + 1 == count || (i + 1) % events_a_row == 0)
      result += (result.size() > 1 ? ", " : "") + row_of(i, id);
  return result + "]";
}

std::string rebuilt(std::string_view projection, size_t count) {
  auto number = std::to_string(count);
  return R"({"type": "projection_rebuilt", "projection": ")"
         + std::string{projection} + R"(", "events_processed": )" + number
         + R"(, "version": )" + number + "}";
}

std::string found(std::string_view projection, size_t version,
                  std::string_view state) {
  return R"({"type": "projection_state", "projection": ")"
         + std::string{projection} + R"(", "version": )"
         + std::to_string(version) + R"(, "state": )" + std::string{state}
         + "}";
}

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

// -- rebuilds that are folded while they are decoded ----------------------------

// So many events are folded in several parts, and not all of them ahead.
constexpr size_t many = 2 * long_rebuild::step + 7;

BOOST_AUTO_TEST_CASE(nothing_is_seen_of_a_long_rebuild_that_is_refused) {
  // What is folded of it is still read when the requests behind it are decoded;
  // these have many escapes and brackets to stumble over.
  std::string behind;
  std::vector<std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    auto data = R"({"id": "\"\"[[[{", "w": [[")"
                + std::string(static_cast<size_t>(i % 300), 'y') + "\"]]}";
    auto name = std::to_string(i);
    behind += update(name, data);
    expected.push_back(updated(name, 1, "[" + data + "]"));
  }
  struct row {
    std::string request;
    std::string error;
  };
  auto cut_off = rebuild_of("p", many, "bad");
  cut_off.resize(cut_off.size() - 3);
  for (auto& [refused, problem] :
       {row{rebuild_of("p", many, "bad", ",17"),
            R"(field \"events[)" + std::to_string(many)
              + R"(]\" must be an object)"},
        row{rebuild_of("p", many, "bad", "]"), "malformed JSON at byte "},
        row{cut_off + "} x\n", "malformed JSON at byte "},
        row{cut_off + "\n", "malformed JSON at byte "}})
    check_random_seeds(
      2, [&, &refused = refused, &problem = problem](auto seed) {
        test_node node;
        std::mt19937_64 chance{seed};
        node.send_undecoded(refused + behind + ask("query", "projection", "p")
                            + refused + rebuild_of("p", many, "good")
                            + ask("query", "projection", "p"));
        node.system().run_in_any_order(chance);
        auto replies = node.replies();
        auto count = expected.size();
        BOOST_REQUIRE_EQUAL(replies.size(), count + 5);
        for (auto place : {size_t{0}, count + 2}) {
          BOOST_TEST(is_error(replies[place], 12), replies[place]);
          BOOST_TEST(replies[place].find(problem) != std::string::npos,
                     replies[place]);
        }
        BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin() + 1,
                                      replies.begin() + 1
                                        + static_cast<std::ptrdiff_t>(count),
                                      expected.begin(), expected.end());
        BOOST_TEST(is_error(replies[count + 1], 20), replies[count + 1]);
        BOOST_TEST(replies[count + 3] == rebuilt("p", many));
        BOOST_TEST(replies[count + 4]
                   == found("p", many, rebuilt_state(many, "good")));
      });
}

BOOST_AUTO_TEST_CASE(empty_rebuild_is_kept_apart_from_a_long_one_behind_it) {
  check_random_seeds(2, [](uint64_t seed) {
    test_node node;
    std::mt19937_64 chance{seed};
    node.send_undecoded(rebuild_of("a", 0, "") + rebuild_of("b", many, "x")
                        + rebuild_of("c", 0, "") + rebuild_of("d", many, "y"));
    std::string queries;
    for (auto name : {"a", "b", "c", "d"})
      queries += ask("query", "projection", name);
    node.send_undecoded(queries);
    node.system().run_in_any_order(chance);
    const std::vector<std::string> expected{
      rebuilt("a", 0),     rebuilt("b", many),
      rebuilt("c", 0),     rebuilt("d", many),
      found("a", 0, "[]"), found("b", many, rebuilt_state(many, "x")),
      found("c", 0, "[]"), found("d", many, rebuilt_state(many, "y"))};
    auto replies = node.replies();
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
  });
}

BOOST_AUTO_TEST_SUITE_END()
