// Goal: the node answers at once, in order and completely, whatever the pace of
// those it talks to, and its memory stays bounded. Method: readers that stop,
// signals, closed pipes, states and numbers of requests far beyond what may be
// in flight.
#include "tests/end_to_end/node_process.hpp"
#include "tests/end_to_end/reply_checker.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace projections::test;
using namespace std::chrono_literals;

constexpr size_t mebibyte = 1 << 20;

// What a test may cost besides what it measures: code, threads, and under a
// sanitizer the memory that is kept back after it was freed.
constexpr size_t overhead = (sanitized ? 1500 : 100) * mebibyte;

std::string list_request(size_t msg_id) {
  return "{\"type\": \"list\", \"msg_id\": " + std::to_string(msg_id) + "}\n";
}

std::string list_reply(size_t msg_id) {
  return "{\"type\": \"projection_list\", \"in_reply_to\": "
         + std::to_string(msg_id) + ", \"projections\": []}";
}

std::string update_request(size_t msg_id, bool include_state = false) {
  return R"({"type": "update", "msg_id": )" + std::to_string(msg_id)
         + R"(, "projection": "p", "event": {"type": "T", "payload": )"
         + R"({"id": "row", "n": )" + std::to_string(msg_id) + "}}"
         + (include_state ? "}\n" : ", \"include_state\": false}\n");
}

std::string update_reply(size_t msg_id) {
  auto number = std::to_string(msg_id);
  return R"({"type": "projection_updated", "in_reply_to": )" + number
         + R"(, "projection": "p", "version": )" + number + "}";
}

std::string updates(size_t count) {
  std::string text;
  for (size_t i = 1; i <= count; ++i)
    text += update_request(i);
  return text;
}

// Creates the projection `p` with a state of one string of `bytes`.
std::string create_large(size_t bytes) {
  return R"({"type": "create", "msg_id": 1, "name": "p", "initial_state": [")"
         + std::string(bytes, 'x') + "\"]}\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(flow)

// -- pace ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(lone_request_is_answered_while_stdin_stays_open) {
  node_process node;
  for (size_t i = 1; i <= 100; ++i) {
    node.send(list_request(i));
    BOOST_TEST(node.read_line() == list_reply(i));
  }
  auto run = node.finish();
  BOOST_TEST(run.out.empty());
  BOOST_TEST(run.exit_status == 0);
}

BOOST_AUTO_TEST_CASE(request_in_pieces_is_answered_when_its_line_ends) {
  node_process node;
  const std::string request = list_request(1) + "{\n\"type\":\n\"list\"}\n";
  for (auto byte : request)
    node.send({&byte, 1});
  BOOST_TEST(node.read_line() == list_reply(1));
  BOOST_TEST(node.read_line()
             == R"({"type": "projection_list", "projections": []})");
  BOOST_TEST(node.finish().out.empty());
}

BOOST_AUTO_TEST_CASE(every_request_before_the_end_of_input_is_answered) {
  constexpr size_t count = sanitized ? 20'000 : 200'000;
  auto input = updates(count);
  reply_checker replies;
  node_process node;
  node.consume_output([&](std::string_view piece) { replies.take(piece); });
  node.send(input);
  auto run = node.finish();
  BOOST_TEST(replies.count() == count);
  BOOST_TEST(replies.in_order());
  BOOST_TEST(run.exit_status == 0, run.err);
}

// -- queries that wait --------------------------------------------------------

BOOST_AUTO_TEST_CASE(query_times_out_while_stdin_stays_open) {
  node_process node;
  node.send(update_request(1));
  BOOST_TEST(node.read_line() == update_reply(1));
  auto begin = std::chrono::steady_clock::now();
  node.send(R"({"type": "query", "msg_id": 2, "projection": "p", )"
            R"("min_version": 2, "timeout_ms": 50})"
            "\n");
  auto reply = node.read_line();
  BOOST_TEST(reply.starts_with(
               R"({"type": "error", "in_reply_to": 2, "code": 0, "text": ")"),
             reply);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 50ms));
  // The state goes on from where it was.
  node.send(update_request(2));
  BOOST_TEST(node.read_line() == update_reply(2));
  BOOST_TEST(node.finish().exit_status == 0);
}

BOOST_AUTO_TEST_CASE(query_that_may_wait_for_years_stops_nobody) {
  constexpr size_t count = 2000;
  // What is full behind the query: the room for replies, or that for input.
  for (auto has_large_replies : {true, false}) {
    auto input = update_request(1)
                 + R"({"type": "query", "msg_id": 2, "projection": "p", )"
                   R"("min_version": 2000, "timeout_ms": 1000000000000})"
                   "\n";
    for (size_t i = 3; i <= count; ++i)
      input += has_large_replies ? update_request(i, true)
                                 : list_request(i) + std::string(200, ' ');
    auto run = run_node({"--max-bytes-in-flight=100000"}, input);
    BOOST_TEST(std::count(run.out.begin(), run.out.end(), '\n') == count);
    auto reply = run.out.substr(run.out.find('\n') + 1);
    BOOST_TEST(
      reply.starts_with(
        R"({"type": "error", "in_reply_to": 2, "code": 0, )"
        R"("text": "projection \"p\": the version was not reached by )"),
      reply.substr(0, 200));
    BOOST_TEST(run.exit_status == 0, run.err);
  }
}

