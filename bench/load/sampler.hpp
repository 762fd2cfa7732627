// Looks at a load ten times a second: writes lines of numbers and keeps what
// the picture is drawn from, and shows how far the load is. The program has one
// for a run.
#pragma once

#include "bench/load/load_meter.hpp"
#include "bench/load/load_settings.hpp"
#include "bench/load/time_series.hpp"
#include "examples/progress_bar.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace load {

/// Returns how many events there will be by the end, of which `appended` are
/// appended and `applied` applied after `seconds`. Where only the time is
/// limited, that is an estimate.
[[nodiscard]] uint64_t events_to_come(const load_settings& settings,
                                      uint64_t appended, uint64_t applied,
                                      double seconds);

/// Takes samples, by a thread of its own, from `begin` until `end`. On a
/// terminal it shows a progress bar on stderr, elsewhere a line every second.
class sampler {
public:
  /// Throws `std::runtime_error` if a file cannot be written; the file of the
  /// plot is made to find that out.
  sampler(const load_settings& settings, load_meter& meter);

  sampler(const sampler&) = delete;
  sampler& operator=(const sampler&) = delete;

  // -- modifiers ---------------------------------------------------------------

  /// Begins when the run does.
  void begin();

  /// Tells that nothing more is appended.
  void appending_is_over() {
    is_appending_ = false;
  }

  /// Takes the last sample and ends. Writes the files; throws
  /// `std::runtime_error` if that has failed.
  void end();

private:
  void run(std::stop_token stopped);
  void take_sample();
  [[nodiscard]] uint64_t total() const;

  const load_settings& settings_;
  load_meter& meter_;
  time_series series_;
  std::ofstream csv_;
  std::ofstream plot_;
  std::atomic<bool> is_appending_ = true;
  std::optional<examples::progress_bar> bar_;

  std::mutex mutex_;

  /// Cuts a pause short; nobody notifies it but the request to stop.
  std::condition_variable_any stopped_;

  /// The last member: it ends before what it uses goes.
  std::jthread sampling_;
};

} // namespace load
