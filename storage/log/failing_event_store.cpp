#include "projections/storage/log/failing_event_store.hpp"

#include "projections/storage/log/store_error.hpp"

#include <random>
#include <utility>

namespace projections {

failing_event_store::failing_event_store(std::shared_ptr<event_store> store,
                                         fault_schedule schedule)
  : wrapped_event_store(std::move(store)), schedule_(std::move(schedule)) {
  // nop
}

std::vector<append_outcome>
failing_event_store::append(const std::vector<append_request>& requests) {
  auto fault = schedule_(appends_++);
  if (fault == append_fault::none)
    return wrapped_event_store::append(requests);
  ++failures_;
  if (fault == append_fault::in_between) {
    auto half = requests.begin() + static_cast<ptrdiff_t>(requests.size() / 2);
    wrapped_event_store::append({requests.begin(), half});
  } else if (fault == append_fault::after) {
    wrapped_event_store::append(requests);
  }
  throw store_unavailable{"an append fails as it was told to"};
}

failing_event_store::fault_schedule random_faults(double rate, uint64_t seed) {
  return [rate, random = std::mt19937_64{seed}](size_t) mutable {
    if (!std::bernoulli_distribution{rate}(random))
      return append_fault::none;
    switch (std::uniform_int_distribution{0, 2}(random)) {
      case 0:
        return append_fault::before;
      case 1:
        return append_fault::in_between;
      default:
        return append_fault::after;
    }
  };
}

} // namespace projections
