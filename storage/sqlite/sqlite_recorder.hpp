// Tracking in a SQLite database, in the table of the Python library, for views
// that live in the same database.
#pragma once

#include "projections/storage/sqlite/sqlite_connection.hpp"
#include "projections/storage/views/database_recorder.hpp"
#include "projections/storage/views/pending_tracking.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace projections {

/// The tracking table of one view in a database file, and its connections: one
/// that writes and one that reads, so that queries see what is committed and
/// wait for no transaction. Unless told otherwise, a loss of power may take the
/// last commits back: view and tracking together, so that the events are folded
/// again. Thread-safe.
class sqlite_tracking {
public:
  using connection_type = sqlite_connection;

  /// Opens the database file `path` and makes its tables if they are not there.
  /// Positions are in the table `tracking`, as the Python library has it, or in
  /// `<projection in lower case>_tracking` where a projection is named.
  sqlite_tracking(const std::string& path, std::string_view projection,
                  view_hooks<sqlite_connection> hooks,
                  durability survived = durability::process_end);

  // -- modifiers ---------------------------------------------------------------

  /// Calls `change(connection)` in a transaction and commits it, or, if this
  /// thread is in one already, makes it a part of that. If a part throws,
  /// nothing of the whole happens.
  void transact(const std::function<void(sqlite_connection&)>& change);

  /// Calls `look(connection)`, which changes nothing. In a transaction of this
  /// thread it sees what that has done so far.
  void query(const std::function<void(sqlite_connection&)>& look);

  /// Records `x` in a transaction of this thread. Throws `integrity_error` if
  /// `x` or a later position is recorded.
  void record(const tracking& x);

  /// As in `tracking_recorder`.
  void forget(std::string_view application);
  void record_version(std::string_view application, fold_version x);
  view_claim claim(std::string_view application);
  void interrupt(bool on) noexcept;

  [[nodiscard]] change_signal& changes() {
    return *changes_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

  /// Returns the applications for which a position is recorded, in order.
  [[nodiscard]] std::vector<std::string> applications();

  /// Returns the version recorded for `application`, if there is one.
  [[nodiscard]] std::optional<fold_version>
  version(std::string_view application);

  /// Returns a number that changes when anything is committed to the file, be
  /// it by this object.
  [[nodiscard]] int64_t foreign_changes();

  /// How soon a change that another process makes is looked for.
  static constexpr std::chrono::milliseconds look_interval
    = sqlite_poll_interval;

private:
  /// Statements on the tracking table, whose name is known when it is opened.
  struct statements {
    explicit statements(const std::string& table);

    std::string create;
    std::string upsert;
    std::string select_last;
    std::string select_applications;
    std::string remove;
  };

  void make_tables();
  void run_part(const std::function<void(sqlite_connection&)>& change);
  void require_whole(std::string_view tried) const;
  void flush();
  [[nodiscard]] bool in_transaction() const {
    return writing_thread_ == std::this_thread::get_id();
  }
  std::optional<log_position> select_last(sqlite_connection& from,
                                          std::string_view application);
  void write(const tracking& x);

  const std::string table_;
  const statements sql_;
  view_hooks<sqlite_connection> hooks_;
  sqlite_connection writer_;
  sqlite_connection reader_;
  std::shared_ptr<change_signal> changes_;

  /// Held by the thread that is in a transaction, and which one that is.
  std::recursive_mutex writing_;
  std::atomic<std::thread::id> writing_thread_{};

  /// What the transaction has recorded, and whether a part of it has failed.
  pending_tracking pending_;
  bool is_doomed_ = false;

  std::mutex reading_;
};

/// The recorder of views in a SQLite database that have the interface `View`.
template <class View = tracking_recorder>
class sqlite_recorder : public database_recorder<View, sqlite_tracking> {
public:
  /// Opens the database file `path`. One that holds several views needs the
  /// names of their projections, which go before `_tracking` in the names of
  /// the tables.
  explicit sqlite_recorder(const std::string& path,
                           std::string_view projection = {},
                           durability survived = durability::process_end)
    : database_recorder<View, sqlite_tracking>(path, projection, survived) {
    // nop
  }
};

} // namespace projections
