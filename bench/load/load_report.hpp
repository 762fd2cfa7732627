// What the program writes about a run: a table, lines of numbers, a picture.
#pragma once

#include "bench/load/load_meter.hpp"
#include "bench/load/load_settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace load {

/// What the meter does not know of a run.
struct run_facts {
  /// Events that were due by the schedule and not appended.
  uint64_t unsent = 0;

  /// The largest resident memory of the process, in KiB.
  int64_t memory_kib = 0;

  /// Whether the run was interrupted.
  bool is_partial = false;
};

/// Returns the lines of the table of results.
[[nodiscard]] std::string table_of(const load_settings& settings,
                                   const load_totals& totals,
                                   const run_facts& facts);

/// Returns the names of the columns of `csv_line`, in a line.
[[nodiscard]] std::string csv_head();

/// Returns the line of a sample; latencies are in milliseconds.
[[nodiscard]] std::string csv_line(const load_sample& x);

/// Returns an SVG of throughput and latencies over time.
[[nodiscard]] std::string picture_of(const load_settings& settings,
                                     const std::vector<load_sample>& samples);

} // namespace load
