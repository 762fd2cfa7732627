// The backends over which the suites of projections run that answer events with
// events. Each object of one of these classes stands for a fresh, empty
// database.
#pragma once

#include "projections/storage/memory/memory_recorder_with_events.hpp"
#include "tests/temporary_folder.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_recorder_with_events.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_recorder_with_events.hpp"
#  include "tests/contract/postgres_schema.hpp"
#endif

#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace projections::test {

/// Tracking and events in memory. They outlive the objects that are opened, but
/// not this one.
class memory_processes {
public:
  [[nodiscard]] std::shared_ptr<recorder_with_events> open() const {
    return recorder_;
  }

  /// Returns the events alone.
  [[nodiscard]] std::unique_ptr<event_store> open_events() const {
    return std::make_unique<memory_event_store>(log_);
  }

private:
  std::shared_ptr<memory_log> log_ = std::make_shared<memory_log>();
  std::shared_ptr<recorder_with_events> recorder_
    = std::make_shared<memory_recorder_with_events>(log_);
};

#ifdef PROJECTIONS_WITH_SQLITE
/// Tracking and events in a SQLite database.
class sqlite_processes {
public:
  [[nodiscard]] std::shared_ptr<recorder_with_events> open() const {
    return std::make_shared<sqlite_recorder_with_events>(path());
  }

  [[nodiscard]] std::unique_ptr<event_store> open_events() const {
    return std::make_unique<sqlite_event_store>(path());
  }

  /// The database file.
  [[nodiscard]] std::string path() const {
    return folder_.path() + "/process";
  }

private:
  temporary_folder folder_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// Tracking and events in a PostgreSQL database.
class postgres_processes {
public:
  [[nodiscard]] std::shared_ptr<recorder_with_events> open() const {
    return std::make_shared<postgres_recorder_with_events>(schema_.uri());
  }

  [[nodiscard]] std::unique_ptr<event_store> open_events() const {
    return std::make_unique<postgres_event_store>(schema_.uri());
  }

private:
  postgres_schema schema_;
};
#endif

// Those that outlive the process, and all of them.
// clang-format off
using durable_processes = std::tuple<
#if defined(PROJECTIONS_WITH_SQLITE) && defined(PROJECTIONS_WITH_POSTGRESQL)
  sqlite_processes, postgres_processes
#elif defined(PROJECTIONS_WITH_SQLITE)
  sqlite_processes
#elif defined(PROJECTIONS_WITH_POSTGRESQL)
  postgres_processes
#endif
>;
// clang-format on
using processes
  = decltype(std::tuple_cat(std::declval<std::tuple<memory_processes>>(),
                            std::declval<durable_processes>()));

} // namespace projections::test
