// Goal: whatever many writers do at the same time, a runner that follows them
// skips no event, sees each stream in its order, and ends with the same view as
// one that comes later. Method: writers through the actor of a store, through
// stores of their own and with plain SQL in the Python layout append to random
// streams; some of the latter roll back, and some keep what they have inserted
// until the runner has folded all that can be seen, so that a position that is
// drawn early and committed late would be passed over.
#include "tests/contract/plain_writer.hpp"
#include "tests/faults/durable_pairs.hpp"
#include "tests/faults/log_checks.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr int shared_writers = 6;
constexpr int own_writers = 5;
constexpr int plain_writers = 5;
constexpr int transactions = 25;

/// Two looks after a moment, one has begun and ended after it.
constexpr uint64_t looks_before_commit = 2;

/// What the threads of a test share.
struct shared_state {
  /// How often the runner was seen to have folded all that could be seen.
  std::atomic<uint64_t> looks = 0;
  /// Whether there will be no further one.
  std::atomic<bool> looks_ended = false;
  std::atomic<int> writers_left = shared_writers + own_writers + plain_writers;

  /// What the first thread that failed has said.
  std::mutex mutex;
  std::string problem;

  void wait_for_looks(uint64_t n) {
    auto target = looks.load() + n;
    for (auto seen = looks.load(); seen < target && !looks_ended;
         seen = looks.load())
      looks.wait(seen);
  }

  void end_look() {
    ++looks;
    looks.notify_all();
  }

  void tell(const std::exception& e) {
    std::lock_guard guard{mutex};
    if (problem.empty())
      problem = e.what();
  }
};

/// Calls `work(random)` in a thread that counts as a writer until it ends.
template <class F>
std::jthread start_writer(shared_state& state, uint64_t seed, F work) {
  return std::jthread{[&state, seed, work]() mutable {
    std::mt19937 random{static_cast<uint32_t>(seed)};
    try {
      work(random);
    } catch (const std::exception& e) {
      state.tell(e);
    }
    --state.writers_left;
  }};
}

/// Appends groups of requests to streams that all of these writers share; some
/// are refused.
void append(event_store& store, std::mt19937& random) {
  for (int i = 0; i < transactions;) {
    std::vector<append_request> requests(1 + random() % 3);
    for (auto& x : requests) {
      x.stream = "shared " + std::to_string(random() % 7);
      if (random() % 4 == 0)
        x.expected = static_cast<stream_version>(random() % 50);
      x.events.resize(1 + random() % 4, {"store", "{}"});
    }
    try {
      store.append(requests);
      ++i;
    } catch (const store_unavailable&) {
      // The lock was held for too long; nothing was written.
    }
  }
}

/// Inserts into streams of its own.
template <class Writer>
void insert(Writer& writer, const std::string& name, shared_state& state,
            std::mt19937& random) {
  std::map<std::string, stream_version> versions;
  for (int i = 0; i < transactions; ++i) {
    auto stream = name + ' ' + std::to_string(random() % 3);
    auto version = versions[stream];
    auto commits = random() % 3 != 0;
    writer.begin();
    for (auto n = 1 + random() % 4; n > 0; --n)
      writer.insert(stream, ++version);
    if (random() % 4 == 0)
      state.wait_for_looks(looks_before_commit);
    writer.end(commits ? "COMMIT" : "ROLLBACK");
    if (commits)
      versions[stream] = version;
  }
}

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
                              Backend, durable_pairs) {
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
    auto store = backend.open();
    shared_state state;
    auto shared_store = f.log().store();
    std::vector<std::jthread> threads;
    seed *= 1000;
    for (int i = 0; i < shared_writers; ++i)
      threads.push_back(start_writer(
        state, ++seed, [&](auto& random) { append(*shared_store, random); }));
    for (int i = 0; i < own_writers; ++i)
      threads.push_back(start_writer(
        state, ++seed, [&](auto& random) { append(*backend.open(), random); }));
    for (int i = 0; i < plain_writers; ++i)
      threads.push_back(start_writer(state, ++seed, [&, i](auto& random) {
        plain writer{backend};
        insert(writer, "plain " + std::to_string(i), state, random);
      }));
    try {
      for (; state.writers_left > 0; state.end_look())
        runner->wait(store->head(), long_time);
    } catch (const std::exception& e) {
      state.tell(e);
      state.looks_ended = true;
      state.end_look();
    }
    threads.clear();
    BOOST_TEST_REQUIRE(state.problem == "");
    auto log = whole_log(*store);
    BOOST_TEST(log.size() > size_t{transactions});
    auto last = last_position(log);
    runner->wait(last, long_time);
    runner->close();
    check_same(live.log, log);
    BOOST_TEST(content_of(*view) == fold_of(log, last));

    decltype(f.backend().view) other;
    auto late_view = other.open();
    seen_events late;
    auto late_runner = f.run(late.recorder(late_view));
    late_runner->wait(last, long_time);
    late_runner->close();
    check_same(late.log, log);
    BOOST_TEST(content_of(*late_view) == content_of(*view));
  });
}

BOOST_AUTO_TEST_SUITE_END()
