// Latencies, counted by their size: percentiles of any number of values in
// memory that does not grow. The meter of a load has one for the whole run and
// one for each interval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace load {

/// Counts values in buckets whose width grows with the value, after the layout
/// of HdrHistogram: what it tells of a value is at most 1/128 too large, and
/// exact below 256. Not thread-safe.
class latency_histogram {
public:
  latency_histogram();

  // -- modifiers ---------------------------------------------------------------

  /// Counts `value`, which is taken for 0 if it is negative, and for
  /// `value_max` if it is larger.
  void add(int64_t value);

  /// Counts all that `other` has counted.
  void add(const latency_histogram& other);

  /// Forgets all.
  void clear();

  // -- inspectors --------------------------------------------------------------

  /// Returns how many values were counted.
  [[nodiscard]] uint64_t count() const {
    return count_;
  }

  /// Returns the largest value, exactly; 0 without any.
  [[nodiscard]] int64_t max() const {
    return max_;
  }

  /// Returns the smallest value that `part` (0 to 1) of all values do not
  /// exceed, up to the width of its bucket; 0 without any.
  [[nodiscard]] int64_t percentile(double part) const;

  /// About 73 minutes in nanoseconds.
  static constexpr int64_t value_max = (int64_t{1} << 42) - 1;

private:
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  int64_t max_ = 0;
};

} // namespace load
