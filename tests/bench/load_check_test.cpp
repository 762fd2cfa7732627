// Goal: the check of a load finds whatever was lost, doubled or out of order,
// in the log and in the views, and nothing else. Method: a small log that is
// right, and one thing wrong in each case.
#include "bench/load/load_check.hpp"

#include "bench/load/load_payload.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace load;
using projections::recorded_event;

namespace {

/// Two projections of a topic each. The stream `a` has three events, `b` two.
struct small_load {
  std::vector<expected_stream> streams{{"a", 3}, {"b", 2}};
  std::vector<recorded_event> log{event(1, "a", "x", 1), event(2, "b", "y", 1),
                                  event(4, "a", "x", 2), event(5, "a", "x", 3),
                                  event(6, "b", "y", 2)};
  std::vector<projection_result> results{
    {"p", "x", 6, {{"a", folded({1, 2, 3})}}},
    {"q", "y", 6, {{"b", folded({1, 2})}}}};
  projections::log_position due = 6;

  static load_event content(int64_t number) {
    return {number, 0, number * 10};
  }

  static recorded_event event(int64_t position, std::string stream,
                              std::string topic, int64_t number) {
    return {position, std::move(stream), number, std::move(topic),
            encode(content(number), event_bytes_min)};
  }

  static stream_state folded(const std::vector<int64_t>& numbers) {
    stream_state result;
    for (auto x : numbers)
      result.fold(content(x));
    return result;
  }

  [[nodiscard]] std::string problems() const {
    load_check check{streams, results, due};
    for (auto& x : log)
      check.add(x);
    return check.finish();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_check_of_a_run, small_load)

BOOST_AUTO_TEST_CASE(what_is_right_has_no_problems) {
  BOOST_TEST(problems() == "");
}

BOOST_AUTO_TEST_CASE(events_of_others_are_not_looked_at) {
  log.push_back({7, "c", 1, "x", "no payload of the load"});
  BOOST_TEST(problems() == "");
}

BOOST_AUTO_TEST_CASE(event_lost_by_a_projection_is_found) {
  results[0].states["a"] = folded({1, 3});
  BOOST_TEST(problems()
             == "projection p, stream a: 1 event lost of 3, up to position "
                "6\n");
  results[0].states.clear();
  BOOST_TEST(problems()
             == "projection p, stream a: 3 events lost of 3, up to position "
                "6\n");
}

BOOST_AUTO_TEST_CASE(event_doubled_by_a_projection_is_found) {
  results[1].states["b"] = folded({1, 2, 2});
  BOOST_TEST(problems()
             == "projection q, stream b: 1 event doubled of 2, up to position "
                "6\n");
}

BOOST_AUTO_TEST_CASE(order_in_a_projection_is_looked_at) {
  results[0].states["a"] = folded({1, 3, 2});
  BOOST_TEST(problems()
             == "projection p, stream a: events were applied out of order of "
                "3, up to position 6\n");
}

BOOST_AUTO_TEST_CASE(one_event_instead_of_another_is_found) {
  results[0].states["a"] = folded({1, 2, 2});
  BOOST_TEST(problems()
             == "projection p, stream a: other events were applied of 3, up "
                "to position 6\n");
}

BOOST_AUTO_TEST_CASE(stream_of_another_projection_is_found) {
  results[0].states["b"] = folded({1});
  BOOST_TEST(problems()
             == "projection p, stream b: 1 event applied, but it should have "
                "none\n");
}

BOOST_AUTO_TEST_CASE(projection_that_is_behind_is_found) {
  results[1].position = 5;
  results[1].states["b"] = folded({1});
  BOOST_TEST(problems() == "projection q has come to position 5 of 6\n");
}

BOOST_AUTO_TEST_CASE(partial_run_is_right_up_to_its_positions) {
  due = projections::log_start;
  results[0].position = 4;
  results[0].states["a"] = folded({1, 2});
  BOOST_TEST(problems() == "");
  results[0].states["a"] = folded({1, 2, 3});
  BOOST_TEST(problems()
             == "projection p, stream a: 1 event doubled of 2, up to position "
                "4\n");
}

BOOST_AUTO_TEST_CASE(projection_of_all_events_has_all_streams) {
  results[0].topic = "";
  results[0].states["b"] = folded({1, 2});
  BOOST_TEST(problems() == "");
  results[0].states.erase("a");
  BOOST_TEST(problems()
             == "projection p, stream a: 3 events lost of 3, up to position "
                "6\n");
}

BOOST_AUTO_TEST_CASE(acknowledged_event_that_is_not_in_the_log_is_found) {
  log.pop_back();
  results[1].states["b"] = folded({1});
  BOOST_TEST(problems()
             == "stream b: 2 events acknowledged, but the log has 1\n");
}

BOOST_AUTO_TEST_CASE(event_that_is_twice_in_the_log_is_found) {
  log.push_back(event(7, "b", "y", 2));
  BOOST_TEST(problems()
             == "stream b, position 7: the log has event 2 in the place of "
                "event 3\n"
                "stream b: 2 events acknowledged, but the log has 3\n");
}

BOOST_AUTO_TEST_CASE(log_that_is_out_of_order_is_found) {
  std::swap(log[2].payload, log[3].payload);
  results[0].states["a"] = folded({1, 3, 2});
  BOOST_TEST(problems()
             == "stream a, position 4: the log has event 3 in the place of "
                "event 2\n"
                "stream a, position 5: the log has event 2 in the place of "
                "event 3\n");
}

BOOST_AUTO_TEST_CASE(payload_that_is_none_is_found) {
  log[4].payload = "{}";
  results[1].states["b"] = folded({1});
  BOOST_TEST(problems()
             == "stream b, position 6: the payload of an event has no {\"n\": "
                "where it should be\n"
                "stream b: 2 events acknowledged, but the log has 1\n");
}

BOOST_AUTO_TEST_CASE(many_problems_are_counted) {
  for (int i = 0; i < 15; ++i)
    results[0].states["s" + std::to_string(i)] = folded({1});
  auto text = problems();
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 11);
  BOOST_TEST(text.ends_with("and 5 further problems\n"));
}

BOOST_AUTO_TEST_SUITE_END()
