// Goal: a projection that keeps its state in aggregates counts every event
// once: what it saves and the place of the event are recorded together or not
// at all. Method: a projection that counts tricks with one aggregate, in a
// store apart from that of the events, over every backend.
#include "projections/folds/processors/event_sourced_projection.hpp"

#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

// -- the projection -------------------------------------------------------------

namespace counted {

struct trick_added {};

/// What the projection fails for.
struct trick_forgotten {};

struct trick_counted {};

} // namespace counted

template <>
struct projections::event_type<counted::trick_added> {
  static constexpr std::string_view topic = "TrickAdded";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<counted::trick_forgotten> {
  static constexpr std::string_view topic = "TrickForgotten";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<counted::trick_counted> {
  static constexpr std::string_view topic = "TrickCounted";
  static constexpr auto fields = std::tuple{};
};

namespace {

using namespace projections::test;
using projections::aggregate;
using projections::application;
using projections::event_sourced_projection;
using projections::event_types;
using projections::log_position;
using projections::log_start;
using projections::recorder_with_events;
using projections::runner_phase;

class trick_counter : public aggregate<trick_counter> {
public:
  using events = event_types<counted::trick_counted>;
  using aggregate::aggregate;

  void count() {
    trigger_event(counted::trick_counted{});
  }

  void apply(const counted::trick_counted&) {
    ++tricks_;
  }

  [[nodiscard]] int64_t tricks() const {
    return tricks_;
  }

private:
  int64_t tricks_ = 0;
};

using trick_counting = application<trick_counter>;

const auto counter_id
  = *projections::uuid_of("0123456789abcdef0123456789abcdef");

trick_counter counter_of(const trick_counting& app) {
  auto& known = app.repository();
  return known.contains(counter_id) ? known.get<trick_counter>(counter_id)
                                    : trick_counter{counter_id};
}

class spanner_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class counted_tricks final : public event_sourced_projection<trick_counting> {
public:
  explicit counted_tricks(std::shared_ptr<recorder_with_events> recorder)
    : event_sourced_projection(
      "TrickCounting", std::move(recorder),
      {"trickcounting",
       event_types<counted::trick_added, counted::trick_forgotten>::topics()}) {
    when<counted::trick_added>(
      [this](const counted::trick_added&) { count(); });
    when<counted::trick_forgotten>([this](const counted::trick_forgotten&) {
      count();
      throw spanner_error{"This is a deliberate bug"};
    });
  }

  /// What the next event is counted with, instead of what is recorded.
  std::optional<trick_counter> read_before;

private:
  void count() {
    auto counter = read_before ? std::move(*read_before) : counter_of(app());
    read_before.reset();
    counter.count();
    app().save(counter);
  }
};

template <class Backend>
class fixture : public runner_fixture<Backend> {
public:
  /// Returns a projection as another process would have it.
  std::shared_ptr<counted_tricks> counting() {
    return std::make_shared<counted_tricks>(own_database().open_recorder());
  }

  /// Appends `count` tricks and returns where the last one is.
  log_position add_tricks(size_t count) {
    return this->append("fido", std::vector<std::string>(count, "TrickAdded"));
  }

  /// Returns what is recorded, as somebody else sees it.
  int64_t tricks() {
    return counter_of({"TrickCounting", own_database().open_store()}).tricks();
  }

  /// The database that the projection has for itself.
  auto& own_database() {
    return this->backend().view;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(event_sourced_projections)

BOOST_AUTO_TEST_CASE_TEMPLATE(every_event_counts_once_after_a_resume, Backend,
                              runner_backends) {
  fixture<Backend> f;
  for (int64_t n = 1; n <= 3; ++n) {
    auto runner = f.run(f.counting());
    runner->wait(f.add_tricks(2), long_time);
    runner->close();
    BOOST_TEST(f.tricks() == 2 * n);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_event_leaves_no_event_and_no_tracking,
                              Backend, runner_backends) {
  fixture<Backend> f;
  auto last = f.add_tricks(2);
  f.append("fido", {"TrickForgotten", "TrickAdded"});
  for (int times = 1; times <= 2; ++times) {
    BOOST_CHECK_THROW(f.run(f.counting())->run_forever(long_time),
                      spanner_error);
    // What came before it is counted.
    BOOST_TEST(f.tricks() == 2);
    BOOST_TEST(
      (f.own_database().open_recorder()->max_tracking_id("upstream") == last));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(save_that_came_too_late_is_tried_again, Backend,
                              runner_backends) {
  fixture<Backend> f;
  auto projection = f.counting();
  projection->read_before = counter_of(projection->app());
  // Somebody else is faster.
  trick_counting other{"TrickCounting", f.own_database().open_store()};
  auto counter = counter_of(other);
  counter.count();
  other.save(counter);
  auto runner = f.run(projection);
  runner->wait(f.add_tricks(2), long_time);
  BOOST_TEST(runner->status().retries == 1u);
  runner->close();
  BOOST_TEST(f.tricks() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rebuild_is_refused_and_changes_nothing, Backend,
                              runner_backends) {
  fixture<Backend> f;
  auto runner = f.run(f.counting());
  auto last = f.add_tricks(2);
  runner->wait(last, long_time);
  BOOST_CHECK_THROW(runner->rebuild(), projections::runner_stopped);
  BOOST_TEST((runner->status().phase == runner_phase::failed));
  BOOST_TEST(f.tricks() == 2);
  BOOST_TEST(
    (f.own_database().open_recorder()->max_tracking_id("upstream") == last));
}

BOOST_AUTO_TEST_SUITE_END()
