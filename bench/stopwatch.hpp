// How the programs that measure stores take time and say what they measured.
// bench/store_part.py reads what they print.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace projections::bench {

/// Takes the time of a whole and of its steps.
class stopwatch {
public:
  using clock = std::chrono::steady_clock;

  // -- modifiers --------------------------------------------------------------

  /// Begins the whole, with room for `steps` steps.
  void start(size_t steps = 0) {
    nanoseconds_.clear();
    nanoseconds_.reserve(steps);
    start_ = step_ = clock::now();
  }

  /// Begins a step.
  void begin_step() {
    step_ = clock::now();
  }

  /// Ends a step.
  void end_step() {
    const std::chrono::nanoseconds taken = clock::now() - step_;
    nanoseconds_.push_back(taken.count());
  }

  /// Ends the whole, in which `events` events were dealt with, and prints what
  /// it took as one line of JSON.
  void stop(size_t events) {
    const std::chrono::duration<double> taken = clock::now() - start_;
    std::printf("{\"events\": %zu, \"seconds\": %.9f", events, taken.count());
    if (!nanoseconds_.empty()) {
      std::sort(nanoseconds_.begin(), nanoseconds_.end());
      auto show = [this](const char* name, size_t percent) {
        auto place = nanoseconds_.size() * percent / 100;
        std::printf(", \"%s\": %lld", name,
                    static_cast<long long>(nanoseconds_[place]));
      };
      show("median_ns", 50);
      show("p99_ns", 99);
    }
    std::printf("}\n");
  }

private:
  clock::time_point start_;
  clock::time_point step_;
  std::vector<int64_t> nanoseconds_;
};

/// Returns the number that the argument `text` is.
inline size_t count_of(const char* text) {
  char* end = nullptr;
  auto result = std::strtoull(text, &end, 10);
  if (end == text || *end != '\0')
    throw std::runtime_error{'"' + std::string{text} + "\" is no number"};
  return result;
}

/// Throws if `found` is not `expected`: then a figure is of no worth.
inline void check_count(std::string_view what, uint64_t found,
                        uint64_t expected) {
  if (found != expected)
    throw std::runtime_error{std::string{what} + " are " + std::to_string(found)
                             + ", not " + std::to_string(expected)};
}

} // namespace projections::bench
