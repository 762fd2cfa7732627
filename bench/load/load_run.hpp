// One run of the load: the store, the projections and their runners, the
// producers, and the check at the end. The program makes one.
#pragma once

#include "bench/load/load_check.hpp"
#include "bench/load/load_meter.hpp"
#include "bench/load/load_report.hpp"
#include "bench/load/load_settings.hpp"
#include "bench/load/producers.hpp"
#include "examples/multi_projection_load/load_view.hpp"
#include "projections/runtime/event_log.hpp"
#include "projections/runtime/projection_runner.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace load {

/// Used by one thread. Everything it does may throw what a store throws.
class load_run {
public:
  /// Opens the store and the views and starts a runner for each projection.
  /// `stop_descriptor` becomes readable when the run is to end.
  load_run(caf::actor_system& system, const load_settings& settings,
           int stop_descriptor);

  load_run(const load_run&) = delete;
  load_run& operator=(const load_run&) = delete;

  /// Ends the runners.
  ~load_run();

  // -- modifiers ---------------------------------------------------------------

  /// Appends, waits until all is applied or the run is to end, and stops the
  /// runners. Lets out what has ended a producer or a runner.
  void run();

  /// Compares the log with the views, once `run` has returned. Returns what is
  /// wrong; empty if nothing is.
  [[nodiscard]] std::string check();

  // -- inspectors --------------------------------------------------------------

  /// Returns what was measured, once `run` has returned.
  [[nodiscard]] load_totals totals() const {
    return meter_.totals();
  }

  [[nodiscard]] const run_facts& facts() const {
    return facts_;
  }

private:
  void open_views(const projections::store_name& name);
  void start_runners();
  void stop_runners();
  void wait_for_applied();
  [[nodiscard]] bool is_to_end(std::chrono::milliseconds wait);
  [[nodiscard]] bool a_runner_has_ended();
  [[nodiscard]] load_view& view_of(size_t projection);
  [[nodiscard]] std::string name_of(size_t projection) const;
  [[nodiscard]] std::string topic_prefix() const;
  [[nodiscard]] std::string topic_of(size_t projection) const;
  [[nodiscard]] std::vector<std::vector<load_stream>> make_streams() const;

  const load_settings& settings_;
  const int stop_descriptor_;
  load_meter meter_;

  /// Tells the events and the projections of this run from those of others in
  /// the same store.
  const std::string run_name_;

  projections::event_log log_;

  /// Where the log ended before the run, and where it ends after it.
  projections::log_position begin_ = projections::log_start;
  projections::log_position end_ = projections::log_start;

  /// One for each projection in memory, else one for all.
  std::vector<std::shared_ptr<load_view>> views_;

  std::vector<std::unique_ptr<projections::projection_runner>> runners_;

  /// Which runner was looked at last, whether it has ended.
  size_t next_looked_at_ = 0;

  std::vector<std::vector<load_stream>> streams_;
  run_facts facts_;
};

} // namespace load
