// A store that fails as it is told, for those who try out what becomes of their
// projections and applications then.
#pragma once

#include "projections/storage/log/wrapped_event_store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace projections {

/// What goes wrong with an append.
enum class append_fault : uint8_t {
  none,
  /// Nothing is recorded.
  before,
  /// Some of the requests are recorded: the first half of them.
  in_between,
  /// All is recorded, and nobody hears of it.
  after,
};

/// Passes everything on to another store, and throws `store_unavailable` from
/// appends where a fault is due. Not thread-safe.
class failing_event_store final : public wrapped_event_store {
public:
  /// Tells the fault of an append by its number, from 0.
  using fault_schedule = std::function<append_fault(size_t)>;

  failing_event_store(std::shared_ptr<event_store> store,
                      fault_schedule schedule);

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  /// How many appends there were, and how many of them failed.
  [[nodiscard]] size_t appends() const {
    return appends_;
  }
  [[nodiscard]] size_t failures() const {
    return failures_;
  }

private:
  fault_schedule schedule_;
  size_t appends_ = 0;
  size_t failures_ = 0;
};

/// Returns a schedule by which about `rate` of all appends fail, from 0 to 1,
/// in each way equally often. It is the same for the same seed.
[[nodiscard]] failing_event_store::fault_schedule random_faults(double rate,
                                                                uint64_t seed);

} // namespace projections
