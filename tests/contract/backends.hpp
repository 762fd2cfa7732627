// The backends over which the contract suites run. A suite is a template over
// one of these classes; each object of it is a fresh, empty store.
#pragma once

#include "projections/storage/memory/memory_event_store.hpp"
#include "tests/temporary_folder.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_event_store.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_event_store.hpp"
#  include "tests/contract/postgres_schema.hpp"
#endif

#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace projections::test {

/// A store in memory.
class memory_backend {
public:
  /// Returns an object for the store; all of them see the same events.
  [[nodiscard]] std::unique_ptr<event_store> open() const {
    return std::make_unique<memory_event_store>(log_);
  }

private:
  std::shared_ptr<memory_log> log_ = std::make_shared<memory_log>();
};

#ifdef PROJECTIONS_WITH_SQLITE
/// A store in a SQLite database of its own.
class sqlite_backend {
public:
  [[nodiscard]] std::unique_ptr<event_store> open() const {
    return std::make_unique<sqlite_event_store>(path());
  }

  /// The database file.
  [[nodiscard]] std::string path() const {
    return folder_.path() + "/store.sqlite";
  }

private:
  temporary_folder folder_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A store in a schema of its own in a PostgreSQL database.
class postgres_backend {
public:
  [[nodiscard]] std::unique_ptr<event_store> open() const {
    return std::make_unique<postgres_event_store>(uri());
  }

  [[nodiscard]] std::string uri() const {
    return schema_.uri();
  }

  [[nodiscard]] const postgres_schema& schema() const {
    return schema_;
  }

private:
  postgres_schema schema_;
};
#endif

// Those that outlive the process, and all of them.
// clang-format off
using durable_backends = std::tuple<
#if defined(PROJECTIONS_WITH_SQLITE) && defined(PROJECTIONS_WITH_POSTGRESQL)
  sqlite_backend, postgres_backend
#elif defined(PROJECTIONS_WITH_SQLITE)
  sqlite_backend
#elif defined(PROJECTIONS_WITH_POSTGRESQL)
  postgres_backend
#endif
>;
// clang-format on

using backends
  = decltype(std::tuple_cat(std::declval<std::tuple<memory_backend>>(),
                            std::declval<durable_backends>()));

} // namespace projections::test
