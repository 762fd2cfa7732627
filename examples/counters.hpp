// Views that count things by name, over every backend: what the views of the
// examples have in common. Each derives from this class and gives the counters
// names.
#pragma once

#include <projections/storage/memory/memory_recorder.hpp>

#ifdef PROJECTIONS_WITH_SQLITE
#  include <projections/storage/sqlite/sqlite_recorder.hpp>
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include <projections/storage/postgres/postgres_recorder.hpp>
#endif

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace counting {

/// Numbers by name. The names are constants.
using numbers = std::map<std::string_view, int64_t>;

/// Counters for a view with the interface `View`, over the recorder of a
/// backend. There is a specialization for each, because each has statements of
/// its own.
template <template <class> class Recorder, class View>
class counters;

/// Counters in memory.
template <class View>
class counters<projections::memory_recorder, View>
  : public projections::memory_recorder<View> {
public:
  void clear() override {
    this->locked([this] { counters_.clear(); });
  }

protected:
  void count(std::string_view name, const projections::tracking& x) {
    this->locked([&] {
      this->record(x);
      ++counters_[name];
    });
  }

  int64_t counted(std::string_view name) {
    return this->locked([&] { return counters_[name]; });
  }

private:
  numbers counters_;
};

#ifdef PROJECTIONS_WITH_SQLITE
/// Counters in a SQLite database. What a group of events counts is written at
/// once.
template <class View>
class counters<projections::sqlite_recorder, View>
  : public projections::sqlite_recorder<View> {
public:
  using connection = projections::sqlite_connection;

  /// The counters are in the table `table` of the file `path`, called after the
  /// projection. As in the Python library, the tracking table of a file is
  /// `tracking`, so that a file holds one view, unless it is called after
  /// `tracked`.
  counters(const std::string& path, const std::string& table,
           std::string_view tracked = {})
    : projections::sqlite_recorder<View>(path, tracked),
      create_("CREATE TABLE IF NOT EXISTS " + table
              + " (counter_name TEXT PRIMARY KEY, counter INTEGER)"),
      add_("INSERT INTO " + table
           + " VALUES (?, ?) ON CONFLICT (counter_name) "
             "DO UPDATE SET counter = counter + excluded.counter"),
      select_("SELECT counter FROM " + table + " WHERE counter_name = ?"),
      clear_("DELETE FROM " + table) {
    this->transact([this](connection& db) { db.database().exec(create_); });
  }

  void clear() override {
    this->transact([this](connection& db) {
      discard();
      db.database().exec(clear_);
    });
  }

protected:
  void count(std::string_view name, const projections::tracking& x) {
    this->transact([&](connection&) {
      this->record(x);
      ++gathered_[name];
    });
  }

  int64_t counted(std::string_view name) {
    return this->query([&](connection& db) -> int64_t {
      auto row = db.statement(select_.c_str());
      row->bind(1, std::string{name});
      return row->executeStep() ? row->getColumn(0).getInt64() : 0;
    });
  }

private:
  void flush(connection& db) override {
    for (auto& [name, number] : std::exchange(gathered_, {})) {
      auto row = db.statement(add_.c_str());
      row->bind(1, std::string{name});
      row->bind(2, number);
      row->exec();
    }
  }

  void discard() override {
    gathered_.clear();
  }

  const std::string create_;
  const std::string add_;
  const std::string select_;
  const std::string clear_;

  /// Counted by the transaction under way and not written yet.
  numbers gathered_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// Counters in a PostgreSQL database. What a group of events counts is written
/// at once.
template <class View>
class counters<projections::postgres_recorder, View>
  : public projections::postgres_recorder<View> {
public:
  using connection = projections::postgres_connection;

  /// The counters are in a table of the database `uri` that is called after
  /// `projection`, and so is the tracking table.
  counters(const std::string& uri, const std::string& projection)
    : counters(uri, projection, projection) {
    // nop
  }

  /// The same with the table `table` for the counters. Where `tracked` is
  /// empty, the tracking table is `notification_tracking`.
  counters(const std::string& uri, const std::string& table,
           std::string_view tracked)
    : projections::postgres_recorder<View>(uri, tracked),
      table_(quoted_table(projections::postgres_uri{uri}, table)) {
    this->transact([this](connection& db) {
      // Several processes may open the view at the same time.
      db.execute("SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS "
                 + table_ + " (counter_name text PRIMARY KEY, counter bigint)");
    });
  }

  void clear() override {
    this->transact([this](connection& db) {
      discard();
      db.run("DELETE FROM " + table_);
    });
  }

protected:
  void count(std::string_view name, const projections::tracking& x) {
    this->transact([&](connection&) {
      this->record(x);
      ++gathered_[name];
    });
  }

  int64_t counted(std::string_view name) {
    return this->query([&](connection& db) {
      auto rows
        = db.run("SELECT counter FROM " + table_ + " WHERE counter_name = $1",
                 std::string{name});
      return rows.empty() ? int64_t{0} : rows[0][0].template as<int64_t>();
    });
  }

private:
  void flush(connection& db) override {
    for (auto& [name, number] : std::exchange(gathered_, {}))
      db.run("INSERT INTO " + table_
               + " AS counted VALUES ($1, $2) ON CONFLICT (counter_name) "
                 "DO UPDATE SET counter = counted.counter + excluded.counter",
             std::string{name}, number);
  }

  void discard() override {
    gathered_.clear();
  }

  const std::string table_;

  /// Counted by the transaction under way and not written yet.
  numbers gathered_;
};
#endif

} // namespace counting
