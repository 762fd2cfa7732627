// The backends over which the suites of views run. Each object of one of these
// classes stands for a fresh, empty event counters view.
#pragma once

#include "tests/contract/event_counters_view.hpp"
#include "tests/temporary_folder.hpp"

#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "tests/contract/postgres_schema.hpp"
#endif

#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace projections::test {

/// A view in memory, which is one object.
class memory_views {
public:
  /// Returns an object for the view.
  [[nodiscard]] std::shared_ptr<event_counters_view> open() const {
    return view_;
  }

private:
  std::shared_ptr<event_counters_view> view_
    = std::make_shared<memory_event_counters>();
};

#ifdef PROJECTIONS_WITH_SQLITE
/// A view in a SQLite database.
class sqlite_views {
public:
  [[nodiscard]] std::shared_ptr<event_counters_view> open() const {
    return std::make_shared<sqlite_event_counters>(path());
  }

  /// The database file.
  [[nodiscard]] std::string path() const {
    return folder_.path() + "/view";
  }

private:
  temporary_folder folder_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A view in a PostgreSQL database.
class postgres_views {
public:
  [[nodiscard]] std::shared_ptr<event_counters_view> open() const {
    return std::make_shared<postgres_event_counters>(schema_.uri());
  }

  [[nodiscard]] const postgres_schema& schema() const {
    return schema_;
  }

private:
  postgres_schema schema_;
};
#endif

// Those whose transactions can fail as a whole, and all of them.
// clang-format off
using durable_views = std::tuple<
#if defined(PROJECTIONS_WITH_SQLITE) && defined(PROJECTIONS_WITH_POSTGRESQL)
  sqlite_views, postgres_views
#elif defined(PROJECTIONS_WITH_SQLITE)
  sqlite_views
#elif defined(PROJECTIONS_WITH_POSTGRESQL)
  postgres_views
#endif
>;
// clang-format on
using views = decltype(std::tuple_cat(std::declval<std::tuple<memory_views>>(),
                                      std::declval<durable_views>()));

} // namespace projections::test
