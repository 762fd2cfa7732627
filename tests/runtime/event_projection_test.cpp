// Goal: a runner gets every emission of an event projection recorded exactly
// once, through failures, chains, rebuilds and changed functions, and stops
// where it must. Method: runners over every backend, and stores that fail as
// told.
#include "projections/folds/processors/event_projection.hpp"

#include "projections/folds/emissions/event_origin.hpp"
#include "projections/storage/log/failing_event_store.hpp"
#include "projections/storage/memory/memory_recorder.hpp"
#include "tests/contract/backends.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

struct followed {
  std::string whom;
};

struct was_followed {
  std::string who;
};

} // namespace

template <>
struct projections::event_type<followed> {
  static constexpr std::string_view topic = "Followed";
  static constexpr auto fields = std::tuple{field("whom", &followed::whom)};
};

template <>
struct projections::event_type<was_followed> {
  static constexpr std::string_view topic = "WasFollowed";
  static constexpr auto fields = std::tuple{field("who", &was_followed::who)};
};

namespace {

/// Emits for `Followed` in the stream of the user who is followed.
class followship final : public event_projection {
public:
  template <class... Recorder>
  explicit followship(event_projection_description description,
                      Recorder... recorder)
    : event_projection(std::move(description), std::move(recorder)...) {
    on<followed>([](const followed& x, const recorded_event& recorded) {
      return std::vector{emit(x.whom, was_followed{recorded.stream})};
    });
  }

  static event_projection_description description() {
    return {"followship", {"Followed"}, {"WasFollowed"}};
  }
};

/// Emits an event of the topic `to` for every one of the topic `from`.
class echo final : public event_projection {
public:
  template <class... Recorder>
  echo(std::string name, std::string from, std::string to, bool declares,
       Recorder... recorder)
    : event_projection(
      {std::move(name),
       {from},
       declares ? std::vector{to} : std::vector<std::string>{}},
      std::move(recorder)...),
      to_(std::move(to)) {
    // nop
  }

  std::vector<emission>
  emissions_for(const recorded_event& event) const override {
    return {{event.stream, to_, event.payload}};
  }

private:
  std::string to_;
};

/// The log of application `social`, with what is emitted into it.
template <class Backend>
struct fixture {
  /// Appends that `who` follows somebody.
  log_position follow(const std::string& who, const std::string& whom) {
    return append(who, "Followed", R"({"whom":")" + whom + "\"}");
  }

  log_position append(const std::string& stream, const std::string& topic,
                      const std::string& payload = "{}") {
    return log.store()
      ->append({{stream, any_version, {{topic, payload}}}})
      .front()
      .positions.back();
  }

  std::unique_ptr<projection_runner>
  run(std::shared_ptr<event_processor> projection,
      const projection_settings& settings = quick()) {
    return std::make_unique<projection_runner>(log, "social",
                                               std::move(projection), settings);
  }

  /// Settings with short pauses.
  static projection_settings quick() {
    projection_settings result;
    result.runner.retry.delay = 1ms;
    result.runner.retry.delay_max = 2ms;
    return result;
  }

  /// Returns all events as words, in order.
  std::string content() {
    std::string result;
    for (auto& x : log.store()->read_all(log_start, 1000, {}).events)
      result += x.topic + '(' + x.stream + ") ";
    return result;
  }

  Backend backend;
  runner_configuration config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system, [this] { return backend.open_store(); }};
};

using memory_fixture = fixture<memory_backend>;

/// Returns the name of a user.
std::string user(int number) {
  std::string result{'u'};
  result += std::to_string(number);
  return result;
}

