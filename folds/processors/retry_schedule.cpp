#include "projections/folds/processors/retry_schedule.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

using std::chrono::milliseconds;

/// Long enough for everybody, and its double is still a number.
constexpr milliseconds longest_delay = std::chrono::hours{24 * 365};

milliseconds limited(milliseconds x) {
  return std::clamp(x, milliseconds{0}, longest_delay);
}

} // namespace

retry_schedule::retry_schedule(const retry_policy& policy,
                               std::optional<uint64_t> seed)
  : policy_(policy) {
  if (seed)
    random_.emplace(static_cast<std::minstd_rand::result_type>(*seed));
  policy_.delay_max = limited(policy_.delay_max);
  policy_.delay = std::min(limited(policy_.delay), policy_.delay_max);
  policy_.jitter = std::clamp(policy_.jitter, 0.0, 1.0);
  delay_ = policy_.delay;
}

std::optional<milliseconds> retry_schedule::next() {
  if (policy_.retries_max && failures_ >= *policy_.retries_max)
    return std::nullopt;
  ++failures_;
  if (!random_)
    random_.emplace(std::random_device{}());
  auto whole = std::exchange(delay_, std::min(delay_ * 2, policy_.delay_max));
  std::uniform_real_distribution<double> part{1 - policy_.jitter, 1};
  return milliseconds{static_cast<milliseconds::rep>(
    static_cast<double>(whole.count()) * part(*random_))};
}

void retry_schedule::reset() {
  failures_ = 0;
  delay_ = policy_.delay;
}

} // namespace projections
