// Writers that append to a store at the same time, by chance, while somebody
// follows. Used by tests of what a reader or a runner may miss.
#pragma once

#include "projections/storage/log/event_store.hpp"
#include "projections/storage/log/store_error.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace projections::test {

/// So many transactions has a writer.
inline constexpr int writer_transactions = 25;

/// Two looks after a moment, one has begun and ended after it.
inline constexpr uint64_t looks_before_commit = 2;

/// The threads of writers, and what they share with the one who follows them.
class random_writers {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Calls `work(random)` in a thread that counts as a writer until it ends.
  template <class F>
  void start(uint64_t seed, F work) {
    ++writing_;
    threads_.emplace_back([this, seed, work = std::move(work)]() mutable {
      std::mt19937 random{static_cast<uint32_t>(seed)};
      try {
        work(random);
      } catch (const std::exception& e) {
        fail(e);
      }
      --writing_;
    });
  }

  /// Tells that the one who follows has met all that it could see.
  void end_look() {
    ++looks_;
    looks_.notify_all();
  }

  /// Tells that `e` has ended a writer or the one who follows.
  void fail(const std::exception& e) {
    {
      std::lock_guard guard{mutex_};
      if (problem_.empty())
        problem_ = e.what();
    }
    // Nobody waits for a look that does not come.
    has_failed_ = true;
    end_look();
  }

  /// Waits until all writers have ended, and returns what the first one that
  /// failed has said.
  std::string join() {
    threads_.clear();
    return problem_;
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] bool are_writing() const {
    return writing_ > 0;
  }

  /// Returns after looks that have begun after now.
  void wait_for_looks() const {
    auto target = looks_.load() + looks_before_commit;
    for (auto seen = looks_.load(); seen < target && !has_failed_;
         seen = looks_.load())
      looks_.wait(seen);
  }

private:
  std::atomic<uint64_t> looks_ = 0;
  std::atomic<bool> has_failed_ = false;
  std::atomic<int> writing_ = 0;

  std::mutex mutex_;
  std::string problem_;

  /// Joined before what they use goes.
  std::vector<std::jthread> threads_;
};

/// Appends groups of requests to streams that all of these writers share; some
/// are refused.
inline void append_randomly(event_store& store, std::mt19937& random) {
  for (int i = 0; i < writer_transactions;) {
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

/// Inserts with plain SQL into streams of its own, rolls some of it back, and
/// keeps some of it from being seen for a while.
template <class PlainWriter>
void insert_randomly(PlainWriter& writer, const std::string& name,
                     const random_writers& all, std::mt19937& random) {
  std::map<std::string, stream_version> versions;
  for (int i = 0; i < writer_transactions; ++i) {
    auto stream = name + ' ' + std::to_string(random() % 3);
    auto version = versions[stream];
    auto commits = random() % 3 != 0;
    writer.begin();
    for (auto n = 1 + random() % 4; n > 0; --n)
      writer.insert(stream, ++version);
    if (random() % 4 == 0)
      all.wait_for_looks();
    writer.end(commits ? "COMMIT" : "ROLLBACK");
    if (commits)
      versions[stream] = version;
  }
}

} // namespace projections::test
