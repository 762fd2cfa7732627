// How fast a projection goes, and for how long it has been behind. Owned by
// runners, one each.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace projections {

/// Keeps what it was told in the last ten seconds. Not thread-safe.
class progress_meter {
public:
  using clock = std::chrono::steady_clock;

  /// The rate is an average over so long, the second under way included.
  static constexpr std::chrono::seconds window{10};

  /// Begins at `now` with nothing done.
  explicit progress_meter(clock::time_point now);

  // -- modifiers ---------------------------------------------------------------

  /// Tells that `events` were processed until `now`, in all.
  void processed(uint64_t events, clock::time_point now);

  /// Tells whether it was found behind the head of the log at `now`.
  void found_behind(bool is, clock::time_point now);

  // -- inspectors --------------------------------------------------------------

  /// Returns the events a second, on average over the last ten seconds or since
  /// the beginning.
  [[nodiscard]] double rate(clock::time_point now) const;

  /// Returns how long ago it was first found behind, after it was at the head
  /// last; 0 if it was at the head when it was looked last.
  [[nodiscard]] std::chrono::milliseconds
  behind_for(clock::time_point now) const;

private:
  [[nodiscard]] int64_t second_of(clock::time_point x) const;

  clock::time_point start_;
  uint64_t events_ = 0;

  /// Events of each of the last seconds, that of second n at n modulo the size,
  /// and which second was the last one with some.
  std::array<uint64_t, window.count()> by_second_{};
  int64_t last_second_ = 0;

  std::optional<clock::time_point> behind_since_;
};

} // namespace projections
