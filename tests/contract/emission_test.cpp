// Goal: what a projection emits is recorded exactly once, whatever fails in
// between, and nothing else is ever put in its place. Method: emission
// recorders over every backend, in one database with the tracking and apart
// from it; all points are gone through at which a small run can be cut off.
#include "storage/emission_recorder.hpp"
#include "storage/event_id.hpp"
#include "storage/event_origin.hpp"
#include "storage/failing_event_store.hpp"
#include "storage/memory_recorder.hpp"
#include "storage/store_error.hpp"
#include "tests/contract/appending.hpp"
#include "tests/contract/process_backends.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;

namespace {

/// The event at `position`, which is the only one of its stream.
recorded_event source_at(log_position position, std::string metadata = {}) {
  return {position, "u" + std::to_string(position),
          1,        "Followed",
          "{}",     std::move(metadata)};
}

/// Three answers in three streams, of which the second one is shared.
std::vector<emitted_event> answers_to(log_position position) {
  auto n = std::to_string(position);
  return {{"own" + n, "A", n}, {"shared", "B", n}, {"more" + n, "C", n}};
}

std::shared_ptr<emission_recorder>
over(const std::shared_ptr<process_recorder>& recorder,
     emission_settings settings = {"p"}) {
  return std::make_shared<emission_recorder>(
    std::move(settings), "social", recorder, std::vector<emission_target>{});
}

/// Emits the answers to the events from `first` to `last`, as a runner does.
void emit_all(emission_recorder& recorder, log_position first,
              log_position last) {
  recorder.in_one_transaction([&] {
    for (auto i = first; i <= last; ++i)
      recorder.emit(source_at(i), answers_to(i), {"social", i});
  });
}

/// The content of a log, whatever the order of its events.
std::vector<std::string> content_of(event_store& store) {
  std::vector<std::string> result;
  for (auto& x : store.read_all(log_start, 1000, {}).events)
    result.push_back(x.stream + ' ' + x.topic + ' ' + x.payload);
  std::sort(result.begin(), result.end());
  return result;
}

/// Tells of a crash: nobody catches it but the test.
class crash : public std::runtime_error {
public:
  crash() : std::runtime_error("crash") {
    // nop
  }
};

/// Counts the calls that change something, and crashes before or after one of
/// them.
class crash_plan {
public:
  explicit crash_plan(size_t at = SIZE_MAX) : at_(at) {
    // nop
  }

  template <class F>
  auto pass(F f) {
    if (calls_++ == at_)
      throw crash{};
    auto result = f();
    if (calls_++ == at_)
      throw crash{};
    return result;
  }

  [[nodiscard]] size_t calls() const {
    return calls_;
  }

private:
  size_t at_;
  size_t calls_ = 0;
};

/// Records one request at a time, so that a crash may come between any two.
class crashing_store final : public wrapped_event_store {
public:
  crashing_store(std::shared_ptr<event_store> store, crash_plan& plan)
    : wrapped_event_store(std::move(store)), plan_(plan) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    std::vector<append_outcome> result;
    for (auto& x : requests)
      result.push_back(plan_.pass([&] { return inner().append({x}).front(); }));
    return result;
  }

private:
  crash_plan& plan_;
};

/// A recorder in memory that may crash before or after what it does.
class crashing_recorder final : public memory_recorder<> {
public:
  crash_plan* plan = nullptr;

