// The view of the tutorial: it counts created and subsequent events. Written
// over every backend; the contract suite of recorders runs on it.
#pragma once

#include "storage/memory_recorder.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "storage/sqlite_recorder.hpp"
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

} // namespace projections::test
