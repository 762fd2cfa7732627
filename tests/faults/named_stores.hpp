// Stores and views by the name of their database, so that a test and a process
// it starts mean the same. Used by the tests of faults.
#pragma once

#include "tests/contract/event_counters_view.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_event_store.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_event_store.hpp"
#endif

#include <memory>
#include <stdexcept>
#include <string>

namespace projections::test {

inline bool names_postgres(const std::string& name) {
  return name.starts_with("postgresql://");
}

/// Opens the event store `name`: a PostgreSQL URI or the path of a SQLite
/// database.
inline std::unique_ptr<event_store> open_store(const std::string& name) {
#ifdef PROJECTIONS_WITH_POSTGRESQL
  if (names_postgres(name))
    return std::make_unique<postgres_event_store>(name);
#endif
#ifdef PROJECTIONS_WITH_SQLITE
  if (!names_postgres(name))
    return std::make_unique<sqlite_event_store>(name);
#endif
  throw std::invalid_argument{"no backend for store " + name};
}

/// Opens the event counters view `name`, which is like that of a store.
inline std::shared_ptr<event_counters_view> open_view(const std::string& name) {
#ifdef PROJECTIONS_WITH_POSTGRESQL
  if (names_postgres(name))
    return std::make_shared<postgres_event_counters>(name);
#endif
#ifdef PROJECTIONS_WITH_SQLITE
  if (!names_postgres(name))
    return std::make_shared<sqlite_event_counters>(name);
#endif
  throw std::invalid_argument{"no backend for view " + name};
}

} // namespace projections::test
