// An event store in memory that counts what is asked of it and fails as told.
// Used by tests of the actors around a store.
#pragma once

#include "projections/storage/log/store_error.hpp"
#include "projections/storage/log/wrapped_event_store.hpp"
#include "projections/storage/memory/memory_event_store.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace projections::test {

/// Not thread-safe beyond what the deterministic scheduler needs.
class recording_store final : public wrapped_event_store {
public:
  recording_store()
    : wrapped_event_store(
      std::make_shared<memory_event_store>(std::make_shared<memory_log>())) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    fail_if_told();
    for (auto& x : requests)
      if (x.stream == poisonous_stream)
        throw store_error{"poisonous"};
    commits.push_back(requests.size());
    return wrapped_event_store::append(requests);
  }

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override {
    fail_if_told();
    ++reads;
    filtered_reads += topics.empty() ? 0 : 1;
    return wrapped_event_store::read_all(after, limit, topics);
  }

  log_position head() override {
    fail_if_told();
    return wrapped_event_store::head();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return interval;
  }

  /// Appends `count` events to `stream`.
  void add(const std::string& stream, size_t count = 1) {
    add_of("T", stream, count);
  }

  /// Appends `count` events of `topic` to `stream`.
  void add_of(const std::string& topic, const std::string& stream,
              size_t count = 1, const std::string& payload = "{}") {
    append_request request;
    request.stream = stream;
    request.events.assign(count, {topic, payload});
    inner().append({request});
  }

  /// How many requests each commit had, and how often the log was read.
  std::vector<size_t> commits;
  size_t reads = 0;

  /// How often it was read for certain topics only.
  size_t filtered_reads = 0;

  /// So many calls fail: as unavailable, or for good.
  int failures = 0;
  bool fails_for_good = false;

  /// A commit with an append to it fails.
  std::string poisonous_stream;

  std::optional<std::chrono::milliseconds> interval;

private:
  void fail_if_told() {
    if (fails_for_good)
      throw store_error{"broken"};
    if (failures > 0) {
      --failures;
      throw store_unavailable{"out of reach"};
    }
  }
};

} // namespace projections::test
