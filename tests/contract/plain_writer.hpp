// Transactions that insert events with plain SQL in the Python layout, with the
// lock that the Python library takes. Used by tests in which other writers
// write to a store.
#pragma once

#include "tests/contract/backends.hpp"

#include <string>

namespace projections::test {

/// Transactions as the Python library makes them on a backend.
template <class Backend>
class plain_writer;

#ifdef PROJECTIONS_WITH_SQLITE
template <>
class plain_writer<sqlite_backend> {
public:
  explicit plain_writer(const sqlite_backend& backend)
    : database_(backend.path(), SQLite::OPEN_READWRITE, 60'000) {
    // nop
  }

  void begin() {
    database_.exec("BEGIN IMMEDIATE");
  }

  void insert(const std::string& stream, stream_version version) {
    database_.exec("INSERT INTO stored_events VALUES ('" + stream + "', "
                   + std::to_string(version) + ", 'plain', x'7b7d')");
  }

  void end(const char* how) {
    database_.exec(how);
  }

private:
  SQLite::Database database_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
template <>
class plain_writer<postgres_backend> {
public:
  explicit plain_writer(const postgres_backend& backend)
    : connection_("options='-c search_path=" + backend.schema().name() + '\''),
      work_(connection_) {
    // nop
  }

  void begin() {
    work_.exec("BEGIN; SET LOCAL lock_timeout = '60s'; "
               "LOCK TABLE stored_events IN EXCLUSIVE MODE");
  }

  void insert(const std::string& stream, stream_version version) {
    work_.exec("INSERT INTO stored_events VALUES ('" + stream + "', "
               + std::to_string(version) + ", 'plain', '{}')");
  }

  void end(const char* how) {
    work_.exec(how);
  }

private:
  pqxx::connection connection_;
  pqxx::nontransaction work_;
};
#endif

} // namespace projections::test
