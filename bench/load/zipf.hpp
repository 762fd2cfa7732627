// Draws streams, some more often than others. Used by producers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace load {

/// The law of Zipf: the k-th of `count` numbers is drawn in proportion to
/// 1 / k^exponent, so that with 0 all are drawn alike.
class zipf_distribution {
public:
  /// `count` is at least 1, `exponent` at least 0.
  zipf_distribution(size_t count, double exponent) {
    sums_.reserve(count);
    double sum = 0;
    for (size_t k = 1; k <= count; ++k)
      sums_.push_back(sum += std::pow(static_cast<double>(k), -exponent));
  }

  /// Draws a number from 0 to `count` - 1.
  template <class Generator>
  size_t operator()(Generator& random) const {
    std::uniform_real_distribution<double> any{0, sums_.back()};
    auto found = std::upper_bound(sums_.begin(), sums_.end(), any(random));
    // Rounding may give the very end.
    return std::min(static_cast<size_t>(found - sums_.begin()),
                    sums_.size() - 1);
  }

private:
  /// The weights of the numbers up to each.
  std::vector<double> sums_;
};

} // namespace load
