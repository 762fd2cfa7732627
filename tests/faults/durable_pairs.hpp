// Pairs of store and view that outlive the process. The suites of faults run
// over them.
#pragma once

#include "tests/runtime/runner_fixture.hpp"

#include <tuple>
#include <utility>

namespace projections::test {

template <class First, class... Others>
std::tuple<Others...> without_first(std::tuple<First, Others...>);

/// All pairs but the one in memory, which comes first.
using durable_pairs = decltype(without_first(std::declval<runner_backends>()));

#ifdef PROJECTIONS_WITH_SQLITE
using sqlite_pair = store_and_view<sqlite_backend, sqlite_views>;
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
using postgres_pair = store_and_view<postgres_backend, postgres_views>;
#endif

} // namespace projections::test