/// Returns what a runner has failed with, as words.
std::string failure_of(projection_runner& runner) {
  try {
    runner.run_forever(long_time);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "no failure";
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_projection_test)

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_are_recorded_once, Backend, backends) {
  fixture<Backend> f;
  f.follow("ann", "bob");
  f.append("bob", "Other");
  auto last = f.follow("bob", "ann");
  {
    auto runner = f.run(std::make_shared<followship>(
      followship::description(), "social", f.backend.open_recorder()));
    runner->wait(last, long_time);
    last = f.follow("cid", "bob");
    runner->wait(last, long_time);
    runner->close();
  }
  const std::string expected
    = "Followed(ann) Other(bob) Followed(bob) WasFollowed(bob) "
      "WasFollowed(ann) Followed(cid) WasFollowed(bob) ";
  BOOST_TEST(f.content() == expected);
  // Another process goes on behind the recorded position.
  auto runner = f.run(std::make_shared<followship>(
    followship::description(), "social", f.backend.open_recorder()));
  runner->wait(f.log.store()->head(), long_time);
  // A rebuild finds everything there.
  runner->rebuild();
  runner->wait(f.log.store()->head(), long_time);
  runner->close();
  BOOST_TEST(f.content() == expected);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(emissions_are_processed_by_others, Backend,
                              backends) {
  fixture<Backend> f;
  auto recorder = f.backend.open_recorder();
  auto first = f.run(
    std::make_shared<echo>("first", "A", "B", true, "social", recorder));
  auto target = std::vector<emission_target>{{"social", f.log.store()}};
  auto second = f.run(std::make_shared<echo>(
    "second", "B", "C", true, std::make_shared<memory_recorder<>>(), target));
  auto at = f.append("s", "A");
  first->wait(at, long_time);
  second->wait(f.log.store()->head(), long_time);
  BOOST_TEST(f.content() == "A(s) B(s) C(s) ");
  auto events = f.log.store()->read_stream("s", 0, 10);
  BOOST_TEST(origin_of(events.at(1)).depth == 1u);
  BOOST_TEST(origin_of(events.at(2)).depth == 2u);
  BOOST_TEST(origin_of(events.at(2)).correlation_id
             == origin_of(events.at(1)).causation_id);
}

BOOST_AUTO_TEST_CASE(declared_circle_is_refused_at_start) {
  memory_fixture f;
  auto recorder = [] { return std::make_shared<memory_recorder<>>(); };
  auto target = std::vector<emission_target>{{"social", f.log.store()}};
  auto there = f.run(
    std::make_shared<echo>("there", "A", "B", true, recorder(), target));
  there->wait(log_start, long_time);
  there->wait(f.append("s", "Other"), long_time);
  auto back
    = f.run(std::make_shared<echo>("back", "B", "A", true, recorder(), target));
  BOOST_TEST(failure_of(*back).starts_with(
    "projection \"back\" would process its own emissions, for ever: "));
  // When the other one has gone, there is no circle.
  there->close();
  back
    = f.run(std::make_shared<echo>("back", "B", "A", true, recorder(), target));
  back->wait(f.append("s", "B"), long_time);
  BOOST_TEST(f.content() == "Other(s) B(s) A(s) ");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(undeclared_circle_ends_at_the_greatest_depth,
                              Backend, backends) {
  fixture<Backend> f;
  f.append("s", "A");
  auto runner = f.run(std::make_shared<echo>("echo", "A", "A", false, "social",
                                             f.backend.open_recorder()));
  auto failure = failure_of(*runner);
  BOOST_TEST(failure.find("is the emission number 16 in a row") != failure.npos,
             failure);
  auto events = f.log.store()->read_all(log_start, 1000, {}).events;
  BOOST_TEST(events.size() == 17u);
  BOOST_TEST(origin_of(events.back()).depth == 16u);
  BOOST_TEST(runner->status().position == events[15].position);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(inserts_are_tried_again_until_they_are_in,
                              Backend, backends) {
  fixture<Backend> f;
  auto failing = std::make_shared<failing_event_store>(f.log.store(),
                                                       random_faults(0.5, 7));
  log_position last = log_start;
  for (int i = 0; i < 100; ++i)
    last = f.follow(user(i), user(i / 10));
  auto settings = f.quick();
  settings.group.events_max = 5;
  auto runner = f.run(std::make_shared<followship>(
                        followship::description(), f.backend.open_recorder(),
                        std::vector<emission_target>{{"social", failing}}),
                      settings);
  runner->wait(last, long_time);
  auto status = runner->status();
  BOOST_TEST(status.retries == failing->failures());
  BOOST_TEST(status.retries > 0u);
  runner->close();
  for (int i = 0; i < 10; ++i) {
    auto events = f.log.store()->read_stream(user(i), 0, 100);
    BOOST_TEST(std::count_if(events.begin(), events.end(),
                             [](auto& x) { return x.topic == "WasFollowed"; })
               == 10);
  }
}

BOOST_AUTO_TEST_CASE(bounded_policy_gives_up_and_keeps_the_position) {
  memory_fixture f;
  auto always = std::make_shared<failing_event_store>(
    f.log.store(), [](size_t) { return append_fault::before; });
  auto at = f.follow("ann", "bob");
  auto settings = f.quick();
  settings.runner.retry.retries_max = 3;
  auto runner
    = f.run(std::make_shared<followship>(
              followship::description(), std::make_shared<memory_recorder<>>(),
              std::vector<emission_target>{{"social", always}}),
            settings);
  BOOST_CHECK_THROW(runner->wait(at, long_time), store_unavailable);
  BOOST_TEST(runner->status().position == log_start);
  BOOST_TEST(runner->status().retries == 3u);
  BOOST_TEST(always->failures() == 4u);
  BOOST_TEST(f.content() == "Followed(ann) ");
}

BOOST_AUTO_TEST_CASE(store_that_refuses_holds_back_no_other_projection) {
  memory_fixture f;
  auto refuses = std::make_shared<failing_event_store>(
    f.log.store(), [](size_t) { return append_fault::before; });
  auto slow = f.run(std::make_shared<echo>(
    "slow", "A", "B", true, std::make_shared<memory_recorder<>>(),
    std::vector<emission_target>{{"social", refuses}}));
  auto other = f.run(std::make_shared<echo>(
    "other", "A", "C", true, std::make_shared<memory_recorder<>>(),
    std::vector<emission_target>{{"social", f.log.store()}}));
  for (int i = 0; i < 100; ++i)
    f.append("s", "A");
  other->wait(100, long_time);
  BOOST_TEST(slow->status().position == log_start);
  slow->close();
}

BOOST_AUTO_TEST_CASE(stop_cuts_the_pause_of_a_retry_short) {
  memory_fixture f;
  auto refuses = std::make_shared<failing_event_store>(
    f.log.store(), [](size_t) { return append_fault::before; });
  projection_settings settings;
  settings.runner.retry.delay = long_time;
  settings.runner.retry.delay_max = long_time;
  auto runner
    = f.run(std::make_shared<followship>(
              followship::description(), std::make_shared<memory_recorder<>>(),
              std::vector<emission_target>{{"social", refuses}}),
            settings);
  f.follow("ann", "bob");
  while (runner->status().retries == 0)
    std::this_thread::yield();
  auto before = std::chrono::steady_clock::now();
  runner->close();
  BOOST_TEST((std::chrono::steady_clock::now() - before < 10s));
  BOOST_TEST((runner->status().phase == runner_phase::stopped));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(changed_function_is_reported_never_written,
                              Backend, backends) {
  fixture<Backend> f;
  auto at = f.append("s", "A");
  auto recorder = f.backend.open_recorder();
  auto make = [&](const std::string& to, divergence_policy policy,
                  std::function<void(const divergence&)> report) {
    class changed final : public event_projection {
    public:
      changed(std::string out, event_projection_description description,
              std::shared_ptr<recorder_with_events> recorder)
        : event_projection(std::move(description), "social",
                           std::move(recorder)),
          out_(std::move(out)) {
        // nop
      }
      std::vector<emission>
      emissions_for(const recorded_event& event) const override {
        return {{event.stream, out_, event.payload}};
      }

    private:
      std::string out_;
    };
    return std::make_shared<changed>(
      to,
      event_projection_description{
        "changing", {"A"}, {}, 1, policy, std::move(report)},
      recorder);
  };
  f.run(make("B", divergence_policy::fail, {}))->wait(at, long_time);
  auto runner = f.run(make("C", divergence_policy::fail, {}));
  runner->rebuild();
  BOOST_CHECK_EXCEPTION(runner->wait(at, long_time), divergence_error,
                        [](const divergence_error& e) {
                          return e.what_diverges().stored.topic == "B"
                                 && e.what_diverges().emitted.topic == "C";
                        });
  auto problem = runner->status().problem;
  BOOST_TEST(problem.starts_with("event \"A\" at position 1"), problem);
  runner->close();
  BOOST_TEST(f.content() == "A(s) B(s) ");
  size_t reports = 0;
  runner = f.run(make("C", divergence_policy::keep_stored,
                      [&](const divergence&) { ++reports; }));
  runner->wait(at, long_time);
  runner->close();
  BOOST_TEST(reports == 1u);
  BOOST_TEST(f.content() == "A(s) B(s) ");
}

BOOST_AUTO_TEST_SUITE_END()
