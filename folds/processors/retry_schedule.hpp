// When something that has failed is tried again. Owned by runners, one each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

namespace projections {

/// How soon and how often something is tried again.
struct retry_policy {
  /// The pause after the first failure in a row; doubled with each further one
  /// up to `delay_max`.
  std::chrono::milliseconds delay{20};
  std::chrono::milliseconds delay_max{1000};

  /// Up to this part of a pause is left out at random, so that those who failed
  /// together do not come again together; from 0 to 1.
  double jitter = 0.3;

  /// So many failures in a row are followed by another try; none for all.
  std::optional<size_t> retries_max = std::nullopt;
};

/// Counts failures in a row. Not thread-safe.
class retry_schedule {
public:
  /// Pauses of the same `seed` are the same. Without one, each schedule has
  /// others.
  explicit retry_schedule(const retry_policy& policy,
                          std::optional<uint64_t> seed = std::nullopt);

  // -- modifiers ---------------------------------------------------------------

  /// Counts a failure and returns how long to pause before the next try;
  /// nothing if there is to be none.
  std::optional<std::chrono::milliseconds> next();

  /// Ends the row: something has succeeded.
  void reset();

  // -- inspectors --------------------------------------------------------------

  /// Returns how many failures there were in a row.
  [[nodiscard]] size_t failures() const {
    return failures_;
  }

private:
  retry_policy policy_;
  /// Made with the first failure where no seed was given, since asking the
  /// system for one takes longer than anything else here.
  std::optional<std::minstd_rand> random_;
  size_t failures_ = 0;
  std::chrono::milliseconds delay_;
};

} // namespace projections
