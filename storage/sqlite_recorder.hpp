// Tracking in a SQLite database, in the table of the Python library, for views
// that live in the same database.
#pragma once

#include "storage/sqlite_connection.hpp"
#include "storage/tracking_recorder.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace projections {

/// The tracking table of one database file, and the connections of the view
/// that lives beside it: one that writes and one that reads, so that queries
/// see what is committed and wait for no transaction. Thread-safe.
class sqlite_tracking {
public:
  /// Opens the database file `path` and makes the table `tracking` if it is not
  /// there.
  explicit sqlite_tracking(const std::string& path);

  // -- modifiers ---------------------------------------------------------------

  /// Calls `change(connection)` in a transaction and commits it, or, if this
  /// thread is in one already, makes it a part of that. If it throws, nothing
  /// of it has happened.
  void transact(const std::function<void(sqlite_connection&)>& change);

  /// Calls `look(connection)`, which changes nothing. In a transaction of this
  /// thread it sees what that has done so far.
  void query(const std::function<void(sqlite_connection&)>& look);

  /// Records `x` in a transaction of this thread. Throws `integrity_error` if
  /// `x` or a later position is recorded.
  void record(const tracking& x);

  [[nodiscard]] change_signal& changes() {
    return *changes_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

private:
  void run_part(const std::function<void(sqlite_connection&)>& change);
  void execute(const char* sql);
  void roll_back(const char* sql) noexcept;

  sqlite_connection writer_;
  sqlite_connection reader_;
  std::shared_ptr<change_signal> changes_;

  /// Held by the thread that is in a transaction, and which one that is.
  std::recursive_mutex writing_;
  std::atomic<std::thread::id> writing_thread_{};

  std::mutex reading_;
};

/// The recorder of views in a SQLite database that have the interface `View`.
/// Commands of a view run in `transact` and begin with `record`; queries run in
/// `query`.
template <class View = tracking_recorder>
class sqlite_recorder : public View {
public:
  /// Opens the database file `path`.
  explicit sqlite_recorder(const std::string& path) : tracking_(path) {
    // nop
  }

  void insert_tracking(const tracking& x) override {
    tracking_.transact([&](sqlite_connection&) { tracking_.record(x); });
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    tracking_.transact([&](sqlite_connection&) { commands(); });
  }

  std::optional<log_position>
  max_tracking_id(std::string_view application) override {
    return tracking_.last(application);
  }

protected:
  /// Calls `change(connection)` in a transaction, or as a part of the one that
  /// this thread is in.
  template <class F>
  void transact(F change) {
    tracking_.transact(change);
  }

  /// Calls `look(connection)` and returns what it returns.
  template <class F>
  auto query(F look) {
    std::optional<std::invoke_result_t<F, sqlite_connection&>> result;
    tracking_.query([&](sqlite_connection& db) { result.emplace(look(db)); });
    return std::move(*result);
  }

  /// Records `x` in `transact`.
  void record(const tracking& x) {
    tracking_.record(x);
  }

private:
  change_signal& changes() override {
    return tracking_.changes();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return std::chrono::milliseconds{50};
  }

  sqlite_tracking tracking_;
};

} // namespace projections
