// Goal: a reader that polls the log never misses an event that is committed,
// whatever the writers do: who has seen position p never finds one at or below
// p afterwards. Method: writers through the store and writers with plain SQL in
// the Python layout, with the lock that the Python library takes, insert at the
// same time; the latter roll back or commit only after the reader has polled
// again, so that a position that is drawn early and committed late would be
// passed over. In the end, what the reader has met is compared with the store.
#include "tests/contract/backends.hpp"
#include "tests/contract/plain_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)

namespace {

using namespace projections;
using namespace projections::test;

constexpr int store_writers = 8;
constexpr int plain_writers = 8;
constexpr int transactions = 25;

/// So often the reader polls while a transaction that has inserted is kept
/// open.
constexpr uint64_t polls_before_commit = 2;

/// What the threads of a test share.
struct shared_state {
  std::atomic<uint64_t> polls = 0;
  std::atomic<int> writers_left = store_writers + plain_writers;

  /// What the first writer that failed has said.
  std::mutex mutex;
  std::string problem;

  /// Returns after the reader has polled `n` times more.
  void wait_for_polls(uint64_t n) {
    auto target = polls.load() + n;
    for (auto seen = polls.load(); seen < target; seen = polls.load())
      polls.wait(seen);
  }
};

/// Calls `work()` in a thread that counts as a writer until it ends.
template <class F>
std::jthread start_writer(shared_state& state, F work) {
  return std::jthread{[&state, work]() mutable {
    try {
      work();
    } catch (const std::exception& e) {
      std::lock_guard guard{state.mutex};
      if (state.problem.empty())
        state.problem = e.what();
    }
    --state.writers_left;
  }};
}

/// Appends groups of requests to streams that all of these writers share; some
/// are refused.
void write_through_store(event_store& store, std::mt19937& random) {
  for (int i = 0; i < transactions;) {
    std::vector<append_request> requests(1 + random() % 3);
    for (auto& x : requests) {
      x.stream = "shared " + std::to_string(random() % 5);
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

/// Inserts into a stream of its own.
template <class Writer>
void write_plainly(Writer& writer, const std::string& stream,
                   shared_state& state, std::mt19937& random) {
  stream_version version = 0;
  for (int i = 0; i < transactions; ++i) {
    auto events = static_cast<stream_version>(1 + random() % 4);
    auto commits = random() % 3 != 0;
    writer.begin();
    for (stream_version n = 1; n <= events; ++n)
      writer.insert(stream, version + n);
    if (random() % 2 == 0)
      state.wait_for_polls(polls_before_commit);
    writer.end(commits ? "COMMIT" : "ROLLBACK");
    if (commits)
      version += events;
  }
}

/// Polls the log until all writers have ended and it has met the head.
std::vector<recorded_event> follow(event_store& store, shared_state& state) {
  std::vector<recorded_event> result;
  log_position after = log_start;
  for (auto at_head = false, ended = false; !ended || !at_head;) {
    ended = state.writers_left == 0;
    auto slice = store.read_all(after, 7, {});
    for (auto& x : slice.events)
      result.push_back(std::move(x));
    after = slice.read_to;
    at_head = slice.at_head;
    ++state.polls;
    state.polls.notify_all();
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_order)

BOOST_AUTO_TEST_CASE_TEMPLATE(reader_that_polls_misses_no_event, Backend,
                              durable_backends) {
  auto seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    Backend backend;
    auto reader = backend.open();
    shared_state state;
    std::vector<std::jthread> writers;
    for (int i = 0; i < store_writers; ++i)
      writers.push_back(start_writer(state, [&backend, number = seed + i] {
        std::mt19937 random{number};
        write_through_store(*backend.open(), random);
      }));
    for (int i = 0; i < plain_writers; ++i)
      writers.push_back(start_writer(state, [&, i] {
        std::mt19937 random{seed + store_writers + i};
        plain_writer<Backend> writer{backend};
        write_plainly(writer, "plain " + std::to_string(i), state, random);
      }));
    auto met = follow(*reader, state);
    writers.clear();
    BOOST_TEST(state.problem == "");
    auto kept = backend.open()->read_all(log_start, met.size() + 100'000, {});
    BOOST_TEST(met.size() > size_t{transactions});
    BOOST_TEST(met.size() == kept.events.size());
    for (size_t i = 1; i < met.size(); ++i)
      BOOST_TEST(met[i - 1].position < met[i].position);
    std::map<std::string, stream_version> versions;
    for (size_t i = 0; i < std::min(met.size(), kept.events.size()); ++i) {
      BOOST_TEST(met[i].position == kept.events[i].position);
      BOOST_TEST(met[i].version == ++versions[met[i].stream]);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

#endif
