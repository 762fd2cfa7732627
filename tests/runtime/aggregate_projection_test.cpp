// Goal: the tutorial's projection of an application's events does what the
// tutorial says, up to another instance of the application and of the view that
// go on where the first ones were. Method: its test cases, over every backend.
#include "projections/folds/aggregates/application.hpp"
#include "projections/folds/processors/projection.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

// -- the application ------------------------------------------------------------

namespace tutorial {

struct created {};
struct event {};
struct spanner_thrown {};

// An event that the projection does not know.
struct renamed {
  std::string name;
};

} // namespace tutorial

template <>
struct projections::event_type<tutorial::created> {
  static constexpr std::string_view topic = "domain:Aggregate.Created";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<tutorial::event> {
  static constexpr std::string_view topic = "domain:Aggregate.Event";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<tutorial::spanner_thrown> {
  static constexpr std::string_view topic = "tutorial:SpannerThrown";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<tutorial::renamed> {
  static constexpr std::string_view topic = "tutorial:Renamed";
  static constexpr auto fields
    = std::tuple{field("name", &tutorial::renamed::name)};
};

namespace {

using namespace projections::test;
using namespace std::chrono_literals;
using projections::aggregate;
using projections::application;
using projections::event_log;
using projections::event_types;
using projections::log_position;
using projections::projection;
using projections::projection_runner;
using projections::tracking;

class thing : public aggregate<thing> {
public:
  using events = event_types<tutorial::created, tutorial::event,
                             tutorial::spanner_thrown, tutorial::renamed>;
  using aggregate::aggregate;

  /// Makes one that `created` has happened to.
  static thing make() {
    thing result;
    result.trigger_event(tutorial::created{});
    return result;
  }

  template <class E>
  void apply(const E&) {
    // It has no state.
  }
};

using things = application<thing>;

// -- the projection -------------------------------------------------------------

struct spanner_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class aggregate_event_counters : public projection<event_counters_view> {
public:
  explicit aggregate_event_counters(std::shared_ptr<event_counters_view> counts,
                                    std::vector<std::string> topics
                                    = {"domain:Aggregate.Created",
                                       "domain:Aggregate.Event",
                                       "tutorial:SpannerThrown"})
    : projection(std::move(counts), {"eventcounters", std::move(topics)}) {
    on<tutorial::created>([this](const tutorial::created&, const tracking& x) {
      view().incr_created_event_counter(x);
    });
    on<tutorial::event>([this](const tutorial::event&, const tracking& x) {
      view().incr_subsequent_event_counter(x);
    });
    on<tutorial::spanner_thrown>(
      [](const tutorial::spanner_thrown&, const tracking&) {
        throw spanner_error{"This is a deliberate bug"};
      });
  }
};

template <class Backend>
class fixture : public runner_fixture<Backend> {
public:
  using runner_fixture<Backend>::run;

  std::unique_ptr<projection_runner>
  run_counters(std::shared_ptr<event_counters_view> view) {
    return run(std::make_shared<aggregate_event_counters>(std::move(view)));
  }

  /// Saves an aggregate with three events and returns where the last one is.
  static log_position save_one(things& write_model) {
    auto x = thing::make();
    x.trigger_event(tutorial::event{});
    x.trigger_event(tutorial::event{});
    return write_model.save(x).back().position;
  }

  things write_model{"upstream", this->log().store()};
};

} // namespace

BOOST_AUTO_TEST_SUITE(aggregate_event_counters_projection)

BOOST_AUTO_TEST_CASE_TEMPLATE(event_counters_projection, Backend,
                              runner_backends) {
  fixture<Backend> f;
  auto read_model = f.view();
  auto runner = f.run_counters(read_model);
  for (int64_t n = 1; n <= 2; ++n) {
    auto last = f.save_one(f.write_model);
    read_model->wait(f.write_model.name(), last, long_time);
    BOOST_TEST(read_model->get_created_event_counter() == n);
    BOOST_TEST(read_model->get_subsequent_event_counter() == 2 * n);
  }
}

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
BOOST_AUTO_TEST_CASE_TEMPLATE(other_instances_write_and_read_after_a_resume,
                              Backend, durable_runner_backends) {
  fixture<Backend> f;
  {
    auto read_model = f.view();
    auto runner = f.run_counters(read_model);
    for (int n = 0; n < 2; ++n)
      read_model->wait("upstream", f.save_one(f.write_model), long_time);
  }
  auto runner = f.run_counters(f.view());
  // What another process would have: a store and a view of its own.
  things write_model{"upstream", f.backend().store.open_store()};
  auto read_model = f.view();
  for (int64_t n = 3; n <= 4; ++n) {
    auto last = f.save_one(write_model);
    read_model->wait(write_model.name(), last, long_time);
    BOOST_TEST(read_model->get_created_event_counter() == n);
    BOOST_TEST(read_model->get_subsequent_event_counter() == 2 * n);
  }
}
#endif

BOOST_AUTO_TEST_CASE_TEMPLATE(run_forever_raises_the_projection_error, Backend,
                              runner_backends) {
  fixture<Backend> f;
  auto read_model = f.view();
  log_position last = 0;
  {
    auto runner = f.run_counters(read_model);
    auto x = thing::make();
    x.trigger_event(tutorial::spanner_thrown{});
    last = f.write_model.save(x).back().position;
    BOOST_CHECK_THROW(runner->run_forever(long_time), spanner_error);
    BOOST_CHECK_THROW(read_model->wait("upstream", last, 20ms),
                      projections::wait_timeout);
  }
  // It still ends with the error of the projection.
  auto runner = f.run_counters(f.view());
  BOOST_CHECK_THROW(runner->run_forever(long_time), spanner_error);
  BOOST_CHECK_THROW(
    f.view()->wait("upstream", f.write_model.store()->head(), 20ms),
    projections::wait_timeout);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unknown_topic_is_left_out_or_an_error, Backend,
                              runner_backends) {
  fixture<Backend> f;
  auto x = thing::make();
  x.trigger_event(tutorial::renamed{"new"});
  auto last = f.write_model.save(x).back().position;
  auto read_model = f.view();
  f.run_counters(read_model)->wait(last, long_time);
  BOOST_TEST(read_model->get_created_event_counter() == 1);
  // A projection that asks for every event has to know every topic.
  auto curious = std::make_shared<aggregate_event_counters>(
    read_model, std::vector<std::string>{});
  x.trigger_event(tutorial::renamed{"newer"});
  last = f.write_model.save(x).back().position;
  BOOST_CHECK_THROW(f.run(curious)->wait(last, long_time),
                    projections::unknown_topic);
  auto knowing = std::make_shared<aggregate_event_counters>(
    read_model, std::vector<std::string>{});
  knowing->know(f.write_model.topics());
  f.run(knowing)->wait(last, long_time);
  BOOST_TEST(read_model->get_subsequent_event_counter() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
