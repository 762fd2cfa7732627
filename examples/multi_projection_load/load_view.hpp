// The views of the load, one class for each backend: the state of every stream,
// for any number of projections. The projections of the load write them.
#pragma once

#include "examples/multi_projection_load/load_event.hpp"
#include <projections/storage/memory/memory_recorder.hpp>

#ifdef PROJECTIONS_WITH_SQLITE
#  include <projections/storage/sqlite/sqlite_recorder.hpp>
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include <projections/storage/postgres/postgres_recorder.hpp>
#endif

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace load {

/// A view of one or more projections. Each of them tracks the log under a name
/// of its own, the application of its tracking, so that they share tables and a
/// connection. Views are for one run of the program: what an earlier one has
/// left is not looked at.
class load_view : public projections::tracking_recorder {
public:
  using tracking = projections::tracking;

  /// Is told of the events that were committed: when each of them should have
  /// been appended. Called by any thread.
  using applied_function = std::function<void(std::span<const int64_t>)>;

  // -- modifiers ---------------------------------------------------------------

  /// Folds `event` into the state that the projection `x.application` has of
  /// `stream`.
  virtual void apply(const std::string& stream, const load_event& event,
                     const tracking& x)
    = 0;

  // -- inspectors --------------------------------------------------------------

  /// Returns the state of a projection, as it is stored.
  [[nodiscard]] virtual stream_states states(const std::string& projection) = 0;
};

/// A view in memory.
class memory_load_view final : public projections::memory_recorder<load_view> {
public:
  explicit memory_load_view(applied_function applied)
    : applied_(std::move(applied)) {
    // nop
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    locked([&] {
      // What a command has done stays, whatever becomes of the next one.
      try {
        commands();
      } catch (...) {
        tell();
        throw;
      }
      tell();
    });
  }

  void apply(const std::string& stream, const load_event& event,
             const tracking& x) override {
    locked([&] {
      record(x);
      states_[x.application][stream].fold(event);
      scheduled_ns_.push_back(event.scheduled_ns);
    });
  }

  stream_states states(const std::string& projection) override {
    return locked([&] { return states_[projection]; });
  }

private:
  void tell() {
    applied_(scheduled_ns_);
    scheduled_ns_.clear();
  }

  applied_function applied_;
  std::map<std::string, stream_states, std::less<>> states_;

  /// Of the events of the transaction under way.
  std::vector<int64_t> scheduled_ns_;
};

/// What a view in a database keeps in memory: the states as they are committed,
/// because a checksum goes on from the last one, and what the transaction under
/// way has changed. Used by one transaction at a time.
class cached_states {
public:
  explicit cached_states(load_view::applied_function applied)
    : applied_(std::move(applied)) {
    // nop
  }

  /// Projection and stream.
  using key = std::pair<std::string, std::string>;

  // -- modifiers ---------------------------------------------------------------

  void fold(const std::string& projection, const std::string& stream,
            const load_event& event) {
    key place{projection, stream};
    auto changed = changed_.find(place);
    if (changed == changed_.end())
      changed = changed_.emplace(place, committed_[place]).first;
    changed->second.fold(event);
    scheduled_ns_.push_back(event.scheduled_ns);
  }

  /// Forgets what the transaction has changed.
  void discard() {
    changed_.clear();
    scheduled_ns_.clear();
  }

  /// The transaction is committed.
  void commit() {
    for (auto& [place, state] : changed_)
      committed_[place] = state;
    applied_(scheduled_ns_);
    discard();
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns what the transaction has changed.
  [[nodiscard]] const std::map<key, stream_state>& changed() const {
    return changed_;
  }

private:
  load_view::applied_function applied_;
  std::map<key, stream_state> committed_;
  std::map<key, stream_state> changed_;
  std::vector<int64_t> scheduled_ns_;
};

/// The columns of the table of states, whose name is `load_states`. Databases
/// have no unsigned numbers, so the same bits are stored as signed ones.
inline constexpr std::string_view state_columns
  = " (projection text, stream text, events bigint, sum bigint, "
    "checksum bigint, PRIMARY KEY (projection, stream))";

#ifdef PROJECTIONS_WITH_SQLITE
/// A view in a SQLite database.
class sqlite_load_view final : public projections::sqlite_recorder<load_view> {
public:
  using connection = projections::sqlite_connection;

  sqlite_load_view(const std::string& path, applied_function applied)
    : projections::sqlite_recorder<load_view>(path),
      states_(std::move(applied)) {
    transact([](connection& db) {
      db.database().exec("CREATE TABLE IF NOT EXISTS load_states"
                         + std::string{state_columns});
    });
  }

  void apply(const std::string& stream, const load_event& event,
             const tracking& x) override {
    transact([&](connection&) {
      record(x);
      states_.fold(x.application, stream, event);
    });
  }

  stream_states states(const std::string& projection) override {
    return query([&](connection& db) {
      stream_states result;
      auto row = db.statement("SELECT stream, events, sum, checksum "
                              "FROM load_states WHERE projection = ?");
      row->bind(1, projection);
      while (row->executeStep())
        result[row->getColumn(0).getString()]
          = {number(row->getColumn(1)), number(row->getColumn(2)),
             number(row->getColumn(3))};
      return result;
    });
  }

private:
  static uint64_t number(SQLite::Column x) {
    return static_cast<uint64_t>(x.getInt64());
  }

  void flush(connection& db) override {
    for (auto& [place, state] : states_.changed()) {
      auto row = db.statement("INSERT OR REPLACE INTO load_states "
                              "VALUES (?, ?, ?, ?, ?)");
      row->bind(1, place.first);
      row->bind(2, place.second);
      row->bind(3, static_cast<int64_t>(state.events));
      row->bind(4, static_cast<int64_t>(state.sum));
      row->bind(5, static_cast<int64_t>(state.checksum));
      row->exec();
    }
  }

  void discard() override {
    states_.discard();
  }

  void committed() override {
    states_.commit();
  }

  cached_states states_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A view in a PostgreSQL database.
class postgres_load_view final
  : public projections::postgres_recorder<load_view> {
public:
  using connection = projections::postgres_connection;

  postgres_load_view(const std::string& uri, applied_function applied)
    : projections::postgres_recorder<load_view>(uri, "load"),
      table_(quoted_table(projections::postgres_uri{uri}, "load_states")),
      upsert_("INSERT INTO " + table_
              + " VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (projection, stream) DO UPDATE SET "
                "events = excluded.events, sum = excluded.sum, "
                "checksum = excluded.checksum"),
      states_(std::move(applied)) {
    transact([this](connection& db) {
      // Several processes may open the view at the same time.
      db.execute("SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS "
                 + table_ + std::string{state_columns});
    });
  }

  void apply(const std::string& stream, const load_event& event,
             const tracking& x) override {
    transact([&](connection&) {
      record(x);
      states_.fold(x.application, stream, event);
    });
  }

  stream_states states(const std::string& projection) override {
    return query([&](connection& db) {
      stream_states result;
      for (auto row : db.run("SELECT stream, events, sum, checksum FROM "
                               + table_ + " WHERE projection = $1",
                             projection))
        result[row[0].template as<std::string>()]
          = {number(row[1]), number(row[2]), number(row[3])};
      return result;
    });
  }

private:
  template <class Field>
  static uint64_t number(const Field& x) {
    return static_cast<uint64_t>(x.template as<int64_t>());
  }

  void flush(connection& db) override {
    for (auto& [place, state] : states_.changed())
      db.run_later(
        upsert_, place.first, place.second, static_cast<int64_t>(state.events),
        static_cast<int64_t>(state.sum), static_cast<int64_t>(state.checksum));
  }

  void discard() override {
    states_.discard();
  }

  void committed() override {
    states_.commit();
  }

  const std::string table_;
  const std::string upsert_;
  cached_states states_;
};
#endif

} // namespace load
