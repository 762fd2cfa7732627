// Which projections emit which events for which: a circle of them would go on
// for ever. Event projections declare themselves here when they begin to run.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace projections {

/// Projections emit for each other's emissions, in a circle.
class emission_cycle : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Events in the log of an application.
struct topic_in_log {
  std::string application;

  /// Empty for every topic.
  std::string topic;
};

/// What an event projection takes and what it emits.
struct emission_declaration {
  std::string projection;
  std::vector<topic_in_log> inputs;
  std::vector<topic_in_log> outputs;
};

/// The declarations of the projections that run. Thread-safe.
class emission_graph {
public:
  emission_graph() = default;
  emission_graph(const emission_graph&) = delete;
  emission_graph& operator=(const emission_graph&) = delete;

  /// Returns the one for all projections of this process.
  static emission_graph& of_process();

  /// Declares `x` for as long as what is returned lives, which must not be
  /// longer than this object. Throws `emission_cycle`, which names the events
  /// and projections on the way round, if it closes a circle.
  [[nodiscard]] std::shared_ptr<void> declare(emission_declaration x);

private:
  [[nodiscard]] std::string way_round(const emission_declaration& x) const;

  std::mutex mutex_;
  std::map<uint64_t, emission_declaration> declared_;
  uint64_t last_number_ = 0;
};

} // namespace projections
