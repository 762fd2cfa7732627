// Goal: what a projection emits is recorded once, with its key and origin and
// together with the position, or is refused. Method: emission recorders over
// every backend, in one database with the tracking and apart from it.
#include "projections/folds/emissions/event_id.hpp"
#include "projections/folds/emissions/event_origin.hpp"
#include "projections/folds/processors/event_projection.hpp"
#include "projections/storage/log/failing_event_store.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/memory/memory_event_store.hpp"
#include "projections/storage/views/tracking_recorder.hpp"
#include "tests/contract/appending.hpp"
#include "tests/contract/backends.hpp"
#include "tests/contract/emitting.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace projections;
using namespace projections::test;

namespace {

/// Emits as `emissions_for` says, and counts how often it is asked.
class counted_emissions final : public event_projection {
public:
  explicit counted_emissions(std::shared_ptr<recorder_with_events> recorder)
    : event_projection({"p", {"Followed"}}, "social", std::move(recorder)) {
    // nop
  }

  std::vector<emission>
  emissions_for(const recorded_event& event) const override {
    ++asked;
    return test::emissions_for(event.position);
  }

  mutable size_t asked = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(emission_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_are_recorded_with_key_and_origin,
                              Backend, backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  recorder->emit(source_at(3, R"({"correlation_id":"req-1","depth":2})"),
                 emissions_for(3), {"social", 3});
  BOOST_TEST((backend.open_recorder()->max_tracking_id("social") == 3));
  auto events = backend.open_store()->read_all(log_start, 10, {}).events;
  BOOST_TEST(topics_of(events) == "ABC");
  auto keyed = backend.open_store()->find_keys(
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

BOOST_AUTO_TEST_CASE_TEMPLATE(group_is_recorded_as_a_whole, Backend, backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  auto fails = [&] {
    recorder->in_one_transaction([&] {
      recorder->emit(source_at(1), emissions_for(1), {"social", 1});
      BOOST_TEST((recorder->max_tracking_id("social") == 1));
      throw crash{};
    });
  };
  BOOST_CHECK_THROW(fails(), crash);
  BOOST_TEST(backend.open_store()->head() == log_start);
  BOOST_TEST(!recorder->max_tracking_id("social"));
  emit_all(*recorder, 1, 3);
  BOOST_TEST(content_of(*backend.open_store()).size() == 9u);
  BOOST_CHECK_THROW(emit_all(*recorder, 3, 4), integrity_error);
  BOOST_TEST(content_of(*backend.open_store()).size() == 9u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_made_ahead_are_recorded_in_any_groups,
                              Backend, backends) {
  Backend expected;
  emit_all(*over(expected.open_recorder()), 1, 6);
  Backend backend;
  counted_emissions projection{backend.open_recorder()};
  log_slice slice;
  for (auto i = 1; i <= 6; ++i)
    slice.events.push_back(source_at(i));
  projection.use_prepared(projection.prepare(slice, "social"));
  auto process = [&](size_t first, size_t last) {
    for (auto i = first; i <= last; ++i)
      projection.process_event(slice.events[i - 1],
                               {"social", static_cast<log_position>(i)});
  };
  auto group = [&](size_t first, size_t last) {
    projection.recorder().in_one_transaction([&] { process(first, last); });
  };
  auto fails = [&] {
    projection.recorder().in_one_transaction([&] {
      process(3, 4);
      throw crash{};
    });
  };
  auto count = [&] { return content_of(*backend.open_store()).size(); };
  group(1, 2);
  BOOST_TEST(count() == 6u);
  BOOST_CHECK_THROW(fails(), crash);
  BOOST_TEST(count() == 6u);
  group(3, 5);
  BOOST_TEST(count() == 15u);
  group(6, 6);
  BOOST_TEST(
    (content_of(*backend.open_store()) == content_of(*expected.open_store())));
  BOOST_TEST(projection.asked == 6u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_made_ahead_go_to_all_targets, Backend,
                              backends) {
  // More than are appended at once, from two slices, with some between them
  // that nobody has made ahead.
  constexpr log_position last = 600;
  constexpr log_position middle = 250;
  auto emissions = [](log_position position) {
    auto n = std::to_string(position);
    return std::vector<emission>{{"own" + n, "A", n},
                                 {"other" + n, "B", n, "elsewhere"},
                                 {"shared", "C", n}};
  };
  auto is_alone = [](log_position x) { return x % 100 == 2; };
  Backend backend;
  auto elsewhere
    = std::make_shared<memory_event_store>(std::make_shared<memory_log>());
  emission_recorder recorder{
    {"p"}, "social", backend.open_recorder(), {{"elsewhere", elsewhere}}};
  std::vector<std::shared_ptr<keyed_emissions>> ahead;
  for (log_position i = 1; i <= last; ++i) {
    if (i == 1 || i == middle)
      ahead.push_back(std::make_shared<keyed_emissions>(2));
    if (!is_alone(i))
      ahead.back()->add(recorder.rules(), "social", source_at(i), emissions(i));
  }
  recorder.in_one_transaction([&] {
    for (log_position i = 1; i <= last; ++i) {
      auto& from = ahead[i < middle ? 0 : 1];
      if (auto number = from->find(i))
        recorder.emit(from, *number, {"social", i});
      else
        recorder.emit(source_at(i), emissions(i), {"social", i});
    }
  });
  std::vector<std::string> own;
  std::vector<std::string> others;
  for (log_position i = 1; i <= last; ++i)
    for (auto& x : emissions(i))
      (x.application.empty() ? own : others)
        .push_back(x.stream + ' ' + x.topic + ' ' + x.payload);
  std::sort(own.begin(), own.end());
  std::sort(others.begin(), others.end());
  BOOST_TEST((content_of(*backend.open_store()) == own));
  BOOST_TEST((content_of(*elsewhere) == others));
  // Emissions for one event keep their order, and have their own keys.
  auto shared = backend.open_store()->read_stream("shared", 0, 1000);
  BOOST_REQUIRE_EQUAL(shared.size(), static_cast<size_t>(last));
  for (log_position i = 1; i <= last; ++i) {
    BOOST_TEST(shared[i - 1].payload == std::to_string(i));
    auto key = emission_key("p", "social", source_at(i).stream, 1, 1);
    auto found = elsewhere->find_keys({key}).front();
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->payload == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_of_somebody_else_is_refused_first,
                              Backend, backends) {
  Backend backend;
  // The emissions are committed before the tracking.
  auto apart = [&] {
    std::vector<emission_target> targets{{"social", backend.open_store()}};
    return emission_recorder{
      {"p"}, backend.open_recorder(), std::move(targets)};
  };
  auto one = apart();
  auto other = apart();
  emit_all(one, 1, 2);
  // Another version of the program, which emits nothing.
  other.emit(source_at(3), {}, {"social", 3});
  BOOST_CHECK_THROW(emit_all(one, 3, 3), integrity_error);
  BOOST_TEST(content_of(*backend.open_store()).size() == 6u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(position_of_somebody_else_is_not_passed, Backend,
                              backends) {
  Backend backend;
  auto one = over(backend.open_recorder());
  auto other = over(backend.open_recorder());
  emit_all(*one, 1, 2);
  emit_all(*other, 3, 4);
  auto before = content_of(*backend.open_store());
  // It knows of its own positions only.
  BOOST_CHECK_THROW(emit_all(*one, 3, 4), integrity_error);
  BOOST_TEST((content_of(*backend.open_store()) == before));
  BOOST_TEST((one->max_tracking_id("social") == 4));
  emit_all(*one, 5, 6);
  other->forget("social");
  emit_all(*one, 5, 6);
  BOOST_TEST((one->max_tracking_id("social") == 6));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_cannot_be_recorded_is_refused, Backend,
                              backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder(), {"p", {"A", ""}});
  auto emit = [&](emission x, std::string metadata = {}) {
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
    says("projection \"p\" emits \"B\", which is none of its declared outputs, "
         "for event \"Followed\" (version 1 of stream \"u1\")"));
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
    says("event \"Followed\" (version 1 of stream \"u1\") is the emission "
         "number 16 in a row; projection \"p\" emits nothing for it, because "
         "projections seem to emit for each other for ever"));
  BOOST_TEST(backend.open_store()->head() == log_start);
  emit({"s", "A", "{}"}, R"({"depth":15})");
  BOOST_TEST(backend.open_store()->head() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_command_dooms_its_transaction, Backend,
                              backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  auto keeps_it_quiet = [&] {
    recorder->in_one_transaction([&] {
      recorder->emit(source_at(1), emissions_for(1), {"social", 1});
      BOOST_CHECK_THROW(recorder->emit(source_at(2),
                                       {{"s", "A", "{}", "elsewhere"}},
                                       {"social", 2}),
                        emission_refused);
    });
  };
  BOOST_CHECK_EXCEPTION(
    keeps_it_quiet(), store_error, [](const store_error& e) {
      return e.what()
             == std::string{"cannot record what a projection emits: a command "
                            "of the transaction has failed"};
    });
  BOOST_TEST(!recorder->max_tracking_id("social"));
  // The next transaction knows nothing of it.
  emit_all(*recorder, 3, 3);
  BOOST_TEST(content_of(*backend.open_store()).size() == 3u);
  BOOST_TEST((recorder->max_tracking_id("social") == 3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_that_cannot_be_recorded_is_forgotten,
                              Backend, backends) {
  Backend backend;
  auto fails_first = std::make_shared<failing_event_store>(
    backend.open_store(), [](size_t call) {
      return call == 0 ? append_fault::before : append_fault::none;
    });
  emission_recorder recorder{
    {"p"}, backend.open_recorder(), {{"social", std::move(fails_first)}}};
  BOOST_CHECK_THROW(emit_all(recorder, 1, 2), store_unavailable);
  BOOST_TEST(!recorder.max_tracking_id("social"));
  emit_all(recorder, 3, 3);
  BOOST_TEST(content_of(*backend.open_store()).size() == 3u);
  BOOST_TEST((recorder.max_tracking_id("social") == 3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_targets_get_their_part, Backend, backends) {
  Backend backend;
  auto log = std::make_shared<memory_log>();
  auto other = std::make_shared<memory_event_store>(log);
  emission_recorder recorder{
    {"p"}, "social", backend.open_recorder(), {{"billing", other}}};
  recorder.emit(
    source_at(1),
    {{"s", "A", "{}"}, {"s", "B", "{}", "billing"}, {"s", "C", "{}", "social"}},
    {"social", 1});
  BOOST_TEST(topics_of(backend.open_store()->read_all(0, 10, {}).events)
             == "AC");
  BOOST_TEST(topics_of(other->read_all(0, 10, {}).events) == "B");
}

BOOST_AUTO_TEST_CASE(large_groups_are_recorded_in_parts) {
  memory_backend backend;
  auto recorder = over(backend.open_recorder());
  std::string large(keyed_emissions::bytes_max / 4, 'x');
  auto fails = [&] {
    recorder->in_one_transaction([&] {
      for (auto i = 1; i <= 6; ++i)
        recorder->emit(source_at(i), {{"s", "A", large}}, {"social", i});
      throw crash{};
    });
  };
  BOOST_CHECK_THROW(fails(), crash);
  // What was full is recorded with its place; the rest is not.
  BOOST_TEST(backend.open_store()->head() == 4);
  BOOST_TEST((recorder->max_tracking_id("social") == 4));
}

BOOST_AUTO_TEST_SUITE_END()