BOOST_AUTO_TEST_CASE(query_waits_for_a_later_request) {
  node_process node;
  node.send(update_request(1));
  node.send(R"({"type": "query", "msg_id": 5, "projection": "p", )"
            R"("min_version": 2, "timeout_ms": 3600000})"
            "\n");
  BOOST_TEST(node.read_line() == update_reply(1));
  node.send(update_request(2) + update_request(3));
  BOOST_TEST(node.read_line()
             == R"({"type": "projection_state", "in_reply_to": 5, )"
                R"("projection": "p", "version": 2, )"
                R"("state": [{"id": "row", "n": 2}]})");
  BOOST_TEST(node.read_line() == update_reply(2));
  BOOST_TEST(node.read_line() == update_reply(3));
  BOOST_TEST(node.finish().exit_status == 0);
}

BOOST_AUTO_TEST_CASE(many_waiting_queries_leave_room_for_the_awaited_request) {
  constexpr size_t count = 1000;
  node_process node;
  node.send(update_request(1));
  BOOST_TEST(node.read_line() == update_reply(1));
  // Each on its own, as a client that asks now and then would send them.
  for (size_t i = 1; i <= count; ++i)
    node.send(R"({"type": "query", "msg_id": )" + std::to_string(i)
              + R"(, "projection": "p", "min_version": 2, )"
                R"("timeout_ms": 3600000})"
                "\n");
  node.send(update_request(2));
  for (size_t i = 1; i <= count; ++i)
    BOOST_REQUIRE(node.read_line()
                  == R"({"type": "projection_state", "in_reply_to": )"
                       + std::to_string(i)
                       + R"(, "projection": "p", "version": 2, )"
                         R"("state": [{"id": "row", "n": 2}]})");
  BOOST_TEST(node.read_line() == update_reply(2));
  BOOST_TEST(node.finish().exit_status == 0);
}

// -- memory -------------------------------------------------------------------
// The peak of a child includes what its parent had when it was forked, so these
// tests start the node before they make its input.

BOOST_AUTO_TEST_CASE(reader_that_stops_is_waited_for) {
  constexpr size_t count = sanitized ? 500 : 2000;
  constexpr size_t state_bytes = mebibyte / 4;
  node_process node{{"--max-bytes-in-flight=8388608"}};
  // Requests with an unknown field, so that their bytes alone exceed what may
  // be in flight.
  const std::string ignored(32 * 1024, 'x');
  std::string input = create_large(state_bytes);
  for (size_t i = 2; i <= count; ++i)
    input += R"({"type": "query", "msg_id": )" + std::to_string(i)
             + R"(, "projection": "p", "ignored": ")" + ignored + "\"}\n";
  reply_checker replies;
  node.consume_output([&](std::string_view piece) { replies.take(piece); });
  node.hold_output(true);
  auto taken = node.send_until_stalled(input, 500ms);
  BOOST_TEST(taken < input.size());
  BOOST_TEST(replies.count() == 0u);
  node.hold_output(false);
  node.send(std::string_view{input}.substr(taken));
  auto run = node.finish();
  BOOST_TEST(replies.count() == count);
  BOOST_TEST(replies.in_order());
  BOOST_TEST(replies.ended_with_a_line());
  BOOST_TEST(run.exit_status == 0, run.err);
  BOOST_TEST(run.peak_rss_bytes < 8 * mebibyte + overhead);
}

BOOST_AUTO_TEST_CASE(replies_beyond_the_limit_in_flight_are_all_written) {
  constexpr size_t count = sanitized ? 60 : 600;
  constexpr size_t state_bytes = mebibyte;
  node_process node{{"--max-bytes-in-flight=4194304"}};
  // A megabyte of state in every reply, which each update changes.
  std::string input = create_large(state_bytes);
  for (size_t i = 2; i <= count; ++i)
    input += update_request(i, true);
  reply_checker replies;
  node.consume_output([&](std::string_view piece) { replies.take(piece); });
  node.send(input);
  auto run = node.finish();
  BOOST_TEST(replies.count() == count);
  BOOST_TEST(replies.in_order());
  BOOST_TEST(replies.longest_line() > state_bytes);
  BOOST_TEST(run.exit_status == 0, run.err);
  BOOST_TEST(run.peak_rss_bytes < 4 * mebibyte + overhead);
}

