#include "bench/load/load_meter.hpp"

#include <algorithm>

namespace load {

load_meter::load_meter(uint64_t projections_per_event)
  : projections_per_event_(std::max(projections_per_event, uint64_t{1})) {
  // nop
}

void load_meter::begin() {
  begin_ = clock::now();
}

void load_meter::sending(uint64_t count, uint64_t overdue) {
  std::lock_guard guard{mutex_};
  in_flight_ += count;
  totals_.in_flight_max = std::max(totals_.in_flight_max, in_flight_);
  totals_.overdue_max = std::max(totals_.overdue_max, overdue);
}

void load_meter::sent(uint64_t taken, uint64_t refused) {
  auto now = now_ns();
  std::lock_guard guard{mutex_};
  in_flight_ -= taken + refused;
  totals_.appended += taken;
  totals_.refused += refused;
  totals_.appended_ns = std::max(totals_.appended_ns, now);
  totals_.lag_max = std::max(totals_.lag_max, lag());
}

void load_meter::applied(std::span<const int64_t> scheduled_ns) {
  auto now = now_ns();
  std::lock_guard guard{mutex_};
  for (auto x : scheduled_ns)
    latencies_.add(now - x);
  totals_.applied += scheduled_ns.size();
  totals_.applied_ns = std::max(totals_.applied_ns, now);
}

load_sample load_meter::sample() {
  auto now = now_ns();
  std::lock_guard guard{mutex_};
  load_sample result;
  result.seconds = static_cast<double>(now) / 1e9;
  result.appended = totals_.appended;
  result.applied = totals_.applied;
  result.p50_ns = latencies_.percentile(0.5);
  result.p99_ns = latencies_.percentile(0.99);
  result.lag = lag();
  totals_.latencies.add(latencies_);
  latencies_.clear();
  return result;
}

int64_t load_meter::now_ns() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now()
                                                              - begin_)
    .count();
}

uint64_t load_meter::appended() const {
  std::lock_guard guard{mutex_};
  return totals_.appended;
}

uint64_t load_meter::applied_by_all() const {
  std::lock_guard guard{mutex_};
  return totals_.applied / projections_per_event_;
}

load_totals load_meter::totals() const {
  std::lock_guard guard{mutex_};
  auto result = totals_;
  result.latencies.add(latencies_);
  return result;
}

/// Returns how many events are appended and not applied. An event may be
/// applied before the producer has the store's answer.
uint64_t load_meter::lag() const {
  auto applied = totals_.applied / projections_per_event_;
  return totals_.appended > applied ? totals_.appended - applied : 0;
}

} // namespace load
