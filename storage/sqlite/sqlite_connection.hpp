// How SQLite databases are opened and used here: the same settings and the same
// errors for event stores and views.
#pragma once

#include "projections/storage/log/store_error.hpp"
#include "projections/storage/sqlite/busy_wait.hpp"
#include "projections/storage/views/durability.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// How soon a change that another process makes to a database is looked for.
inline constexpr std::chrono::milliseconds sqlite_poll_interval{50};

/// Statements around a transaction that writes.
inline constexpr const char* begin_transaction = "BEGIN IMMEDIATE";
inline constexpr const char* commit_transaction = "COMMIT";

/// Gives a prepared statement back: it reads nothing any more, so that it keeps
/// no lock.
struct statement_release {
  void operator()(SQLite::Statement* x) const noexcept {
    x->tryReset();
  }
};

/// A prepared statement for as long as it is used.
using borrowed_statement
  = std::unique_ptr<SQLite::Statement, statement_release>;

/// A connection to the database in the file `path`, which is made if it is not
/// there: write-ahead log, and a lock of another connection is waited for up to
/// five seconds. Not thread-safe but for `interrupt`.
class sqlite_connection {
public:
  /// The database grows to at most `pages_max` pages; 0 sets no limit.
  explicit sqlite_connection(const std::string& path,
                             durability survived = durability::power_loss,
                             uint32_t pages_max = 0);

  sqlite_connection(const sqlite_connection&) = delete;
  sqlite_connection& operator=(const sqlite_connection&) = delete;

  // -- modifiers ---------------------------------------------------------------

  /// The database itself; functions of it throw `SQLite::Exception`.
  [[nodiscard]] SQLite::Database& database() {
    return database_;
  }

  /// Returns `sql` prepared, with nothing bound and no row read. `sql` must be
  /// a constant: it is known by its address, and prepared once.
  [[nodiscard]] borrowed_statement statement(const char* sql);

  /// Calls `f()` and returns what it returns. An error of SQLite becomes a
  /// `store_error` that says what was tried, as in `cannot <tried>`, and a lock
  /// that was waited for in vain a `store_unavailable`.
  template <class F>
  auto call(std::string_view tried, F f) {
    try {
      return f();
    } catch (const SQLite::Exception& e) {
      fail(tried, e);
    }
  }

  /// Executes `sql`, which makes the tables `tables`, unless they are all
  /// there: then nothing is written, so that no lock of a writer is waited for.
  /// `sql` must let alone what is there.
  void make_tables(const std::vector<std::string>& tables,
                   const std::string& sql);

  /// Refuses a table that is there with other columns than `columns`, each as
  /// `name TYPE`, in order.
  void check_columns(const std::string& table,
                     const std::vector<std::string>& columns);

  /// Makes statements that run or wait for a lock give up, and those to come
  /// not wait for one, until `on` is false. May be called by any thread.
  void interrupt(bool on) noexcept;

  // -- inspectors --------------------------------------------------------------

  /// Returns a number that changes when another connection commits.
  [[nodiscard]] int64_t foreign_changes();

  /// Returns the path, the same for every name of the file.
  [[nodiscard]] std::string path() const {
    return name_.substr(name_.find(':') + 1);
  }

  /// Returns `sqlite:` and the path.
  [[nodiscard]] const std::string& name() const {
    return name_;
  }

private:
  bool has_tables(const std::vector<std::string>& tables);
  [[noreturn]] void fail(std::string_view tried,
                         const SQLite::Exception& e) const;

  std::string name_;
  busy_wait busy_wait_;
  SQLite::Database database_;
  std::unordered_map<const char*, SQLite::Statement> statements_;
};

} // namespace projections
