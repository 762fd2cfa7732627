// The view of the tutorial: it counts created and subsequent events. Written
// over every backend; the contract suite of recorders runs on it.
#pragma once

#include "storage/memory_recorder.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "storage/sqlite_recorder.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "storage/postgres_recorder.hpp"
#endif

#include <cstdint>
#include <string>

namespace projections::test {

/// Commands and queries of the view.
class event_counters_view : public tracking_recorder {
public:
  virtual void incr_created_event_counter(const tracking& x) = 0;
  virtual void incr_subsequent_event_counter(const tracking& x) = 0;
  virtual int64_t get_created_event_counter() = 0;
  virtual int64_t get_subsequent_event_counter() = 0;
};

/// The view in memory.
class memory_event_counters : public memory_recorder<event_counters_view> {
public:
  void incr_created_event_counter(const tracking& x) override {
    incr(created_, x);
  }

  void incr_subsequent_event_counter(const tracking& x) override {
    incr(subsequent_, x);
  }

  int64_t get_created_event_counter() override {
    return locked([this] { return created_; });
  }

  int64_t get_subsequent_event_counter() override {
    return locked([this] { return subsequent_; });
  }

  void clear() override {
    locked([this] { created_ = subsequent_ = 0; });
  }

private:
  void incr(int64_t& counter, const tracking& x) {
    locked([&] {
      record(x);
      ++counter;
    });
  }

  int64_t created_ = 0;
  int64_t subsequent_ = 0;
};

#ifdef PROJECTIONS_WITH_SQLITE
/// The view in a SQLite database. What a group of events counts is written at
/// once.
class sqlite_event_counters final
  : public sqlite_recorder<event_counters_view> {
public:
  explicit sqlite_event_counters(const std::string& path,
                                 std::string_view projection = {})
    : sqlite_recorder(path, projection) {
    transact([](sqlite_connection& db) {
      db.database().exec("CREATE TABLE IF NOT EXISTS eventcounters ("
                         "counter_name TEXT PRIMARY KEY, counter INTEGER)");
    });
  }

  void incr_created_event_counter(const tracking& x) override {
    incr(created_, x);
  }

  void incr_subsequent_event_counter(const tracking& x) override {
    incr(subsequent_, x);
  }

  int64_t get_created_event_counter() override {
    return get(created_name);
  }

  int64_t get_subsequent_event_counter() override {
    return get(subsequent_name);
  }

  void clear() override {
    transact([this](sqlite_connection& db) {
      discard();
      db.database().exec("DELETE FROM eventcounters");
    });
  }

private:
  static constexpr const char* created_name = "CREATED_EVENTS";
  static constexpr const char* subsequent_name = "SUBSEQUENT_EVENTS";

  static constexpr const char* incr_sql
    = "INSERT INTO eventcounters VALUES (?, ?) ON CONFLICT (counter_name) "
      "DO UPDATE SET counter = counter + excluded.counter";

  static constexpr const char* get_sql
    = "SELECT counter FROM eventcounters WHERE counter_name = ?";

  void incr(int64_t& counter, const tracking& x) {
    transact([&](sqlite_connection&) {
      record(x);
      ++counter;
    });
  }

  void flush(sqlite_connection& db) override {
    write(db, created_name, created_);
    write(db, subsequent_name, subsequent_);
  }

  void discard() override {
    created_ = subsequent_ = 0;
  }

  static void write(sqlite_connection& db, const char* name, int64_t& counter) {
    if (counter == 0)
      return;
    auto change = db.statement(incr_sql);
    change->bind(1, name);
    change->bind(2, counter);
    change->exec();
    counter = 0;
  }

  int64_t get(const char* name) {
    return query([&](sqlite_connection& db) -> int64_t {
      auto row = db.statement(get_sql);
      row->bind(1, name);
      return row->executeStep() ? row->getColumn(0).getInt64() : 0;
    });
  }

  /// Counted by the transaction under way and not written yet.
  int64_t created_ = 0;
  int64_t subsequent_ = 0;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// The view in a PostgreSQL database. What a group of events counts is written
/// at once.
class postgres_event_counters final
  : public postgres_recorder<event_counters_view> {
public:
  explicit postgres_event_counters(const std::string& uri,
                                   std::string_view projection = {})
    : postgres_recorder(uri, projection),
      table_(quoted_table(postgres_uri{uri}, "eventcounters")) {
    transact([this](postgres_connection& db) {
      // Two views may be opened at once.
      db.execute("SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS "
                 + table_ + " (counter_name text PRIMARY KEY, counter bigint)");
    });
  }

  void incr_created_event_counter(const tracking& x) override {
    incr(created_, x);
  }

  void incr_subsequent_event_counter(const tracking& x) override {
    incr(subsequent_, x);
  }

  int64_t get_created_event_counter() override {
    return get("CREATED_EVENTS");
  }

  int64_t get_subsequent_event_counter() override {
    return get("SUBSEQUENT_EVENTS");
  }

  void clear() override {
    transact([this](postgres_connection& db) {
      discard();
      db.run("DELETE FROM " + table_);
    });
  }

private:
  void incr(int64_t& counter, const tracking& x) {
    transact([&](postgres_connection&) {
      record(x);
      ++counter;
    });
  }

  void flush(postgres_connection& db) override {
    write(db, "CREATED_EVENTS", created_);
    write(db, "SUBSEQUENT_EVENTS", subsequent_);
  }

  void discard() override {
    created_ = subsequent_ = 0;
  }

  void write(postgres_connection& db, const char* name, int64_t& counter) {
    if (counter == 0)
      return;
    db.run("INSERT INTO " + table_
             + " AS counted VALUES ($1, $2) ON CONFLICT (counter_name) "
               "DO UPDATE SET counter = counted.counter + excluded.counter",
           name, counter);
    counter = 0;
  }

  int64_t get(const char* name) {
    return query([&](postgres_connection& db) {
      auto rows = db.run(
        "SELECT counter FROM " + table_ + " WHERE counter_name = $1", name);
      return rows.empty() ? int64_t{0} : rows[0][0].as<int64_t>();
    });
  }

  const std::string table_;

  /// Counted by the transaction under way and not written yet.
  int64_t created_ = 0;
  int64_t subsequent_ = 0;
};
#endif

} // namespace projections::test
