// What a run was like over time, in memory that does not grow with it. The
// plot is drawn from it.
#pragma once

#include "bench/load/load_meter.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace load {

/// Keeps samples, at most `samples_max`: when there are more, two neighbours
/// become one, with the larger latencies of both.
class time_series {
public:
  // -- modifiers ---------------------------------------------------------------

  void add(const load_sample& x) {
    // A merged sample ends only with the last of those that are merged into it.
    if (open_ > 0)
      samples_.back() = merged(samples_.back(), x);
    else
      samples_.push_back(x);
    open_ = (open_ + 1) % width_;
    if (open_ > 0 || samples_.size() < samples_max)
      return;
    for (size_t i = 0; i + 1 < samples_.size(); i += 2)
      samples_[i / 2] = merged(samples_[i], samples_[i + 1]);
    samples_.resize(samples_max / 2);
    width_ *= 2;
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const std::vector<load_sample>& samples() const {
    return samples_;
  }

  /// Even; more than a picture can show.
  static constexpr size_t samples_max = 2000;

private:
  static load_sample merged(const load_sample& first,
                            const load_sample& second) {
    auto result = second;
    result.p50_ns = std::max(first.p50_ns, second.p50_ns);
    result.p99_ns = std::max(first.p99_ns, second.p99_ns);
    return result;
  }

  std::vector<load_sample> samples_;

  /// How many samples are merged into one, and how many are in the last one if
  /// it is not complete.
  size_t width_ = 1;
  size_t open_ = 0;
};

} // namespace load
