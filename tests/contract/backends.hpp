// The backends over which suites run: the one list of them in the tests. A
// suite is a template over one of these classes; each object of it is a fresh,
// empty database, in which stores, views and recorders with events are opened.
#pragma once

#include "examples/event_counters/event_counters_view.hpp"
#include "projections/storage/memory/memory_recorder_with_events.hpp"
#include "tests/temporary_folder.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_event_store.hpp"
#  include "projections/storage/sqlite/sqlite_recorder_with_events.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_event_store.hpp"
#  include "projections/storage/postgres/postgres_recorder_with_events.hpp"
#  include "tests/contract/postgres_schema.hpp"
#endif

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace projections::test {

using event_counters::event_counters_over;
using event_counters::event_counters_view;

// -- memory -------------------------------------------------------------------

/// The event counters view of the example in memory.
using memory_event_counters = event_counters_over<memory_recorder>;

/// What would be a database, in memory. Store, view and recorder outlive the
/// objects that are opened, but not this one.
class memory_backend {
public:
  /// A view over the recorder of the backend.
  template <template <template <class> class> class View>
  using view_type = View<memory_recorder>;

  /// Returns an object for the store; all of them see the same events.
  [[nodiscard]] std::unique_ptr<event_store> open_store() const {
    return std::make_unique<memory_event_store>(log_);
  }

  /// Returns an object for the event counters view.
  [[nodiscard]] std::shared_ptr<event_counters_view> open_view() const {
    return view_;
  }

  /// Returns an object for a recorder with the events of the store.
  [[nodiscard]] std::shared_ptr<recorder_with_events> open_recorder() const {
    return recorder_;
  }

  /// Makes a view, which has to be the only one of its kind.
  template <template <template <class> class> class View>
  [[nodiscard]] std::shared_ptr<View<memory_recorder>> make_view() const {
    return std::make_shared<View<memory_recorder>>();
  }

  /// A name of this kind; in memory, it opens another, empty database.
  [[nodiscard]] std::string name() const {
    return "memory:";
  }

private:
  std::shared_ptr<memory_log> log_ = std::make_shared<memory_log>();
  std::shared_ptr<event_counters_view> view_
    = std::make_shared<memory_event_counters>();
  std::shared_ptr<recorder_with_events> recorder_
    = std::make_shared<memory_recorder_with_events>(log_);
};

// -- databases ----------------------------------------------------------------

/// The event counters view of the example in a database, in the table
/// `eventcounters` and with the tracking table of the Python library, unless
/// that is called after `tracked`.
template <template <class> class Recorder>
class event_counters_at final : public event_counters_over<Recorder> {
public:
  explicit event_counters_at(const std::string& place,
                             std::string_view tracked = {})
    : event_counters_over<Recorder>(place, "eventcounters", tracked) {
    // nop
  }
};

/// A `Database` of its own, which knows its `place()`, with the classes of its
/// backend. The functions are as in `memory_backend`.
template <class Database, class Store, template <class> class Recorder,
          class RecorderWithEvents>
class database_backend : public Database {
public:
  template <template <template <class> class> class View>
  using view_type = View<Recorder>;

  [[nodiscard]] std::unique_ptr<event_store> open_store() const {
    return std::make_unique<Store>(this->place());
  }

  [[nodiscard]] std::shared_ptr<event_counters_view> open_view() const {
    return std::make_shared<event_counters_at<Recorder>>(this->place());
  }

  [[nodiscard]] std::shared_ptr<recorder_with_events> open_recorder() const {
    return std::make_shared<RecorderWithEvents>(this->place());
  }

  template <template <template <class> class> class View>
  [[nodiscard]] std::shared_ptr<View<Recorder>> make_view() const {
    return std::make_shared<View<Recorder>>(this->place(), "eventcounters");
  }
};

#ifdef PROJECTIONS_WITH_SQLITE
/// A SQLite database in a folder of its own.
class sqlite_database {
public:
  /// The database file.
  [[nodiscard]] std::string path() const {
    return folder_.path() + "/database";
  }

  [[nodiscard]] std::string place() const {
    return path();
  }

  [[nodiscard]] std::string name() const {
    return "sqlite:" + path();
  }

private:
  temporary_folder folder_;
};

using sqlite_event_counters = event_counters_at<sqlite_recorder>;
using sqlite_backend
  = database_backend<sqlite_database, sqlite_event_store, sqlite_recorder,
                     sqlite_recorder_with_events>;
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A schema of its own in a PostgreSQL database.
class postgres_database {
public:
  [[nodiscard]] std::string place() const {
    return schema_.uri();
  }

  [[nodiscard]] std::string name() const {
    return schema_.uri();
  }

  [[nodiscard]] const postgres_schema& schema() const {
    return schema_;
  }

private:
  postgres_schema schema_;
};

using postgres_event_counters = event_counters_at<postgres_recorder>;
using postgres_backend
  = database_backend<postgres_database, postgres_event_store, postgres_recorder,
                     postgres_recorder_with_events>;
#endif

// -- the lists ----------------------------------------------------------------

// Those that outlive the process, and all of them.
// clang-format off
using durable_backends = decltype(std::tuple_cat(
#ifdef PROJECTIONS_WITH_SQLITE
  std::declval<std::tuple<sqlite_backend>>(),
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
  std::declval<std::tuple<postgres_backend>>(),
#endif
  std::declval<std::tuple<>>()));
// clang-format on

using backends
  = decltype(std::tuple_cat(std::declval<std::tuple<memory_backend>>(),
                            std::declval<durable_backends>()));

} // namespace projections::test
