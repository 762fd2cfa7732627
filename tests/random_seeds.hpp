// Runs a random test with several seeds and names the one that failed:
// PROJECTIONS_RANDOM_SEED=N runs that seed alone, PROJECTIONS_RANDOM_RUNS=N
// runs N seeds from there on.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace projections::test {

/// Calls `check(seed)` for `runs` seeds, or for those that the environment asks
/// for.
template <class Check>
void check_random_seeds(uint64_t runs, Check check) {
  auto* chosen = "PROJECTIONS_RANDOM_SEED";
  auto* chosen_runs = "PROJECTIONS_RANDOM_RUNS";
  uint64_t first = 1;
  if (auto* seed = std::getenv(chosen)) {
    first = std::stoull(seed);
    runs = 1;
  }
  if (auto* count = std::getenv(chosen_runs))
    runs = std::stoull(count);
  for (auto seed = first; seed < first + runs; ++seed)
    BOOST_TEST_CONTEXT(chosen << '=' << seed) {
      check(seed);
    }
}

} // namespace projections::test
