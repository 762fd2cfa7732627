// The event counters view of the example, with the constructors that tests
// need. The contract suites of views and runners run on it.
#pragma once

#include "examples/event_counters/event_counters_view.hpp"

#include <string>
#include <string_view>

namespace projections::test {

using event_counters::event_counters_over;
using event_counters::event_counters_view;

/// The view in memory.
using memory_event_counters = event_counters_over<memory_recorder>;

#ifdef PROJECTIONS_WITH_SQLITE
/// The view in a SQLite database.
class sqlite_event_counters final
  : public event_counters_over<sqlite_recorder> {
public:
  explicit sqlite_event_counters(const std::string& path,
                                 std::string_view projection = {})
    : event_counters_over(path, "eventcounters", projection) {
    // nop
  }
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// The view in a PostgreSQL database.
class postgres_event_counters final
  : public event_counters_over<postgres_recorder> {
public:
  explicit postgres_event_counters(const std::string& uri,
                                   std::string_view projection = {})
    : event_counters_over(uri, "eventcounters", projection) {
    // nop
  }
};
#endif

} // namespace projections::test
