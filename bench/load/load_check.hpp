// Whether a load has done what it should: compares the log of the store with
// what producers were told and with what projections have made of it. The
// program asks it at the end of every run. It says more than the check of the
// example, which stops at the first projection that differs.
#pragma once

#include "examples/multi_projection_load/load_event.hpp"
#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace load {

/// What a stream should have in the log.
struct expected_stream {
  std::string name;
  uint64_t events = 0;
};

/// What a projection has come to, as its view has recorded it.
struct projection_result {
  std::string name;

  /// The topic that it folds; empty for all events of the load.
  std::string topic;

  /// The position up to which events are in its view.
  projections::log_position position = projections::log_start;

  stream_states states;
};

/// Folds the log once more, on one thread and without a view, and tells every
/// difference. Not thread-safe.
class load_check {
public:
  /// `results` are the projections after the run, all of which should have
  /// reached the position `due`. Events of streams that are not in `streams`
  /// are not looked at.
  load_check(const std::vector<expected_stream>& streams,
             std::vector<projection_result> results,
             projections::log_position due = projections::log_start);

  // -- modifiers ---------------------------------------------------------------

  /// Takes the next event of the log.
  void add(const projections::recorded_event& event);

  /// Compares, once all events were added. Returns at most `problems_max`
  /// problems, one in a line, and how many more there are; empty if nothing was
  /// lost, doubled or out of order.
  [[nodiscard]] std::string finish();

  // -- inspectors --------------------------------------------------------------

  /// Returns how many events of the load are in the log.
  [[nodiscard]] uint64_t events() const {
    return events_;
  }

  static constexpr size_t problems_max = 10;

private:
  void add_problem(std::string text);
  void compare_log();
  void compare(const projection_result& result, const stream_states& expected);

  /// What the streams should have and what they have, by name.
  struct stream_progress {
    int64_t expected = 0;
    int64_t found = 0;
  };
  std::unordered_map<std::string, stream_progress> streams_;

  std::vector<projection_result> results_;
  projections::log_position due_;

  /// What the projections should have, in their order.
  std::vector<stream_states> expected_;

  /// The projections by their topics.
  std::unordered_map<std::string, std::vector<size_t>> by_topic_;

  uint64_t events_ = 0;
  std::vector<std::string> problems_;
  uint64_t problem_count_ = 0;
};

} // namespace load
