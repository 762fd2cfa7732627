// Goal: replies under way are bounded while nothing is dropped, and a chunk is
// reused only when nobody reads it any more. Method: a writer that takes
// batches when the test lets it.
#include "tests/actors/node/test_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace projections::test;

namespace {

constexpr size_t bytes_in_flight_max = 4096;

struct fixture {
  static test_node_settings settings() {
    test_node_settings result;
    result.reply_bytes_in_flight_max = bytes_in_flight_max;
    return result;
  }

  /// Makes a projection `p` whose state has `bytes` and some more.
  void make_projection(size_t bytes) {
    auto replies
      = node.answers(R"({"type": "create", "name": "p", "initial_state": [")"
                     + std::string(bytes, 'x') + "\"]}\n");
    BOOST_REQUIRE_EQUAL(replies.size(), 1);
  }

  /// Returns how many bytes the batches that are held may take.
  size_t bytes_held() const {
    size_t result = 0;
    for (auto& x : node.seen().held)
      result += x.batch->bytes_in_flight;
    return result;
  }

  /// Checks that replies are no longer than was thought, and that they fit.
  void check_held() const {
    auto& held = node.seen().held;
    BOOST_REQUIRE(!held.empty());
    for (auto& x : held) {
      size_t reply_bytes = 0;
      for (auto i = x.batch->first(); i != x.batch->end(); ++i)
        reply_bytes += x.batch->at(i).reply.size();
      BOOST_TEST(reply_bytes <= x.batch->bytes_in_flight);
    }
    BOOST_TEST((bytes_held() <= bytes_in_flight_max || held.size() == 1));
  }

  static std::string repeated(const std::string& text, size_t count) {
    std::string result;
    for (size_t i = 0; i < count; ++i)
      result += text;
    return result;
  }

  test_node node{settings()};
  const std::string query = ask("query", "projection", "p");
  const std::string list = "{\"type\": \"list\"}\n";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(back_pressure_test, fixture)

BOOST_AUTO_TEST_CASE(one_request_is_always_let_in) {
  make_projection(10 * bytes_in_flight_max);
  node.hold_batches(true);
  node.send(repeated(query, 3));
  for (int i = 0; i < 3; ++i) {
    node.run();
    BOOST_REQUIRE_EQUAL(node.seen().held.size(), 1);
    BOOST_TEST(bytes_held() > bytes_in_flight_max);
    node.let_through();
    node.run();
    BOOST_TEST(node.replies().size() == 1u);
  }
  BOOST_TEST(node.seen().held.empty());
}

BOOST_AUTO_TEST_CASE(requests_wait_until_their_replies_have_room) {
  make_projection(1000);
  node.hold_batches(true);
  node.send(repeated(query, 10));
  node.send(repeated(query, 10));
  size_t answered = 0;
  node.run();
  while (!node.seen().held.empty()) {
    BOOST_TEST(bytes_held() > bytes_in_flight_max / 2);
    BOOST_TEST(bytes_held() <= bytes_in_flight_max);
    node.let_through();
    node.run();
    answered += node.replies().size();
    if (answered >= 18)
      break;
  }
  node.hold_batches(false);
  node.run();
  BOOST_TEST(answered + node.replies().size() == 20u);
}

BOOST_AUTO_TEST_CASE(growth_of_states_is_counted_before_it_happens) {
  make_projection(0);
  node.hold_batches(true);
  // Every reply is longer than the one before by what the update adds.
  std::string data = "\"";
  data.append(100, 'y').append("\"");
  node.send(repeated(update("p", data), 40));
  size_t answered = 0;
  for (node.run(); answered < 40; node.run()) {
    check_held();
    node.let_through();
    node.run();
    answered += node.replies().size();
  }
  BOOST_TEST(answered == 40u);
}

BOOST_AUTO_TEST_CASE(replies_of_read_models_are_counted) {
  std::string events;
  for (int i = 0; i < 30; ++i) {
    auto number = std::to_string(i);
    events += event_request(number, "UserCreated", R"({"id": )" + number + "}");
  }
  BOOST_TEST(node.answers(events).size() == 30u);
  node.hold_batches(true);
  node.send(repeated(ask("read_model", "name", "user_listing"), 20));
  size_t answered = 0;
  for (node.run(); answered < 20; node.run()) {
    check_held();
    node.let_through();
    node.run();
    answered += node.replies().size();
  }
}

BOOST_AUTO_TEST_CASE(chunk_goes_back_when_its_last_batch_is_written) {
  make_projection(3000);
  BOOST_TEST(node.seen().chunks_back.size() == 1u);
  node.hold_batches(true);
  node.send(repeated(query, 3));
  node.run();
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(node.seen().chunks_back.size() == 1u);
    node.let_through();
    node.run();
  }
  BOOST_REQUIRE_EQUAL(node.seen().chunks_back.size(), 2);
  BOOST_TEST(node.seen().chunks_back.back() == 1u);
  BOOST_TEST(node.replies().size() == 3u);
}

BOOST_AUTO_TEST_CASE(chunk_of_a_lost_batch_goes_back) {
  node.send(update("p", "1"));
  node.system().run_until_ready("projection");
  node.kill("projection");
  node.run();
  BOOST_TEST(node.replies().size() == 1u);
  BOOST_TEST(node.seen().chunks_back.size() == 1u);
}

BOOST_AUTO_TEST_CASE(blank_chunk_goes_back_at_once) {
  node.send("\n\n");
  node.run();
  BOOST_TEST(node.seen().chunks_back.size() == 1u);
  BOOST_TEST(node.seen().chunks_sent_out == 1u);
}

BOOST_AUTO_TEST_CASE(chunk_is_sent_out_before_its_replies_are_written) {
  node.hold_batches(true);
  node.send(list);
  node.run();
  BOOST_TEST(node.seen().chunks_sent_out == 1u);
  BOOST_TEST(node.seen().chunks_back.empty());
}

BOOST_AUTO_TEST_CASE(node_is_done_when_the_last_batch_is_written) {
  node.hold_batches(true);
  node.send(list);
  node.end_input();
  node.run();
  BOOST_TEST(!node.seen().exit_code);
  node.hold_batches(false);
  node.run();
  BOOST_TEST((node.seen().exit_code == 0));
  BOOST_TEST(node.replies().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
