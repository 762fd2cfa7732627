// The view of the tutorial: it counts created and subsequent events. Written
// over every backend; the contract suite of recorders runs on it.
#pragma once

#include "storage/memory_recorder.hpp"
#include "storage/sqlite_recorder.hpp"

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
class memory_event_counters final
  : public memory_recorder<event_counters_view> {
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

/// The view in a SQLite database.
class sqlite_event_counters final
  : public sqlite_recorder<event_counters_view> {
public:
  explicit sqlite_event_counters(const std::string& path)
    : sqlite_recorder(path) {
    transact([](sqlite_connection& db) {
      db.database().exec("CREATE TABLE IF NOT EXISTS eventcounters ("
                         "counter_name TEXT PRIMARY KEY, counter INTEGER)");
    });
  }

  void incr_created_event_counter(const tracking& x) override {
    incr("CREATED_EVENTS", x);
  }

  void incr_subsequent_event_counter(const tracking& x) override {
    incr("SUBSEQUENT_EVENTS", x);
  }

  int64_t get_created_event_counter() override {
    return get("CREATED_EVENTS");
  }

  int64_t get_subsequent_event_counter() override {
    return get("SUBSEQUENT_EVENTS");
  }

private:
  static constexpr const char* incr_sql
    = "INSERT INTO eventcounters VALUES (?, 1) ON CONFLICT (counter_name) "
      "DO UPDATE SET counter = counter + 1";

  static constexpr const char* get_sql
    = "SELECT counter FROM eventcounters WHERE counter_name = ?";

  void incr(const char* name, const tracking& x) {
    transact([&](sqlite_connection& db) {
      record(x);
      auto change = db.statement(incr_sql);
      change->bind(1, name);
      change->exec();
    });
  }

  int64_t get(const char* name) {
    return query([&](sqlite_connection& db) -> int64_t {
      auto row = db.statement(get_sql);
      row->bind(1, name);
      return row->executeStep() ? row->getColumn(0).getInt64() : 0;
    });
  }
};

} // namespace projections::test