BOOST_AUTO_TEST_CASE(million_ids_cost_little_each) {
  constexpr size_t count = sanitized ? 50'000 : 1'000'000;
  auto events = [](size_t begin, size_t end) {
    // Long ids, of which nothing but a hash may be kept.
    const std::string padding(200, 'x');
    std::string text;
    for (auto i = begin; i < end; ++i)
      text += R"({"type": "event", "msg_id": )" + std::to_string(i + 1)
              + R"(, "event": {"type": "T", "id": ")"
              + std::to_string(i % count) + padding
              + R"(", "payload": null}})"
                "\n";
    return text;
  };
  auto peak_after = [&](size_t end, size_t fresh) {
    reply_checker replies;
    node_process node;
    node.consume_output([&](std::string_view piece) { replies.take(piece); });
    constexpr size_t step = 10'000;
    for (size_t i = 0; i < end; i += step)
      node.send(events(i, std::min(i + step, end)));
    auto run = node.finish();
    BOOST_TEST(replies.in_order());
    BOOST_TEST(replies.count() == end);
    BOOST_TEST(replies.count_of("read_models_updated") == fresh);
    BOOST_TEST(replies.count_of("event_skipped") == end - fresh);
    return run.peak_rss_bytes;
  };
  auto few = peak_after(count / 10, count / 10);
  auto many = peak_after(count + count / 10, count);
  // 32 bytes each on average; a table that grows is there twice for a moment.
  if (!sanitized)
    BOOST_TEST(many < few + count * 32 * 2);
}

// -- signals ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(accepted_requests_are_answered_at_the_first_signal) {
  constexpr size_t count = sanitized ? 50'000 : 500'000;
  auto input = updates(count);
  for (auto number : {SIGTERM, SIGINT}) {
    node_process node;
    // Enough to be in the middle of something, and more than a pipe holds.
    auto first = std::string_view{input}.substr(0, input.size() / 3);
    auto rest = std::string_view{input}.substr(first.size());
    node.send(first);
    BOOST_TEST(node.read_line() == update_reply(1));
    node.send_signal(number);
    node.send(rest);
    auto run = node.wait();
    BOOST_TEST(run.exit_status == 0, run.err);
    BOOST_TEST((run.out.empty() || run.out.back() == '\n'));
    auto replies = lines_of(run.out);
    BOOST_TEST(replies.size() < count);
    for (size_t i = 0; i < replies.size(); ++i)
      BOOST_REQUIRE(replies[i] == update_reply(i + 2));
  }
}

BOOST_AUTO_TEST_CASE(idle_node_ends_at_a_signal) {
  node_process node;
  node.send(list_request(1));
  BOOST_TEST(node.read_line() == list_reply(1));
  node.send_signal(SIGTERM);
  auto run = node.wait();
  BOOST_TEST(run.exit_status == 0, run.err);
  BOOST_TEST(run.out.empty());
}

BOOST_AUTO_TEST_CASE(unfinished_line_is_dropped_at_a_signal) {
  node_process node;
  // One write that a pipe does not split, so that both arrive together.
  node.send(list_request(1) + R"({"type": "create", "name": ")");
  BOOST_TEST(node.read_line() == list_reply(1));
  node.send_signal(SIGTERM);
  auto run = node.wait();
  BOOST_TEST(run.exit_status == 0, run.err);
  BOOST_TEST(run.out.empty());
}

BOOST_AUTO_TEST_CASE(waiting_query_is_answered_at_a_signal) {
  node_process node;
  node.send(update_request(1)
            + R"({"type": "query", "msg_id": 2, "projection": "p", )"
              R"("min_version": 2, "timeout_ms": 3600000})"
              "\n"
            + list_request(3));
  BOOST_TEST(node.read_line() == update_reply(1));
  node.send_signal(SIGTERM);
  auto run = node.wait();
  auto replies = lines_of(run.out);
  BOOST_TEST(run.exit_status == 0, run.err);
  BOOST_TEST_REQUIRE(replies.size() == 2u);
  BOOST_TEST(replies[0].starts_with(
    R"({"type": "error", "in_reply_to": 2, "code": 0, "text": ")"));
  BOOST_TEST(replies[1]
             == R"({"type": "projection_list", "in_reply_to": 3, )"
                R"("projections": [{"name": "p", "version": 1}]})");
}

BOOST_AUTO_TEST_CASE(second_signal_ends_a_node_that_cannot_finish) {
  node_process node{{"--max-bytes-in-flight=1048576"}};
  node.hold_output(true);
  // More than the node takes in while nobody reads its replies.
  constexpr size_t count = 200'000;
  auto taken = node.send_until_stalled(updates(count), 500ms);
  auto run = node.signal_until_ended(SIGTERM);
  BOOST_TEST(run.exit_status == 128 + SIGTERM, run.err);
  BOOST_TEST(lines_of(run.out).size() < count);
  BOOST_TEST(taken > 0u);
}

// -- closed pipes -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(closed_stdout_ends_the_node_with_1) {
  node_process node;
  node.send(list_request(1));
  BOOST_TEST(node.read_line() == list_reply(1));
  node.close_output();
  // More than enough for a node that fails to notice.
  constexpr size_t attempts = 100'000;
  size_t sent = 0;
  while (sent < attempts && node.send(list_request(2)))
    ++sent;
  BOOST_TEST(sent < attempts);
  auto run = node.wait();
  BOOST_TEST(run.exit_status == 1, run.err);
}

BOOST_AUTO_TEST_CASE(stdout_closed_before_the_end_of_input_gives_1) {
  node_process node;
  node.close_output();
  node.send(list_request(1));
  BOOST_TEST(node.finish().exit_status == 1);
}

BOOST_AUTO_TEST_SUITE_END()
