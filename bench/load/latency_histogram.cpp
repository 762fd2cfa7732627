#include "bench/load/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace load {

namespace {

/// Values of the same number of binary digits share 2^7 buckets.
constexpr int precision_bits = 7;

constexpr uint64_t buckets_of_a_length = uint64_t{1} << precision_bits;

size_t bucket_of(uint64_t value) {
  auto length = static_cast<int>(std::bit_width(value));
  auto shift = std::max(length - precision_bits - 1, 0);
  // Without its last `shift` digits, the value has eight digits or fewer.
  return static_cast<size_t>(static_cast<uint64_t>(shift) * buckets_of_a_length
                             + (value >> shift));
}

/// Returns the largest value that falls into `bucket`.
int64_t last_of(size_t bucket) {
  uint64_t shift
    = bucket < 2 * buckets_of_a_length ? 0 : bucket / buckets_of_a_length - 1;
  auto digits = bucket - shift * buckets_of_a_length;
  return static_cast<int64_t>(((digits + 1) << shift) - 1);
}

} // namespace

latency_histogram::latency_histogram()
  : counts_(bucket_of(static_cast<uint64_t>(value_max)) + 1) {
  // nop
}

void latency_histogram::add(int64_t value) {
  value = std::clamp(value, int64_t{0}, value_max);
  ++counts_[bucket_of(static_cast<uint64_t>(value))];
  ++count_;
  max_ = std::max(max_, value);
}

void latency_histogram::add(const latency_histogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

void latency_histogram::clear() {
  std::fill(counts_.begin(), counts_.end(), uint64_t{0});
  count_ = 0;
  max_ = 0;
}

int64_t latency_histogram::percentile(double part) const {
  if (count_ == 0)
    return 0;
  // The value of this rank, from 1.
  auto rank = static_cast<uint64_t>(
    std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(count_)));
  rank = std::clamp(rank, uint64_t{1}, count_);
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank)
      return std::min(last_of(i), max_);
  }
  return max_;
}

} // namespace load