  void insert_tracking(const tracking& x) override {
    plan->pass([&] {
      memory_recorder<>::insert_tracking(x);
      return true;
    });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(emission_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(answers_are_recorded_with_key_and_origin,
                              Processes, processes) {
  Processes backend;
  auto recorder = over(backend.open());
  recorder->emit(source_at(3, R"({"correlation_id":"req-1","depth":2})"),
                 answers_to(3), {"social", 3});
  BOOST_TEST((backend.open()->max_tracking_id("social") == 3));
  auto events = backend.open_events()->read_all(log_start, 10, {}).events;
  BOOST_TEST(topics_of(events) == "ABC");
  auto keyed = backend.open_events()->find_keys(
    {emission_key("p", "social", "u3", 1, 0),
     emission_key("p", "social", "u3", 1, 2)});
  BOOST_REQUIRE((keyed[0] && keyed[1]));
  BOOST_TEST(keyed[0]->topic == "A");
  BOOST_TEST(keyed[1]->topic == "C");
  auto origin = origin_of(*keyed[0]);
  BOOST_TEST(origin.causation_id == event_id("social", "u3", 1));
  BOOST_TEST(origin.correlation_id == "req-1");
  BOOST_TEST(origin.depth == 3u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_is_recorded_as_a_whole, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open());
  auto fails = [&] {
    recorder->in_one_transaction([&] {
      recorder->emit(source_at(1), answers_to(1), {"social", 1});
      BOOST_TEST((recorder->max_tracking_id("social") == 1));
      throw crash{};
    });
  };
  BOOST_CHECK_THROW(fails(), crash);
  BOOST_TEST(backend.open_events()->head() == log_start);
  BOOST_TEST(!recorder->max_tracking_id("social"));
  emit_all(*recorder, 1, 3);
  BOOST_TEST(content_of(*backend.open_events()).size() == 9u);
  BOOST_CHECK_THROW(emit_all(*recorder, 3, 4), integrity_error);
  BOOST_TEST(content_of(*backend.open_events()).size() == 9u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(repeated_answers_write_nothing, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open());
  emit_all(*recorder, 1, 5);
  auto before = content_of(*backend.open_events());
  recorder->clear();
  recorder->forget("social");
  emit_all(*recorder, 1, 5);
  BOOST_TEST((content_of(*backend.open_events()) == before));
  BOOST_TEST((recorder->max_tracking_id("social") == 5));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(replay_goes_over_into_what_is_new, Processes,
                              processes) {
  Processes expected;
  emit_all(*over(expected.open()), 1, 8);
  Processes backend;
  auto recorder = over(backend.open());
  emit_all(*recorder, 1, 5);
  recorder->forget("social");
  emit_all(*recorder, 1, 2);
  emit_all(*recorder, 3, 4);
  emit_all(*recorder, 5, 7);
  emit_all(*recorder, 8, 8);
  BOOST_TEST((content_of(*backend.open_events())
              == content_of(*expected.open_events())));
  BOOST_TEST((recorder->max_tracking_id("social") == 8));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_in_a_replay_fails, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open());
  emit_all(*recorder, 1, 2);
  recorder->forget("social");
  emit_all(*recorder, 1, 1);
  BOOST_CHECK_THROW(
    recorder->emit(source_at(2), {{"own2", "A", "other"}}, {"social", 2}),
    divergence_error);
  BOOST_TEST((recorder->max_tracking_id("social") == 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_fails_and_changes_nothing, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open());
  emit_all(*recorder, 1, 1);
  recorder->forget("social");
  auto before = content_of(*backend.open_events());
  for (auto changed : {emitted_event{"own1", "A", "other"},
                       emitted_event{"own1", "Other", "1"},
                       emitted_event{"elsewhere", "A", "1"}})
    BOOST_CHECK_THROW(recorder->emit(source_at(1), {changed}, {"social", 1}),
                      divergence_error);
  BOOST_TEST((content_of(*backend.open_events()) == before));
  BOOST_TEST(!backend.open()->max_tracking_id("social"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_is_reported_where_what_is_stored_stays,
                              Processes, processes) {
  Processes backend;
  std::string reported;
  auto recorder = over(backend.open(),
                       {"p", {}, divergence_policy::keep_stored, [&](auto& x) {
                          reported = x.describe();
                        }});
  emit_all(*recorder, 1, 1);
  recorder->forget("social");
  recorder->emit(source_at(1), {{"own1", "A", "other"}}, {"social", 1});
  BOOST_TEST(
    reported
    == "projection \"p\" has answered the event at version 1 of stream \"u1\" "
       "of application \"social\" with \"A\" in stream \"own1\" with 1, and "
       "would answer it with \"A\" in stream \"own1\" with other (idempotency "
       "key "
         + emission_key("p", "social", "u1", 1, 0)
         + "): its function was changed, or does not depend on the event "
           "alone");
  BOOST_TEST(content_of(*backend.open_events()).size() == 3u);
  BOOST_TEST((recorder->max_tracking_id("social") == 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_cannot_be_recorded_is_refused, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open(), {"p", {"A", ""}});
  auto emit = [&](emitted_event x, std::string metadata = {}) {
    recorder->emit(source_at(1, std::move(metadata)), {std::move(x)},
                   {"social", 1});
  };
  auto says = [](const std::string& expected) {
    return [=](const emission_refused& e) {
      BOOST_TEST(e.what() == expected);
      return true;
    };
  };
  BOOST_CHECK_EXCEPTION(
    emit({"s", "B", "{}"}), emission_refused,
    says("projection \"p\" answers event \"Followed\" (version 1 of stream "
         "\"u1\") with \"B\", which is none of its declared outputs"));
  BOOST_CHECK_EXCEPTION(
    emit({"s", "A", "{}", "elsewhere"}), emission_refused,
    says("projection \"p\" emits \"A\" into the log of application "
         "\"elsewhere\", which is none of its targets"));
  BOOST_CHECK_EXCEPTION(
    emit({"s", "", "{}"}), emission_refused,
    says("the event at version 1 of stream \"u1\" of application \"social\": "
         "event 0 of an append to stream \"s\" has no topic"));
  BOOST_CHECK_EXCEPTION(
    emit({"s", "A", "{}"}, R"({"depth":16})"), emission_refused,
    says("event \"Followed\" (version 1 of stream \"u1\") is the answer number "
         "16 in a row; projection \"p\" does not answer it, because "
         "projections seem to answer each other for ever"));
  BOOST_TEST(backend.open_events()->head() == log_start);
  emit({"s", "A", "{}"}, R"({"depth":15})");
  BOOST_TEST(backend.open_events()->head() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_command_dooms_its_transaction, Processes,
                              processes) {
  Processes backend;
  auto recorder = over(backend.open());
  auto keeps_it_quiet = [&] {
    recorder->in_one_transaction([&] {
      try {
        recorder->emit(source_at(1), {{"s", "A", "{}", "elsewhere"}},
                       {"social", 1});
      } catch (const emission_refused&) {
        // As if nothing were wrong.
      }
    });
  };
  BOOST_CHECK_THROW(keeps_it_quiet(), store_error);
  BOOST_TEST(!recorder->max_tracking_id("social"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_targets_get_their_part, Processes,
                              processes) {
  Processes backend;
  auto log = std::make_shared<memory_log>();
  auto other = std::make_shared<memory_event_store>(log);
  emission_recorder recorder{
    {"p"}, "social", backend.open(), {{"billing", other}}};
  recorder.emit(
    source_at(1),
    {{"s", "A", "{}"}, {"s", "B", "{}", "billing"}, {"s", "C", "{}", "social"}},
    {"social", 1});
  BOOST_TEST(topics_of(backend.open_events()->read_all(0, 10, {}).events)
             == "AC");
  BOOST_TEST(topics_of(other->read_all(0, 10, {}).events) == "B");
}

BOOST_AUTO_TEST_CASE(large_groups_are_recorded_in_parts) {
  memory_processes backend;
  auto recorder = over(backend.open());
  std::string large(emission_outbox::bytes_max / 4, 'x');
  auto fails = [&] {
    recorder->in_one_transaction([&] {
      for (auto i = 1; i <= 6; ++i)
        recorder->emit(source_at(i), {{"s", "A", large}}, {"social", i});
      throw crash{};
    });
  };
  BOOST_CHECK_THROW(fails(), crash);
  // What was full is recorded with its place; the rest is not.
  BOOST_TEST(backend.open_events()->head() == 4);
  BOOST_TEST((recorder->max_tracking_id("social") == 4));
}

BOOST_AUTO_TEST_CASE(every_crash_ends_as_if_there_were_none) {
  // Tracking apart from the events, in two stores, answers in several streams.
  auto run = [](size_t crash_at, std::vector<std::string>& content) {
    auto first = std::make_shared<memory_log>();
    auto second = std::make_shared<memory_log>();
    auto tracked = std::make_shared<crashing_recorder>();
    auto emit = [&](crash_plan& plan) {
      tracked->plan = &plan;
      auto store = [&](auto& log) {
        return std::make_shared<crashing_store>(
          std::make_shared<memory_event_store>(log), plan);
      };
      emission_recorder recorder{
        {"p"}, tracked, {{"one", store(first)}, {"two", store(second)}}};
      for (;;) {
        auto next = tracked->max_tracking_id("social").value_or(0) + 1;
        if (next > 6)
          break;
        recorder.in_one_transaction([&] {
          for (auto i = next; i < next + 2; ++i) {
            auto answers = answers_to(i);
            answers[2].application = "two";
            recorder.emit(source_at(i), answers, {"social", i});
          }
        });
      }
    };
    crash_plan plan{crash_at};
    auto crashed = false;
    try {
      emit(plan);
    } catch (const crash&) {
      crashed = true;
      // Another process goes on with what is left.
      crash_plan none;
      emit(none);
    }
    memory_event_store one{first};
    memory_event_store two{second};
    content = content_of(one);
    for (auto& x : content_of(two))
      content.push_back("two: " + x);
    BOOST_TEST((tracked->max_tracking_id("social") == 6));
    return crashed;
  };
  std::vector<std::string> expected;
  BOOST_TEST(!run(SIZE_MAX, expected));
  BOOST_TEST(expected.size() == 18u);
  size_t points = 0;
  std::vector<std::string> content;
  while (run(points, content)) {
    BOOST_TEST(content == expected, boost::test_tools::per_element());
    ++points;
  }
  // Before and after 18 answers and three positions.
  BOOST_TEST(points == 42u);
}

BOOST_AUTO_TEST_CASE(store_that_fails_at_random_gets_everything_in_the_end) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    auto log = std::make_shared<memory_log>();
    auto failing = std::make_shared<failing_event_store>(
      std::make_shared<memory_event_store>(log), random_faults(0.5, seed));
    emission_recorder recorder{
      {"p"}, std::make_shared<memory_recorder<>>(), {{"social", failing}}};
    auto next
      = [&] { return recorder.max_tracking_id("social").value_or(0) + 1; };
    while (next() <= 20)
      try {
        emit_all(recorder, next(), next() + 3);
      } catch (const store_unavailable&) {
        // Once more.
      }
    memory_event_store store{log};
    auto content = content_of(store);
    BOOST_TEST(content.size() == 60u);
    BOOST_TEST(
      (std::adjacent_find(content.begin(), content.end()) == content.end()));
    BOOST_TEST(failing->failures() > 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
