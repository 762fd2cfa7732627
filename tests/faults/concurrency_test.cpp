// Goal: whatever many writers do at the same time, a runner that follows them
// skips no event, sees each stream in its order, and ends with the same view as
// one that comes later. Method: writers through the actor of a store, through
// stores of their own and with plain SQL in the Python layout append to random
// streams; some of the latter roll back, and some keep what they have inserted
// until the runner has folded all that can be seen, so that a position that is
// drawn early and committed late would be passed over.
#include "tests/contract/plain_writer.hpp"
#include "tests/contract/random_writers.hpp"
#include "tests/faults/log_checks.hpp"
#include "tests/random_seeds.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr int shared_writers = 6;
constexpr int own_writers = 5;
constexpr int plain_writers = 5;
/// What a projection has seen.
struct seen_events {
  /// Returns the counting projection into `view`, which puts each event here
  /// first. Only what is committed without a failure is seen once.
  std::shared_ptr<counting_projection>
  recorder(std::shared_ptr<event_counters_view> view) {
    auto result = std::make_shared<counting_projection>(std::move(view));
    result->before_event
      = [this](const recorded_event& x) { log.push_back(x); };
    return result;
  }

  std::vector<recorded_event> log;
};

/// Checks that `seen` has the events of `log` in their order.
void check_same(const std::vector<recorded_event>& seen,
                const std::vector<recorded_event>& log) {
  BOOST_TEST(disorder_of(seen) == "");
  BOOST_TEST_REQUIRE(seen.size() == log.size());
  for (size_t i = 0; i < log.size(); ++i) {
    BOOST_TEST_REQUIRE(seen[i].position == log[i].position);
    BOOST_TEST(seen[i].stream == log[i].stream);
    BOOST_TEST(seen[i].version == log[i].version);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(concurrency)

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_that_follows_writers_skips_nothing,
                              Backend, durable_runner_backends) {
  check_random_seeds(1, [](uint64_t seed) {
    runner_fixture<Backend> f;
    auto& backend = f.backend().store;
    using plain = plain_writer<std::remove_reference_t<decltype(backend)>>;
    auto view = f.view();
    seen_events live;
    projection_settings small;
    small.group.events_max = 10;
    small.runner.slice_events_max = 15;
    auto runner = f.run(live.recorder(view), small);
    auto store = backend.open_store();
    auto shared_store = f.log().store();
    random_writers writers;
    seed *= 1000;
    for (int i = 0; i < shared_writers; ++i)
      writers.start(
        ++seed, [&](auto& random) { append_randomly(*shared_store, random); });
    for (int i = 0; i < own_writers; ++i)
      writers.start(++seed, [&](auto& random) {
        append_randomly(*backend.open_store(), random);
      });
    for (int i = 0; i < plain_writers; ++i)
      writers.start(++seed, [&, i](auto& random) {
        plain writer{backend};
        insert_randomly(writer, "plain " + std::to_string(i), writers, random);
      });
    try {
      for (; writers.are_writing(); writers.end_look())
        runner->wait(store->head(), long_time);
    } catch (const std::exception& e) {
      writers.fail(e);
    }
    BOOST_TEST_REQUIRE(writers.join() == "");
    auto log = whole_log(*store);
    BOOST_TEST(log.size() > size_t{writer_transactions});
    auto last = last_position(log);
    runner->wait(last, long_time);
    runner->close();
    check_same(live.log, log);
    BOOST_TEST(content_of(*view) == fold_of(log, last));

    decltype(f.backend().view) other;
    auto late_view = other.open_view();
    seen_events late;
    auto late_runner = f.run(late.recorder(late_view));
    late_runner->wait(last, long_time);
    late_runner->close();
    check_same(late.log, log);
    BOOST_TEST(content_of(*late_view) == content_of(*view));
  });
}

BOOST_AUTO_TEST_SUITE_END()
