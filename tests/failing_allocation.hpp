// Makes memory run out when a test wants it to. Replaces the allocation
// functions of the executable that it is linked to.
#pragma once

namespace projections::test {

/// As long as it lives, `successes` allocations of this thread succeed and all
/// others throw `std::bad_alloc`. There may be one per thread.
class failing_allocation {
public:
  explicit failing_allocation(int successes);

  failing_allocation(const failing_allocation&) = delete;

  failing_allocation& operator=(const failing_allocation&) = delete;

  ~failing_allocation();
};

} // namespace projections::test
