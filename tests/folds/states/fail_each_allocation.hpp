// The method of the tests of exhausted memory, after LevelDB's fault tests:
// every allocation in turn is made to fail.
#pragma once

#include "tests/failing_allocation.hpp"

#include <new>

namespace projections::test {

/// Makes each allocation of `change` in turn fail, on a new object that `make`
/// returns a pointer to, and runs `check` on what remains of it, until `change`
/// succeeds. Returns how often it failed.
template <class Make, class Change, class Check>
int fail_each_allocation(Make make, Change change, Check check) {
  for (int failures = 0;; ++failures) {
    // A new one every time: room that an attempt has made is kept, and the next
    // attempt would pass over what comes behind it.
    auto object = make();
    try {
      failing_allocation memory{failures};
      change(*object);
      return failures;
    } catch (const std::bad_alloc&) {
      check(*object);
    }
  }
}

} // namespace projections::test
